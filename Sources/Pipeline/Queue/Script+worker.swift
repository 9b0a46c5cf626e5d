/// The transitions of the holder of a claim. All check the fencing token, ARGV[3], first.
extension Script {
    /// Reads tasks without removing them: at most `count`, and no more after `bytes` are passed, but at least one.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 index of the first, 5 count, 6 bytes, 7 finished tasks, 8 tasks in all
    /// - Returns: `ok`, request, then the elements · `lost`, why
    static let tasks = Script(
        "tasks", .moves,
        """
        local answer = stale() or misplaced(ARGV[7], ARGV[8])
        if answer then return answer end
        if redis.call('HGET', KEYS[1], 'leaseUsed') ~= '1' then redis.call('HSET', KEYS[1], 'leaseUsed', '1') end
        return page({'ok', requested()}, tonumber(ARGV[4]), ARGV[4] + ARGV[5], tonumber(ARGV[6]))
        """)

    /// Removes finished tasks, adds the tasks that follow from them at the end of the list, and records what became of
    /// the rows. Repeating it under the same name changes nothing. If Redis has forgotten an earlier
    /// acknowledgement, the list is not the one the worker knows: then the claim is lost too.
    ///
    /// The first task that is finished ends the need for a kind of task (see `leaveAlone`).
    ///
    /// It runs when memory is short too, follow-up tasks or not: it gives back more than it needs.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 name of this acknowledgement, 5 tasks, 6 lease in ms or 0 to leave it, 7 limit of listed
    ///   rows, 8 tasks that were finished before, 9 tasks there were in all before, 10 known kinds (see `strange`),
    ///   11 how many values of counters follow (names and numbers), 12 how many follow-up tasks follow those, 13 their
    ///   bytes, 14 how many values of renamed rows follow those (subject, first name, name now), 15 renamed rows that
    ///   are only counted, 16 how many values of written rows follow those (name and text), then all of those, then rows
    ///   to list
    /// - Returns: `ok`, tasks left, relocations that could be claimed, request · `conflict`, `short` or `damaged` ·
    ///   `lost`, why
    static let acknowledge = Script(
        "acknowledge", .moves,
        """
        local answer = stale()
        if answer then return answer end
        local was = redis.call('HMGET', KEYS[1], 'acknowledged', 'lane', 'destinationName')
        local lane = named(was[2])
        if was[1] ~= ARGV[4] then
          answer = misplaced(ARGV[8], ARGV[9])
          if answer then return answer end
          if redis.call('LLEN', KEYS[2]) < tonumber(ARGV[5]) then return {'conflict', 'short'} end
          if not areSound(KEYS[3], KEYS[4], KEYS[5], KEYS[6]) then return {'conflict', 'damaged'} end
          redis.call('LTRIM', KEYS[2], ARGV[5], -1)
          -- Last what only a finished task ends.
          local done = {'acknowledged', ARGV[4], 'attempts', '0', 'losses', '0', 'outages', '0', 'crashTokens', '',
            'lastTrouble', '', 'progressRows', '0', 'doing', '', 'leaseUsed', '1', 'chunksDone', ms(ARGV[8] + ARGV[5]),
            'updatedAt', ms(now), 'needs', ''}
          redis.call('HSET', KEYS[1], unpack(done, 1, ARGV[5] == '0' and #done - 2 or #done))
          local counted = 16 + ARGV[11]
          for at = 17, counted, 2 do add(KEYS[3], ARGV[at], ARGV[at + 1]) end
          local followed = counted + ARGV[12]
          -- Lua hands over a limited number of values at once.
          for at = counted + 1, followed, 4000 do
            redis.call('RPUSH', KEYS[2], unpack(ARGV, at, math.min(at + 3999, followed)))
          end
          if followed > counted then
            redis.call('HSET', KEYS[1], 'chunksTotal', ms(ARGV[9] + ARGV[12]))
            add(KEYS[1], 'payloadBytes', ARGV[13])
          end
          local noted = followed + ARGV[14]
          local renamed = ARGV[15] + noteRenamed(KEYS[6], followed + 1, noted)
          if renamed > 0 then add(KEYS[1], 'renamed', ms(renamed)) end
          local written = noted + ARGV[16]
          for at = noted + 1, written, 2 do keepWritten(ARGV[2], ARGV[at], ARGV[at + 1]) end
          if #ARGV > written then
            local room = ARGV[7] - redis.call('LLEN', KEYS[4])
            for at = written + 1, math.min(#ARGV, written + room) do redis.call('RPUSH', KEYS[4], ARGV[at]) end
          end
        end
        if ARGV[6] ~= '0' then renew(KEYS[1], ARGV[2], lane, ARGV[6]) end

        -- Those in front that are left alone do not count. Only the first few are asked.
        local function claimable(key, limit)
          local count = redis.call('ZCOUNT', key, '-inf', limit)
          if count == 0 then return 0 end
          for _, other in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', limit, 'LIMIT', 0, 16)) do
            if not strange(base .. 'record:' .. other, ARGV[10]) then break end
            count = count - 1
          end
          return count
        end
        local waiting = 0
        for _, other in ipairs(lanesOf(was[3] or '')) do
          waiting = waiting + claimable(ready(other), turn) + claimable(leased(other), '(' .. ms(now))
        end
        return {'ok', redis.call('LLEN', KEYS[2]), waiting, requested()}
        """)

    /// Shows how far an uncommitted transaction has come; reset when the lease ends.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 chunks, 5 rows, 6 what it does, for people
    /// - Returns: `ok`, request · `lost`, why
    static let progress = Script(
        "progress", .moves,
        """
        local answer = stale()
        if answer then return answer end
        redis.call('HSET', KEYS[1], 'progress', ARGV[4], 'progressRows', ARGV[5], 'doing', ARGV[6], 'updatedAt', ms(now))
        return {'ok', request(KEYS[1])}
        """)

    /// Goes on to a later step.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 step, 5 this step and all before it, each followed by a comma
    /// - Returns: `ok`, request · `conflict`, `step` · `lost`, why
    static let advance = Script(
        "advance", .moves,
        """
        local answer = stale()
        if answer then return answer end
        if not string.find(ARGV[5], (redis.call('HGET', KEYS[1], 'step') or '') .. ',', 1, true) then
          return {'conflict', 'step'}
        end
        redis.call('HSET', KEYS[1], 'step', ARGV[4], 'updatedAt', ms(now))
        return {'ok', request(KEYS[1])}
        """)

    /// Ends a relocation with success.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 retention in ms, 5 finished tasks, 6 tasks in all
    /// - Returns: `ok` · `conflict`, `unfinished` · `lost`, why
    static let complete = Script(
        "complete", .moves,
        """
        local answer = stale('completed') or misplaced(ARGV[5], ARGV[6])
        if answer then return answer end
        local was = redis.call('HMGET', KEYS[1], 'chunksTotal', 'chunksDone', 'lane')
        if tonumber(was[1] or 0) ~= tonumber(was[2] or 0) or redis.call('LLEN', KEYS[2]) ~= 0 then
          return {'conflict', 'unfinished'}
        end
        leave(ARGV[2], was[3])
        unlease(KEYS[1], 'completed')
        redis.call('HSET', KEYS[1], 'status', 'SUCCESS', 'step', 'COMPLETED', 'completedAt', ms(now),
          'pauseRequested', '0', 'cancelRequested', '0', 'nextAttemptAt', '0', 'payloadBytes', '0')
        note(ARGV[2], 'completed', holder)
        for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
        redis.call('UNLINK', writtenOf(ARGV[2]))
        keepHistory(ARGV[2], ARGV[4])
        return {'ok'}
        """)

    /// Releases the claim after a transient error, to be tried again later.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 delay in ms, 5 the error, 6 attempts after which the relocation fails
    /// - Returns: `ok` · `lost`, why
    static let postpone = Script(
        "postpone", .moves,
        """
        local answer = stale('postponed')
        if answer then return answer end
        local lane, again = redis.call('HGET', KEYS[1], 'lane'), ms(now + ARGV[4])
        leave(ARGV[2], lane)
        unlease(KEYS[1], 'postponed')
        add(KEYS[1], 'attempts', 1)
        redis.call('HSET', KEYS[1], 'nextAttemptAt', again, 'lastTrouble', ARGV[5], 'maxAttempts', ARGV[6],
          'losses', '0', 'crashTokens', '')
        note(ARGV[2], 'postponed', holder, {attempt = count(redis.call('HGET', KEYS[1], 'attempts')),
          delay = tonumber(ARGV[4]), detail = ARGV[5]})
        settle(KEYS[1], ARGV[2], lane, again)
        return {'ok'}
        """)

    /// Ends a relocation without success. Its tasks stay, the failed one among them.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 findings, 5 reason, 6 index of the failed task or empty, 7 note of it or empty, 8 finished
    ///   tasks, 9 tasks in all, 10 cause (see `FailureCause`) or empty, 11 what happened in other words, or empty
    /// - Returns: `ok` · `lost`, why
    static let fail = Script(
        "fail", .moves,
        """
        local answer = stale('failed') or ARGV[6] ~= '' and misplaced(ARGV[8], ARGV[9])
        if answer then return answer end
        leave(ARGV[2], redis.call('HGET', KEYS[1], 'lane'))
        unlease(KEYS[1], 'failed')
        redis.call('HSET', KEYS[1], 'findings', ARGV[4], 'failedIndex', ARGV[6], 'failedTask', ARGV[7],
          'failureCause', ARGV[10])
        if (ARGV[11] or '') ~= '' then redis.call('HSET', KEYS[1], 'lastTrouble', ARGV[11]) end
        fail(ARGV[2], ARGV[5], holder)
        return {'ok'}
        """)

    /// Releases the claim without an attempt.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 `old` to keep its place in the waiting order, `last` to go to its end, 5 `1` to count an outage
    ///   of the destination
    /// - Returns: `ok` · `lost`, why
    static let release = Script(
        "release", .moves,
        """
        local answer = stale('released')
        if answer then return answer end
        if ARGV[5] == '1' then add(KEYS[1], 'outages', 1) end
        giveUp('released', ARGV[4])
        return {'ok'}
        """)

    /// Releases the claim without an attempt: only a worker that knows a kind of task can go on.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 kind, 5 what happened
    /// - Returns: `ok` · `lost`, why
    static let leaveAlone = Script(
        "leaveAlone", .moves,
        """
        local answer = stale('leftAlone')
        if answer then return answer end
        redis.call('HSET', KEYS[1], 'needs', ARGV[4], 'lastTrouble', ARGV[5])
        giveUp('leftAlone', 'old', ARGV[5])
        return {'ok'}
        """)
}
