/// The transitions of an operator, and what reads.
extension Script {
    /// - KEYS: 1...5 of the relocation
    /// - Returns: `ok`, snapshot · `missing`
    static let status = Script(
        "status", .reads,
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {'missing'} end
        return {'ok', snapshot(KEYS[1], KEYS[3], KEYS[5])}
        """)

    /// Counts what a destination's workers can still move.
    ///
    /// - KEYS: 1 the fence (for the slot)
    /// - ARGV: 2 destination
    /// - Returns: `ok`, number
    static let open = Script(
        "open", .reads,
        """
        local count = 0
        for _, lane in ipairs({'unbound', redis.sha1hex(ARGV[2])}) do
          count = count + redis.call('ZCARD', ready(lane)) + redis.call('ZCARD', leased(lane))
        end
        return {'ok', count}
        """)

    /// Takes a relocation that is no longer remembered out of the index.
    ///
    /// - KEYS: 1...5 of the relocation, 6 the index
    /// - Returns: `ok`
    static let forget = Script(
        "forget", .moves,
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then
          redis.call('UNLINK', unpack(KEYS, 2, 5))
          redis.call('ZREM', KEYS[6], ARGV[2])
        end
        return {'ok'}
        """)

    /// Lets a failed relocation go on at the task that failed.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - Returns: `ok` · `missing` · `conflict`, its status or `unpublished` or `deleted`
    static let retry = Script(
        "retry", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'payloadDeleted', 'lane')
        if not was[1] then return {'missing'} end
        if was[1] ~= 'FAILURE' then return {'conflict', was[1]} end
        if was[2] ~= '1' then return {'conflict', 'unpublished'} end
        if was[3] == '1' then return {'conflict', 'deleted'} end
        redis.call('HSET', KEYS[1], 'status', 'IN_PROGRESS', 'failureReason', '', 'findings', '', 'attempts', '0',
          'losses', '0', 'nextAttemptAt', '0', 'completedAt', '0', 'lastTrouble', '', 'updatedAt', ms(now))
        wait(ARGV[2], was[4], turn)
        return {'ok'}
        """)

    /// Pauses a relocation: at once, or at the next chunk boundary when a worker holds it.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - Returns: `ok`, `done` or `requested` or `unchanged` · `missing` · `conflict`, its status or `uploading`
    static let pause = Script(
        "pause", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'token', 'leaseExpiresAt', 'lane',
          'pauseRequested')
        if not was[1] then return {'missing'} end
        if was[1] == 'PAUSE' or was[6] == '1' then return {'ok', 'unchanged'} end
        if was[1] ~= 'IN_PROGRESS' then return {'conflict', was[1]} end
        if was[2] ~= '1' then return {'conflict', 'uploading'} end
        if was[3] and was[3] ~= '' and tonumber(was[4]) > now then
          redis.call('HSET', KEYS[1], 'pauseRequested', '1', 'updatedAt', ms(now))
          return {'ok', 'requested'}
        end
        leave(ARGV[2], was[5])
        unlease(KEYS[1], 'paused')
        redis.call('HSET', KEYS[1], 'status', 'PAUSE', 'nextAttemptAt', '0')
        return {'ok', 'done'}
        """)

    /// Lets a paused relocation go on, or takes the request to pause back.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - Returns: `ok` · `missing` · `conflict`, its status
    static let unpause = Script(
        "unpause", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'lane', 'pauseRequested')
        if not was[1] then return {'missing'} end
        if was[1] == 'IN_PROGRESS' and was[3] == '1' then
          redis.call('HSET', KEYS[1], 'pauseRequested', '0', 'updatedAt', ms(now))
          return {'ok'}
        end
        if was[1] ~= 'PAUSE' then return {'conflict', was[1]} end
        redis.call('HSET', KEYS[1], 'status', 'IN_PROGRESS', 'attempts', '0', 'nextAttemptAt', '0',
          'updatedAt', ms(now))
        wait(ARGV[2], was[2], turn)
        return {'ok'}
        """)

    /// Gives a relocation up: at once, or (unless told to abort) at the next chunk boundary when a worker holds it.
    /// What was only staged is removed.
    ///
    /// - KEYS: 1...5 of the relocation
    /// - ARGV: 3 `1` to abort
    /// - Returns: `ok`, `done` or `requested` or `unchanged` · `missing` · `conflict`, its status
    static let cancel = Script(
        "cancel", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'token', 'leaseExpiresAt', 'lane',
          'cancelRequested')
        local abort = ARGV[3] == '1'
        if not was[1] then return {'missing'} end
        if was[1] == 'FAILURE' and not abort then return {'ok', 'unchanged'} end
        if was[1] == 'FAILURE' or was[1] == 'SUCCESS' then return {'conflict', was[1]} end
        if not abort and was[3] and was[3] ~= '' and tonumber(was[4]) > now then
          if was[6] == '1' then return {'ok', 'unchanged'} end
          redis.call('HSET', KEYS[1], 'cancelRequested', '1', 'updatedAt', ms(now))
          return {'ok', 'requested'}
        end
        leave(ARGV[2], was[5])
        unlease(KEYS[1], 'cancelled')
        if was[2] ~= '1' then
          redis.call('UNLINK', KEYS[2])
          redis.call('HSET', KEYS[1], 'uploadToken', '', 'payloadBytes', '0')
        end
        fail(KEYS[1], abort and 'This relocation was aborted by an operator.'
          or 'This relocation was cancelled by an operator.')
        return {'ok', 'done'}
        """)

    /// Removes the payload of a relocation that nobody works on. Its record stays for the retention; a paused one
    /// fails, and of one whose enqueuer is gone nothing stays.
    ///
    /// - KEYS: 1...5 of the relocation, 6 the index
    /// - ARGV: 3 retention in ms
    /// - Returns: `ok` · `missing` · `conflict`, its status or `uploading`
    static let delete = Script(
        "delete", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'uploadExpiresAt')
        if not was[1] then return {'missing'} end
        if was[1] == 'IN_PROGRESS' and was[2] == '1' then return {'conflict', was[1]} end
        if was[1] == 'IN_PROGRESS' and tonumber(was[3]) > now then return {'conflict', 'uploading'} end
        if was[1] == 'IN_PROGRESS' then
          redis.call('UNLINK', unpack(KEYS, 1, 5))
          redis.call('ZREM', KEYS[6], ARGV[2])
          return {'ok'}
        end
        if was[1] == 'PAUSE' then fail(KEYS[1], 'The payload of this relocation was deleted by an operator.') end
        redis.call('UNLINK', KEYS[2])
        redis.call('HSET', KEYS[1], 'payloadDeleted', '1', 'payloadBytes', '0', 'updatedAt', ms(now))
        for _, key in ipairs(KEYS) do
          if key ~= KEYS[6] then redis.call('PEXPIRE', key, ARGV[3]) end
        end
        return {'ok'}
        """)
}
