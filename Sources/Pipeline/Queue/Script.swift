/// A transition of the queue: one Lua script, so that it happens wholly or not at all.
///
/// All scripts share these rules. ARGV[1] is the base of all keys, ARGV[2] the uuid where one relocation is concerned;
/// KEYS[1...5] are then its record, tasks, counters, listed rows and skipped chunks. The keys of its lane follow from
/// the record and so cannot be declared; they are of the same slot. The time is Redis' own. The answer is a list that
/// begins with a word: `ok` or what the script documents, `lost` for a stale fencing token, `missing` for an unknown
/// uuid, `conflict` and a reason.
struct Script {
    /// How a script behaves when Redis is short of memory or read-only.
    enum Mode: String {
        /// Refused when memory is short: it adds payload.
        case adds = ""
        /// Runs when memory is short: it gives memory back or needs next to none.
        case moves = "flags=allow-oom"
        /// Writes nothing.
        case reads = "flags=no-writes"
    }

    let name: String
    let text: String
    let sha: String

    init(_ name: String, _ mode: Mode, _ body: String) {
        self.name = name
        text = "#!lua \(mode.rawValue)\n" + Script.prelude + body
        sha = ScriptDigest.hex(text)
    }

    /// What the transitions have in common.
    private static let prelude = """
        local base = ARGV[1]
        local clock = redis.call('TIME')
        -- Milliseconds, and the same with microseconds: two transitions never have the same turn.
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        local turn = string.format('%.3f', clock[1] * 1000 + clock[2] / 1000)

        local function ms(value) return string.format('%.0f', value) end
        local function ready(lane) return base .. 'ready:' .. lane end
        local function leased(lane) return base .. 'leased:' .. lane end

        -- The whole of what is known of a relocation.
        local function snapshot(record, counters, skipped)
          return {redis.call('HGETALL', record), redis.call('HGETALL', counters), redis.call('LRANGE', skipped, 0, 99)}
        end

        -- Puts a relocation into the waiting order of its lane.
        local function wait(uuid, lane, score)
          redis.call('ZADD', ready(lane), score, uuid)
          if lane ~= 'unbound' then redis.call('ZADD', base .. 'lanes', now, lane) end
        end

        -- Takes a relocation out of its lane.
        local function leave(uuid, lane)
          redis.call('ZREM', ready(lane), uuid)
          redis.call('ZREM', leased(lane), uuid)
        end

        -- A fencing token that no other was or will be: above the one before and above the clock, so that tokens grow
        -- even when Redis has lost its data; and ending with six random digits of the asker's, so that it is not given
        -- twice when Redis has forgotten that it was, and its clock was set back.
        local function newToken(fence, digits)
          local next = ms(math.max(redis.call('INCR', fence), now))
          redis.call('SET', fence, next)
          return next .. digits
        end

        -- Ends the lease; its last holder may ask again how it ended, for the answer may get lost.
        local function unlease(record, how)
          redis.call('HSET', record, 'endedBy', redis.call('HGET', record, 'token') or '', 'endedAs', how,
            'token', '', 'owner', '', 'leaseExpiresAt', '0', 'progress', '0', 'updatedAt', ms(now))
        end

        -- Ends a relocation without success; tasks and place are kept.
        local function fail(record, reason)
          redis.call('HSET', record, 'status', 'FAILURE', 'failureReason', reason, 'pauseRequested', '0',
            'cancelRequested', '0', 'nextAttemptAt', '0', 'completedAt', ms(now), 'updatedAt', ms(now))
        end

        -- Where a relocation goes that nobody holds any more: what an operator asked for comes first.
        local function settle(record, uuid, lane, score)
          local asked = redis.call('HMGET', record, 'cancelRequested', 'pauseRequested')
          if asked[1] == '1' then
            fail(record, 'This relocation was cancelled by an operator.')
          elseif asked[2] == '1' then
            redis.call('HSET', record, 'status', 'PAUSE', 'pauseRequested', '0', 'updatedAt', ms(now))
          else
            wait(uuid, lane, score)
          end
        end

        -- Whether ARGV[3] is not the fencing token of the relocation's lease: nil, or the answer to give. The holder
        -- whose lease ended by this very transition gets the first answer again.
        local function stale(how)
          local held = redis.call('HMGET', KEYS[1], 'token', 'endedBy', 'endedAs')
          if held[1] == ARGV[3] then return nil end
          if how and held[2] == ARGV[3] and held[3] == how then return {'ok'} end
          return {'lost'}
        end

        -- Renews the lease.
        local function renew(record, uuid, lane, milliseconds)
          local expires = ms(now + milliseconds)
          redis.call('ZADD', leased(lane), expires, uuid)
          redis.call('HSET', record, 'leaseExpiresAt', expires, 'leaseUsed', '1')
        end

        """
}
