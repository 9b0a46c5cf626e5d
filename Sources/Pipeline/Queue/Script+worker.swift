/// The transitions of a worker. All but `claim` check the fencing token, ARGV[3], first.
extension Script {
    /// Leases one relocation: of those of the worker's destination or of none, one whose lease has run out, else the
    /// one that has waited longest.
    ///
    /// - KEYS: 1 the fence
    /// - ARGV: 2 worker, 3 lease in ms, 4 destination, 5 six random digits
    /// - Returns: `claimed`, uuid, token, snapshot · `idle`, ms until something may be claimed or -1, relocations
    ///   this destination can still move, list of some that wait for others
    static let claim = Script(
        "claim", .moves,
        """
        local mine = redis.sha1hex(ARGV[4])

        local function first(names, lane, best)
          local found = redis.call('ZRANGEBYSCORE', names(lane), '-inf', turn, 'WITHSCORES', 'LIMIT', 0, 1)
          if found[1] and not (best and best.score <= tonumber(found[2])) then
            return {uuid = found[1], score = tonumber(found[2]), text = found[2], lane = lane}
          end
          return best
        end

        -- Each round takes one relocation out of a lane; those that cannot be worked on stay out.
        for round = 1, 16 do
          local orphan = first(leased, mine, first(leased, 'unbound'))
          local found = orphan or first(ready, mine, first(ready, 'unbound'))
          if not found then break end
          local uuid, lane = found.uuid, found.lane
          leave(uuid, lane)
          local record, tasks = base .. 'record:' .. uuid, base .. 'tasks:' .. uuid
          local was = redis.call('HMGET', record, 'status', 'chunksTotal', 'chunksDone', 'leaseUsed',
            'cancelRequested', 'pauseRequested', 'startedAt')
          if was[1] == 'IN_PROGRESS' then
            if orphan then
              unlease(record, 'expired')
              redis.call('HINCRBY', record, 'takeovers', 1)
              -- A lease that nobody used was lost on the way to its worker, not with it.
              if was[4] == '1' then redis.call('HINCRBY', record, 'losses', 1) end
            end
            local missing = tonumber(was[2] or 0) - tonumber(was[3] or 0) - redis.call('LLEN', tasks)
            if missing ~= 0 then
              fail(record, 'Redis has lost tasks of this relocation. Enqueue the same file again under this UUID.')
            elseif was[5] == '1' or was[6] == '1' then
              settle(record, uuid, lane, turn)
            else
              local token = newToken(KEYS[1], ARGV[5])
              local expires = ms(now + ARGV[3])
              redis.call('ZADD', leased(lane), expires, uuid)
              redis.call('HSET', record, 'token', token, 'owner', ARGV[2], 'leaseExpiresAt', expires,
                'leaseUsed', '0', 'progress', '0', 'waitedFrom', orphan and turn or found.text,
                'updatedAt', ms(now))
              if not was[7] then redis.call('HSET', record, 'startedAt', ms(now)) end
              return {'claimed', uuid, token,
                snapshot(record, base .. 'counters:' .. uuid, base .. 'skipped:' .. uuid)}
            end
          end
        end

        local open, next = 0, nil
        for _, names in ipairs({ready, leased}) do
          for _, lane in ipairs({'unbound', mine}) do
            open = open + redis.call('ZCARD', names(lane))
            local soonest = redis.call('ZRANGE', names(lane), 0, 0, 'WITHSCORES')[2]
            if soonest and not (next and next <= tonumber(soonest)) then next = tonumber(soonest) end
          end
        end
        local foreign = {}
        for _, lane in ipairs(redis.call('ZRANGE', base .. 'lanes', 0, 31)) do
          if lane ~= mine and #foreign < 10 then
            local waiting = redis.call('ZRANGE', ready(lane), 0, 9 - #foreign)
            for _, uuid in ipairs(waiting) do foreign[#foreign + 1] = uuid end
            if #waiting == 0 and redis.call('ZCARD', leased(lane)) == 0 then
              redis.call('ZREM', base .. 'lanes', lane)
            end
          end
        end
        return {'idle', next and ms(math.max(math.ceil(next - now), 0)) or '-1', open, foreign}
        """)

    /// Binds the relocation to a destination: no other may import it any more.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 destination, 5 lease in ms
    /// - Returns: `ok` · `conflict`, `bound` · `lost`
    static let bind = Script(
        "bind", .moves,
        """
        local answer = stale()
        if answer then return answer end
        local bound = redis.call('HGET', KEYS[1], 'destination')
        if bound == ARGV[4] then return {'ok'} end
        if bound and bound ~= '' then return {'conflict', 'bound'} end
        local lane = redis.sha1hex(ARGV[4])
        leave(ARGV[2], redis.call('HGET', KEYS[1], 'lane'))
        redis.call('HSET', KEYS[1], 'destination', ARGV[4], 'lane', lane, 'updatedAt', ms(now))
        redis.call('ZADD', base .. 'lanes', now, lane)
        renew(KEYS[1], ARGV[2], lane, ARGV[5])
        return {'ok'}
        """)

    /// Renews the lease.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 lease in ms
    /// - Returns: `ok` · `lost`
    static let renew = Script(
        "renew", .moves,
        """
        local answer = stale()
        if answer then return answer end
        renew(KEYS[1], ARGV[2], redis.call('HGET', KEYS[1], 'lane'), ARGV[4])
        return {'ok'}
        """)

    /// Reads tasks without removing them: at most `count`, and no more after `bytes` are passed, but at least one.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 index of the first, 5 count, 6 bytes
    /// - Returns: `ok`, then the elements · `lost`
    static let tasks = Script(
        "tasks", .moves,
        """
        local answer = stale()
        if answer then return answer end
        if redis.call('HGET', KEYS[1], 'leaseUsed') ~= '1' then redis.call('HSET', KEYS[1], 'leaseUsed', '1') end
        local at, stop, limit = tonumber(ARGV[4]), ARGV[4] + ARGV[5], tonumber(ARGV[6])
        -- Slices grow while elements are small: little is read that does not fit.
        local out, size, slice = {'ok'}, 0, 16
        while at < stop do
          local got = redis.call('LRANGE', KEYS[2], at, math.min(at + slice, stop) - 1)
          if #got == 0 then break end
          local largest = 1
          for _, element in ipairs(got) do
            if size + #element > limit and #out > 1 then return out end
            out[#out + 1] = element
            size = size + #element
            largest = math.max(largest, #element)
          end
          at = at + #got
          slice = math.max(1, math.min(slice * 4, math.floor((limit - size) / largest)))
        end
        return out
        """)

    /// Removes finished tasks and records what became of their rows. Sent again under the same name it changes
    /// nothing. Where Redis has forgotten an earlier acknowledgement the list begins with other tasks: then the claim
    /// is lost too.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 name of this acknowledgement, 5 tasks, 6 lease in ms or 0 to leave it, 7 limit of listed
    ///   rows, 8 tasks that were finished before, 9 how many values of counters follow (names and numbers), then
    ///   those, then rows to list
    /// - Returns: `ok`, tasks left, relocations that could be claimed, pause asked for, cancel asked for ·
    ///   `conflict`, `short` · `lost`
    static let acknowledge = Script(
        "acknowledge", .moves,
        """
        local answer = stale()
        if answer then return answer end
        local was = redis.call('HMGET', KEYS[1], 'acknowledged', 'lane', 'pauseRequested', 'cancelRequested',
          'chunksDone')
        local lane = was[2]
        if was[1] ~= ARGV[4] then
          if was[5] ~= ARGV[8] then return {'lost'} end
          if redis.call('LLEN', KEYS[2]) < tonumber(ARGV[5]) then return {'conflict', 'short'} end
          redis.call('LTRIM', KEYS[2], ARGV[5], -1)
          redis.call('HINCRBY', KEYS[1], 'chunksDone', ARGV[5])
          redis.call('HSET', KEYS[1], 'acknowledged', ARGV[4], 'attempts', '0', 'losses', '0', 'lastTrouble', '',
            'leaseUsed', '1', 'updatedAt', ms(now))
          local last = 9 + ARGV[9]
          for at = 10, last, 2 do redis.call('HINCRBY', KEYS[3], ARGV[at], ARGV[at + 1]) end
          if #ARGV > last then
            local room = ARGV[7] - redis.call('LLEN', KEYS[4])
            for at = last + 1, math.min(#ARGV, last + room) do redis.call('RPUSH', KEYS[4], ARGV[at]) end
          end
        end
        if ARGV[6] ~= '0' then renew(KEYS[1], ARGV[2], lane, ARGV[6]) end
        local waiting = 0
        for _, other in ipairs(lane == 'unbound' and {lane} or {lane, 'unbound'}) do
          waiting = waiting + redis.call('ZCOUNT', ready(other), '-inf', turn)
            + redis.call('ZCOUNT', leased(other), '-inf', '(' .. ms(now))
        end
        return {'ok', redis.call('LLEN', KEYS[2]), waiting, was[3] == '1' and 1 or 0, was[4] == '1' and 1 or 0}
        """)

    /// Shows how far an uncommitted transaction has come; forgotten when the lease ends.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 chunks
    /// - Returns: `ok` · `lost`
    static let progress = Script(
        "progress", .moves,
        """
        local answer = stale()
        if answer then return answer end
        redis.call('HSET', KEYS[1], 'progress', ARGV[4], 'updatedAt', ms(now))
        return {'ok'}
        """)

    /// Goes on to a later step.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 step, 5 this step and all before it, each followed by a comma
    /// - Returns: `ok` · `conflict`, `step` · `lost`
    static let advance = Script(
        "advance", .moves,
        """
        local answer = stale()
        if answer then return answer end
        if not string.find(ARGV[5], redis.call('HGET', KEYS[1], 'step') .. ',', 1, true) then
          return {'conflict', 'step'}
        end
        redis.call('HSET', KEYS[1], 'step', ARGV[4], 'updatedAt', ms(now))
        return {'ok'}
        """)

    /// Ends a relocation with success.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 retention in ms
    /// - Returns: `ok` · `conflict`, `unfinished` · `lost`
    static let complete = Script(
        "complete", .moves,
        """
        local answer = stale('completed')
        if answer then return answer end
        local was = redis.call('HMGET', KEYS[1], 'chunksTotal', 'chunksDone', 'lane')
        if tonumber(was[1] or 0) ~= tonumber(was[2] or 0) or redis.call('LLEN', KEYS[2]) ~= 0 then
          return {'conflict', 'unfinished'}
        end
        leave(ARGV[2], was[3])
        unlease(KEYS[1], 'completed')
        redis.call('HSET', KEYS[1], 'status', 'SUCCESS', 'step', 'COMPLETED', 'completedAt', ms(now),
          'pauseRequested', '0', 'cancelRequested', '0', 'nextAttemptAt', '0', 'payloadBytes', '0')
        for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
        return {'ok'}
        """)

    /// Gives the lease back after passing trouble, to be tried again later.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 delay in ms, 5 trouble
    /// - Returns: `ok` · `lost`
    static let postpone = Script(
        "postpone", .moves,
        """
        local answer = stale('postponed')
        if answer then return answer end
        local lane, again = redis.call('HGET', KEYS[1], 'lane'), ms(now + ARGV[4])
        leave(ARGV[2], lane)
        unlease(KEYS[1], 'postponed')
        redis.call('HINCRBY', KEYS[1], 'attempts', 1)
        redis.call('HSET', KEYS[1], 'nextAttemptAt', again, 'lastTrouble', ARGV[5], 'losses', '0')
        settle(KEYS[1], ARGV[2], lane, again)
        return {'ok'}
        """)

    /// Ends a relocation without success. Its tasks stay, the failed one among them.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 findings, 5 reason, 6 index of the failed task or empty, 7 note of it or empty
    /// - Returns: `ok` · `lost`
    static let fail = Script(
        "fail", .moves,
        """
        local answer = stale('failed')
        if answer then return answer end
        leave(ARGV[2], redis.call('HGET', KEYS[1], 'lane'))
        unlease(KEYS[1], 'failed')
        redis.call('HSET', KEYS[1], 'findings', ARGV[4], 'failedIndex', ARGV[6], 'failedTask', ARGV[7])
        fail(KEYS[1], ARGV[5])
        return {'ok'}
        """)

    /// Gives the lease back without an attempt.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 token, 4 `1` to keep its place in the waiting order, `0` to go to its end
    /// - Returns: `ok` · `lost`
    static let release = Script(
        "release", .moves,
        """
        local answer = stale('released')
        if answer then return answer end
        local was = redis.call('HMGET', KEYS[1], 'lane', 'waitedFrom')
        leave(ARGV[2], was[1])
        unlease(KEYS[1], 'released')
        redis.call('HSET', KEYS[1], 'losses', '0', 'nextAttemptAt', '0')
        settle(KEYS[1], ARGV[2], was[1], ARGV[4] == '1' and was[2] or turn)
        return {'ok'}
        """)
}
