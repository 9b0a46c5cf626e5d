/// How worker processes tell that they live.
extension Script {
    /// A sign of life, with all that a worker process tells of itself. Forgets workers that have been gone for long.
    ///
    /// - KEYS: 1 the workers, 2 the worker's entry
    /// - ARGV: 2 id, 3 ms until it is forgotten, then its fields and values
    /// - Returns: `ok`, what an operator asks of it (see `askWorker`) or an empty text
    static let beat = Script(
        "beat", .moves,
        """
        for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ms(now - ARGV[3]), 'LIMIT', 0, 64)) do
          redis.call('ZREM', KEYS[1], id)
        end
        local since = redis.call('HGET', KEYS[2], 'since') or ms(now)
        redis.call('HSET', KEYS[2], 'since', since, 'heartbeatAt', ms(now), unpack(ARGV, 4))
        redis.call('PEXPIRE', KEYS[2], ARGV[3])
        redis.call('ZADD', KEYS[1], ms(now), ARGV[2])
        local asked = redis.call('HGET', KEYS[2], 'asked') or ''
        if asked ~= '' then redis.call('HSET', KEYS[2], 'asked', '') end
        return {'ok', asked}
        """)

    /// Asks a worker process to be quiet, or to go on. It hears it at its next sign of life.
    ///
    /// - KEYS: 1 the workers, 2 the worker's entry
    /// - ARGV: 2 id, 3 `quiet` or `on`, 4 the operator
    /// - Returns: `ok` · `missing`
    static let askWorker = Script(
        "askWorker", .moves,
        """
        if redis.call('EXISTS', KEYS[2]) == 0 then return {'missing'} end
        redis.call('HSET', KEYS[2], 'asked', ARGV[3] .. ' ' .. ARGV[4])
        return {'ok'}
        """)

    /// A worker process has ended in order.
    ///
    /// - KEYS: 1 the workers, 2 the worker's entry
    /// - ARGV: 2 id
    /// - Returns: `ok`
    static let signOff = Script(
        "signOff", .moves,
        """
        redis.call('ZREM', KEYS[1], ARGV[2])
        redis.call('UNLINK', KEYS[2])
        return {'ok'}
        """)

    /// - KEYS: 1 the workers, 2 the held destinations
    /// - Returns: `ok`, ms since 1970, held destinations, then id and entry of each worker
    static let workers = Script(
        "workers", .reads,
        """
        local out = {'ok', ms(now), read('HGETALL', KEYS[2])}
        for _, id in ipairs(read('ZREVRANGE', KEYS[1], 0, 999)) do
          local entry = read('HGETALL', base .. 'worker:' .. id)
          if #entry > 0 then
            out[#out + 1] = id
            out[#out + 1] = entry
          end
        end
        return out
        """)

    /// Holds the queue of a destination, or lets it go. The hash keeps an empty text for one that was let go.
    ///
    /// - KEYS: 1 the held destinations
    /// - ARGV: 2 name, 3 the operator, 4 `1` to hold
    /// - Returns: `ok`, `done` or `unchanged`
    static let hold = Script(
        "hold", .moves,
        """
        if isHeld(ARGV[2]) == (ARGV[4] == '1') then return {'ok', 'unchanged'} end
        redis.call('HSET', KEYS[1], ARGV[2], ARGV[4] == '1' and ms(now) .. ' ' .. ARGV[3] or '')
        return {'ok', 'done'}
        """)
}
