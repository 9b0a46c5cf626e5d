extension Script {
    /// What the transitions have in common.
    static let prelude = ScriptPrelude(
        constants + numbers + leases + history + written + databases + undo + flow + requests + transfer + renames
            + records + owners)

    private static let constants = """
        local newestFormat, format, undoFormat = \(newestFormat), \(format), \(undoFormat)
        local skippedRowsBytes = \(RelocationQueue.skippedRowsBytes)
        local sameFileLimit = \(RelocationQueue.sameFileLimit)
        local claimScanLimit = \(claimScanLimit)
        local renamedLimit = \(RelocationQueue.renamedLimit)
        local knownStates = ',\(RelocationState.known.map(\.rawValue).joined(separator: ",")),'
        local knownSteps = ',\(RelocationStep.known.map(\.rawValue).joined(separator: ",")),'
        local greatestCount = \(RecordFields.numberLimits.upperBound)
        local lastTime = \(RecordFields.timeLimits.upperBound)

        """

    private static let numbers = """
        -- A whole number of a record, within bounds. Lua by itself takes `0x10`, `nan` and `1e400` for numbers too.
        local function whole(text, greatest)
          local number = text and string.match(text, '^%d+$') and tonumber(text)
          return number and number <= greatest and number or nil
        end

        -- A count, 0 if the record has none; nil if it is damaged.
        local function count(text) return whole(text or '0', greatestCount) end

        -- A time, 0 if there is none.
        local function time(text) return whole(text, lastTime) or 0 end

        """

    private static let leases = """
        local base = ARGV[1]
        local clock = redis.call('TIME')
        -- Milliseconds, and the same with microseconds: two transitions never have the same turn.
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        local turn = string.format('%.3f', clock[1] * 1000 + clock[2] / 1000)

        local function ms(value) return string.format('%.0f', value) end
        local function named(lane) return lane and lane ~= '' and lane or 'unbound' end
        local function ready(lane) return base .. 'ready:' .. named(lane) end
        local function leased(lane) return base .. 'leased:' .. named(lane) end

        -- Whether an operator holds the queue of a destination.
        local function isHeld(name)
          local hold = redis.pcall('HGET', base .. 'held', name or '')
          return type(hold) == 'string' and hold ~= ''
        end

        -- Adds to a number of a hash. A value that is not a number starts again from 0.
        local function add(key, field, number)
          local sum = redis.pcall('HINCRBY', key, field, number)
          if type(sum) ~= 'number' then redis.call('HSET', key, field, number) end
        end

        -- Puts a relocation into the waiting order of its lane.
        local function wait(uuid, lane, score)
          redis.call('ZADD', ready(lane), score, uuid)
          if named(lane) ~= 'unbound' then redis.call('ZADD', base .. 'lanes', now, lane) end
        end

        -- Takes a relocation out of its lane.
        local function leave(uuid, lane)
          redis.call('ZREM', ready(lane), uuid)
          redis.call('ZREM', leased(lane), uuid)
        end

        -- A fencing token that no other was or will be: above the one before and above the clock, so that tokens grow
        -- even when Redis has lost its data; and ending with six random digits of the asker's, so that it is not given
        -- twice when Redis has forgotten that it was, and its clock was set back. It fits 63 bits.
        local function newToken(fence, digits)
          local next = redis.pcall('INCR', fence)
          if type(next) ~= 'number' or next < now or next > 9e12 then next = now end
          redis.call('SET', fence, ms(next))
          return ms(next) .. digits
        end

        -- The worker whose lease this script has ended.
        local holder = ''

        -- Ends the lease. Its holder may ask again how it ended, because the answer may get lost, and others may have
        -- held the relocation since: the record keeps the last sixteen ends.
        local function unlease(record, how)
          local was = redis.call('HMGET', record, 'token', 'ends', 'owner')
          holder = was[3] or ''
          if was[1] and was[1] ~= '' then
            local ends = was[1] .. ' ' .. how .. ',' .. (was[2] or '')
            local _, last = string.find(ends, string.rep('[^,]*,', 16))
            redis.call('HSET', record, 'endedBy', was[1], 'endedAs', how, 'ends', string.sub(ends, 1, last or -1))
          end
          redis.call('HSET', record, 'token', '', 'owner', '', 'leaseExpiresAt', '0', 'progress', '0',
            'progressRows', '0', 'doing', '', 'updatedAt', ms(now))
        end

        -- How the lease with the token ARGV[3] ended; nil if that is not known.
        local function howEnded(record)
          local was = redis.call('HMGET', record, 'endedBy', 'endedAs', 'ends')
          if was[1] == ARGV[3] then return was[2] end
          return string.match(',' .. (was[3] or ''), ',' .. ARGV[3] .. ' (%a+),')
        end

        -- Renews the lease.
        local function renew(record, uuid, lane, milliseconds)
          local expires = ms(now + milliseconds)
          redis.call('ZADD', leased(lane), expires, uuid)
          redis.call('HSET', record, 'leaseExpiresAt', expires, 'leaseUsed', '1')
        end

        -- Whether one token was given after another. They are too large for a number of Lua's.
        local function isLater(one, other)
          one = one or ''
          return #one > #other or #one == #other and one > other
        end

        -- Why the claim with the token ARGV[3] no longer holds the lease.
        local function loss(token, endedBy, endedAs)
          if endedAs == 'aborted' or endedAs == 'cancelled' then return endedAs end
          if isLater(token, ARGV[3]) or isLater(endedBy, ARGV[3]) then return 'takenOver' end
          return endedAs and 'expired' or 'forgotten'
        end

        -- What `stale` has read of the record: token, end, tasks done, tasks in all, requests.
        local held

        -- Whether ARGV[3] is not the fencing token of the relocation's lease: nil, or the answer to give. The holder
        -- whose lease ended by this very transition gets the first answer again.
        local function stale(how)
          held = redis.call('HMGET', KEYS[1], 'token', 'endedBy', 'chunksDone', 'chunksTotal', 'cancelRequested',
            'pauseRequested')
          if held[1] == ARGV[3] then return nil end
          local ended = howEnded(KEYS[1])
          if how and ended == how then return {'ok'} end
          return {'lost', loss(held[1], held[2], ended)}
        end

        -- Whether the list is not where the holder left it, because Redis has forgotten an acknowledgement: nil, or the
        -- answer to give. After `stale`. `finished` and `total` are what the holder knows.
        local function misplaced(finished, total)
          if count(held[3]) == tonumber(finished) and count(held[4]) == tonumber(total) then return nil end
          return {'lost', 'forgotten'}
        end

        -- Why the upload with the token ARGV[3] no longer is its enqueuer's.
        local function uploadLost()
          local was = redis.call('HMGET', KEYS[1], 'status', 'uploadToken', 'published')
          if not was[1] then return {'lost', 'forgotten'} end
          if was[1] == 'FAILURE' and was[3] ~= '1' then return {'lost', 'aborted'} end
          return {'lost', isLater(was[2], ARGV[3]) and 'takenOver' or 'forgotten'}
        end

        """

    private static let databases = """
        -- The lane of a destination's name. Records of format 2 and older have no name: those that are not bound yet are
        -- the standard name's.
        local function laneOf(name)
          return ((name or '') == '' or name == '\(DestinationName.standard)') and 'unbound' or 'name:' .. name
        end

        local function destination(name) return base .. 'destination:' .. name end

        -- The lanes that the workers of a name serve: its own, and those of bound records of format 2 and older.
        local function lanesOf(name)
          local lanes = {laneOf(name)}
          for lane in string.gmatch(redis.call('HGET', destination(name), 'lanes') or '', '%x+') do
            lanes[#lanes + 1] = lane
          end
          return lanes
        end

        -- Gives a name that is free to a database. Nil if the name is that database's now; otherwise what to answer to
        -- a worker of another database. One that takes the name over gets all that was bound to the other one.
        local function serve(name, identity, former, address, worker, takesOver)
          local key = destination(name)
          local was = redis.call('HMGET', key, 'identity', 'address', 'by', 'since', 'lanes')
          local lanes, lane = was[5] or '', redis.sha1hex(former)
          local isNew = was[1] ~= identity
          if isNew and was[1] then
            if not takesOver then return {'taken', was[2] or '', was[3] or '', was[4] or '0'} end
            redis.call('LPUSH', base .. 'rebound:' .. name, cjson.encode({identity = was[1], address = was[2],
              registeredBy = was[3], registeredAt = time(was[4]), takenBy = worker, takenAt = now}))
            redis.call('LTRIM', base .. 'rebound:' .. name, 0, 19)
          end
          if not string.find(lanes, lane, 1, true) then lanes = string.sub(lane .. ',' .. lanes, 1, 41 * 16) end
          if isNew then
            redis.call('HSET', key, 'format', format, 'identity', identity, 'by', worker, 'since', ms(now))
            redis.call('ZADD', base .. 'destinations', 'NX', ms(now), name)
          end
          if lanes ~= was[5] or address ~= was[2] then redis.call('HSET', key, 'lanes', lanes, 'address', address) end
          return nil
        end

        -- What a record says of its destination: its address, and what troubles its workers.
        local function whereabouts(name)
          local found = redis.pcall('HGET', destination(name), 'address')
          local trouble = redis.pcall('GET', base .. 'trouble:' .. name)
          return {type(found) == 'string' and found or '', type(trouble) == 'string' and trouble or ''}
        end

        """

    private static let requests = """
        -- Ends a relocation without success; tasks and place are kept. `action` is what an operator did to end it.
        local function fail(uuid, reason, by, action)
          if action and mayReturn(uuid) then
            giveBack(uuid)
            note(uuid, 'undoWithdrawn', by)
            return
          end
          if hasFlow(base .. 'record:' .. uuid) then
            add(base .. 'record:' .. uuid, 'failures', 1)
            -- What has come about is no plan any more: a retry must not meet it again.
            if action == 'cancel' then
              redis.call('HSET', base .. 'record:' .. uuid, 'pauseAtStep', '', 'cancelAtStep', '')
            end
          end
          redis.call('HSET', base .. 'record:' .. uuid, 'status', 'FAILURE', 'failureReason', reason,
            'endedByAction', action or '', 'pauseRequested', '0', 'cancelRequested', '0', 'nextAttemptAt', '0',
            'completedAt', ms(now), 'updatedAt', ms(now))
          local told = action == 'cancel' and 'cancelled' or action == 'abort' and 'aborted' or 'failed'
          note(uuid, told, by, {detail = reason})
        end

        local function requestIn(cancel, pause) return cancel == '1' and 'cancel' or pause == '1' and 'pause' or 'none' end

        -- What an operator asked of the holder.
        local function request(record)
          return requestIn(unpack(redis.call('HMGET', record, 'cancelRequested', 'pauseRequested'), 1, 2))
        end

        -- The same, as `stale` has read it.
        local function requested() return requestIn(held[5], held[6]) end

        -- Where a relocation goes after its claim: what an operator asked for comes first.
        local function settle(record, uuid, lane, score)
          local asked = request(record)
          if asked == 'cancel' then
            fail(uuid, endReason(record, 'cancel'), holder, 'cancel')
          elseif asked == 'pause' then
            note(uuid, 'paused', holder)
            redis.call('HSET', record, 'status', 'PAUSE', 'pauseRequested', '0', 'updatedAt', ms(now))
            forgetPause(record)
          else
            wait(uuid, lane, score)
          end
        end

        -- Ends the lease and settles the relocation at its old place, as if it had not been claimed.
        local function giveUp(how, place, detail)
          local was = redis.call('HMGET', KEYS[1], 'lane', 'waitedFrom')
          leave(ARGV[2], was[1])
          unlease(KEYS[1], how)
          redis.call('HSET', KEYS[1], 'losses', '0', 'crashTokens', '', 'nextAttemptAt', '0')
          noteEnd(ARGV[2], place == 'last' and 'requeued' or how, holder, detail)
          local score = place == 'old' and tonumber(was[2] or '')
          -- A place that no clock gave does not count.
          local isPlace = score and score >= 0 and score <= tonumber(turn)
          settle(KEYS[1], ARGV[2], was[1], isPlace and was[2] or turn)
        end

        """

    private static let renames = """
        -- Adds the renamed rows ARGV[first...last] to a list as far as there is room. Returns the number of new ones: a
        -- row that is renamed again keeps its first name, one that is told again stays as it is.
        local function noteRenamed(key, first, last)
          if last < first then return 0 end
          local kept, places, new = redis.call('LRANGE', key, 0, -1), {}, 0
          local length = #kept
          for at = 1, length - 2, 3 do places[kept[at] .. '|' .. kept[at + 2]] = at + 1 end
          for at = first, last, 3 do
            local before, after = ARGV[at] .. '|' .. ARGV[at + 1], ARGV[at] .. '|' .. ARGV[at + 2]
            local place = places[before]
            if place then
              redis.call('LSET', key, place, ARGV[at + 2])
              places[before], places[after] = nil, place
            elseif not places[after] then
              new = new + 1
              if length < 3 * renamedLimit then
                redis.call('RPUSH', key, ARGV[at], ARGV[at + 1], ARGV[at + 2])
                places[after], length = length + 2, length + 3
              end
            end
          end
          return new
        end

        """
}
