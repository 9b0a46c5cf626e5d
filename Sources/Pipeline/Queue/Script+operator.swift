/// The transitions of an operator, and what reads.
extension Script {
    /// - KEYS: 1...6 of the relocation
    /// - Returns: `ok`, snapshot · `missing`
    static let status = Script(
        "status", .reads,
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {'missing'} end
        return {'ok', snapshot(KEYS[1], KEYS[3], KEYS[5])}
        """)

    /// - KEYS: 1...6 of the relocation
    /// - Returns: `ok`, its renamed rows: subject, first name and name now of each · `missing`
    static let renamed = Script(
        "renamed", .reads,
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {'missing'} end
        return {'ok', read('LRANGE', KEYS[6], 0, -1)}
        """)

    /// Removes a relocation without record from the index.
    ///
    /// - KEYS: 1...6 of the relocation, 7 the index
    /// - Returns: `ok`
    static let forget = Script(
        "forget", .moves,
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then
          redis.call('UNLINK', unpack(KEYS, 2, 6))
          redis.call('ZREM', KEYS[7], ARGV[2])
          forgetHistory(ARGV[2])
        end
        return {'ok'}
        """)

    /// Lets a failed relocation go on at the task that failed.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 the operator, 4 how a history calls it, 5... the flow (see `hasFlowMoved`)
    /// - Returns: `ok` · `missing` · `conflict`, its status or `unpublished` or `deleted` or `moved`
    static let retry = Script(
        "retry", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'payloadDeleted', 'lane')
        if not was[1] then return {'missing'} end
        if was[1] ~= 'FAILURE' then return {'conflict', was[1]} end
        if was[2] ~= '1' then return {'conflict', 'unpublished'} end
        if was[3] == '1' then return {'conflict', 'deleted'} end
        if hasFlowMoved(5) then return {'conflict', 'moved'} end
        keepFailure(ARGV[2])
        note(ARGV[2], ARGV[4] or 'retried', ARGV[3])
        redis.call('HSET', KEYS[1], 'status', 'IN_PROGRESS', 'failureReason', '', 'findings', '', 'attempts', '0',
          'endedByAction', '', 'failureCause', '', 'losses', '0', 'outages', '0', 'crashTokens', '', 'nextAttemptAt', '0',
          'completedAt', '0', 'lastTrouble', '',
          'failedIndex', '', 'failedTask', '', 'updatedAt', ms(now))
        setFlow(5)
        wait(ARGV[2], was[4], turn)
        return {'ok'}
        """)

    /// Reads the task at which a relocation failed.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - Returns: `ok`, the element, finished chunks, ms since 1970 · `missing` · `conflict`, its status or
    ///   `unpublished` or `deleted` or `nowhere`
    static let failedTask = Script(
        "failedTask", .reads,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'payloadDeleted', 'failedIndex', 'chunksDone')
        if not was[1] then return {'missing'} end
        if was[1] ~= 'FAILURE' then return {'conflict', was[1]} end
        if was[2] ~= '1' then return {'conflict', 'unpublished'} end
        if was[3] == '1' then return {'conflict', 'deleted'} end
        local element = was[4] and redis.pcall('LINDEX', KEYS[2], was[4])
        if type(element) ~= 'string' then return {'conflict', 'nowhere'} end
        return {'ok', element, was[5] or '0', ms(now)}
        """)

    /// Reads tasks of a relocation that has failed: at most `count`, and no more after `bytes` are passed, but at least
    /// one.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 index of the first, 4 count, 5 bytes
    /// - Returns: `ok`, `none`, then the elements · `missing` · `conflict`, its status
    static let failedTasks = Script(
        "failedTasks", .reads,
        """
        local status = redis.call('HGET', KEYS[1], 'status')
        if not status then return {'missing'} end
        if status ~= 'FAILURE' then return {'conflict', status} end
        return page({'ok', 'none'}, tonumber(ARGV[3]), ARGV[3] + ARGV[4], tonumber(ARGV[5]))
        """)

    /// The failed task must be the one that was looked at: its element has the SHA-1 ARGV[3], and ARGV[4] tasks were
    /// finished then.
    private static let lookedAt = """
        local was = redis.call('HMGET', KEYS[1], 'status', 'chunksDone', 'failedIndex', 'skippedRows')
        if not was[1] then return {'missing'} end
        if was[1] ~= 'FAILURE' then return {'conflict', was[1]} end
        local element = was[3] and redis.pcall('LINDEX', KEYS[2], was[3])
        if type(element) ~= 'string' or (was[2] or '0') ~= ARGV[4] or redis.sha1hex(element) ~= ARGV[3] then
          return {'conflict', 'moved'}
        end
        if not areSound(KEYS[3], KEYS[4], KEYS[5], KEYS[6]) then return {'conflict', 'damaged'} end

        """

    /// Drops the task at which a relocation failed, for good: its rows are counted, what was done is remembered. The
    /// relocation stays failed.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 SHA-1 of the element that was looked at, 4 finished chunks then, 5 note to remember, then counters
    ///   and values
    /// - Returns: `ok` · `missing` · `conflict`, its status or `moved` or `damaged`
    static let skip = Script(
        "skip", .moves,
        lookedAt + """
            -- A list gives an element up by its value only: no task is empty.
            redis.call('LSET', KEYS[2], was[3], '')
            redis.call('LREM', KEYS[2], 1, '')
            add(KEYS[1], 'chunksDone', 1)
            for at = 6, #ARGV, 2 do add(KEYS[3], ARGV[at], ARGV[at + 1]) end
            redis.call('RPUSH', KEYS[5], ARGV[5])
            noteSkipped(ARGV[2], KEYS[5])
            redis.call('HSET', KEYS[1], 'failedIndex', '', 'failedTask', '', 'needs', '', 'updatedAt', ms(now))
            return {'ok'}
            """)

    /// Tells workers to leave out one row of the task at which a relocation failed. Workers of older formats leave the
    /// relocation alone from then on. The relocation stays failed; repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 SHA-1 of the element that was looked at, 4 finished chunks then, 5 note to remember, 6 the row, a line
    /// - Returns: `ok` · `missing` · `conflict`, its status or `moved` or `damaged` or `manyRows`
    static let skipRow = Script(
        "skipRow", .moves,
        lookedAt + """
            local rows, line = was[4] or '', ARGV[6] .. '\\n'
            if string.find('\\n' .. rows, '\\n' .. line, 1, true) then return {'ok'} end
            if #rows + #line > skippedRowsBytes then return {'conflict', 'manyRows'} end
            redis.call('HSET', KEYS[1], 'skippedRows', rows .. line, 'updatedAt', ms(now),
              'format', format)
            redis.call('RPUSH', KEYS[5], ARGV[5])
            noteSkipped(ARGV[2], KEYS[5])
            return {'ok'}
            """)

    /// Pauses a relocation: at once, or at the next chunk boundary when a worker holds it.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 the operator, 4... the flow (see `hasFlowMoved`)
    /// - Returns: `ok`, `done` or `requested` or `unchanged` · `missing` · `conflict`, its status or `uploading` or
    ///   `moved`
    static let pause = Script(
        "pause", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'token', 'leaseExpiresAt', 'lane',
          'pauseRequested')
        if not was[1] then return {'missing'} end
        if was[1] == 'PAUSE' or was[6] == '1' then return {'ok', 'unchanged'} end
        if was[1] ~= 'IN_PROGRESS' then return {'conflict', was[1]} end
        if was[2] ~= '1' then return {'conflict', 'uploading'} end
        if hasFlowMoved(4) then return {'conflict', 'moved'} end
        if was[3] and was[3] ~= '' and time(was[4]) > now then
          setFlow(4)
          note(ARGV[2], 'pauseRequested', ARGV[3])
          redis.call('HSET', KEYS[1], 'pauseRequested', '1', 'updatedAt', ms(now))
          return {'ok', 'requested'}
        end
        leave(ARGV[2], was[5])
        unlease(KEYS[1], 'paused')
        note(ARGV[2], 'paused', ARGV[3])
        redis.call('HSET', KEYS[1], 'status', 'PAUSE', 'nextAttemptAt', '0')
        forgetPause(KEYS[1])
        return {'ok', 'done'}
        """)

    /// Lets a paused relocation go on, or takes the request to pause back.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 the operator, 4... the flow (see `hasFlowMoved`)
    /// - Returns: `ok` · `missing` · `conflict`, its status or `moved`
    static let unpause = Script(
        "unpause", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'lane', 'pauseRequested')
        if not was[1] then return {'missing'} end
        if hasFlowMoved(4) then return {'conflict', 'moved'} end
        if was[1] == 'IN_PROGRESS' and (was[3] == '1' or (ARGV[4] or '') ~= '') then
          note(ARGV[2], 'pauseWithdrawn', ARGV[3])
          redis.call('HSET', KEYS[1], 'pauseRequested', '0', 'updatedAt', ms(now))
          setFlow(4)
          return {'ok'}
        end
        if was[1] ~= 'PAUSE' then return {'conflict', was[1]} end
        note(ARGV[2], 'unpaused', ARGV[3])
        redis.call('HSET', KEYS[1], 'status', 'IN_PROGRESS', 'attempts', '0', 'nextAttemptAt', '0',
          'updatedAt', ms(now))
        setFlow(4)
        wait(ARGV[2], was[2], turn)
        return {'ok'}
        """)

    /// Gives a relocation up: at once, or (unless told to abort) at the next chunk boundary when a worker holds it.
    /// What was only staged is removed.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 `1` to abort, 4 the operator, 5... the flow (see `hasFlowMoved`)
    /// - Returns: `ok`, `done` or `requested` or `unchanged` · `missing` · `conflict`, its status or `moved`
    static let cancel = Script(
        "cancel", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'token', 'leaseExpiresAt', 'lane',
          'cancelRequested')
        local abort = ARGV[3] == '1'
        if not was[1] then return {'missing'} end
        if was[1] == 'FAILURE' and not abort then return {'ok', 'unchanged'} end
        if was[1] == 'FAILURE' or was[1] == 'SUCCESS' then return {'conflict', was[1]} end
        if hasFlowMoved(5) then return {'conflict', 'moved'} end
        if not abort and was[3] and was[3] ~= '' and time(was[4]) > now then
          if was[6] == '1' then return {'ok', 'unchanged'} end
          setFlow(5)
          note(ARGV[2], 'cancelRequested', ARGV[4])
          redis.call('HSET', KEYS[1], 'cancelRequested', '1', 'updatedAt', ms(now))
          return {'ok', 'requested'}
        end
        leave(ARGV[2], was[5])
        unlease(KEYS[1], abort and 'aborted' or 'cancelled')
        if was[2] ~= '1' then
          redis.call('UNLINK', KEYS[2])
          redis.call('HSET', KEYS[1], 'uploadToken', '', 'payloadBytes', '0')
        end
        local action = abort and 'abort' or 'cancel'
        fail(ARGV[2], endReason(KEYS[1], action), ARGV[4], action)
        return {'ok', 'done'}
        """)

    /// Removes the payload of a relocation that no worker holds. Its record stays for the retention; a paused one
    /// fails, and an upload whose enqueuer is gone is removed entirely.
    ///
    /// - KEYS: 1...6 of the relocation, 7 the index
    /// - ARGV: 3 retention in ms, 4 the operator
    /// - Returns: `ok` · `missing` · `conflict`, its status or `uploading`
    static let delete = Script(
        "delete", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'uploadExpiresAt')
        if not was[1] then return {'missing'} end
        if was[1] == 'IN_PROGRESS' and was[2] == '1' then return {'conflict', was[1]} end
        if was[1] == 'IN_PROGRESS' and time(was[3]) > now then return {'conflict', 'uploading'} end
        if was[1] == 'IN_PROGRESS' then
          redis.call('UNLINK', unpack(KEYS, 1, 6))
          redis.call('ZREM', KEYS[7], ARGV[2])
          forgetHistory(ARGV[2])
          return {'ok'}
        end
        if was[1] == 'PAUSE' then fail(ARGV[2], 'The payload of this relocation was deleted by an operator.', ARGV[4]) end
        note(ARGV[2], 'deleted', ARGV[4])
        redis.call('UNLINK', KEYS[2], parcelOf(ARGV[2]))
        redis.call('HSET', KEYS[1], 'payloadDeleted', '1', 'payloadBytes', '0', 'updatedAt', ms(now))
        for _, key in ipairs(KEYS) do
          if key ~= KEYS[7] then redis.call('PEXPIRE', key, ARGV[3]) end
        end
        redis.call('PEXPIRE', writtenOf(ARGV[2]), ARGV[3])
        keepHistory(ARGV[2], ARGV[3])
        return {'ok'}
        """)
}
