/// What a user may do, found by doing it.
extension Script {
    /// Runs every command that scripts and direct calls use, on keys of this call alone, and removes those. So it finds
    /// what an ACL forbids and what a server has renamed or disabled, also for a user who may not ask for its own rights.
    /// If the user may not remove keys, nothing else is tried.
    ///
    /// - KEYS: 1 a key that is nobody else's; then one of each family, which are not touched
    /// - Returns: `ok`, ms since 1970 (empty if unknown), then name and error of each command that failed
    static let probe = Script(
        "probe", .moves,
        """
        local key, out = KEYS[1], {'ok', ''}
        local function try(name, ...)
          local answer = redis.pcall(name, ...)
          if type(answer) ~= 'table' or not answer.err then return answer end
          out[#out + 1] = name
          out[#out + 1] = answer.err
        end

        local clock = try('TIME')
        if clock then out[2] = string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000)) end
        if not try('UNLINK', key) or not try('DEL', key) then return out end
        try('SET', key, '1')
        try('GET', key)
        try('INCR', key)
        try('EXISTS', key)
        try('PEXPIRE', key, '1000')
        try('PERSIST', key)
        redis.pcall('DEL', key)
        try('HSET', key, 'a', '1')
        try('HGET', key, 'a')
        try('HMGET', key, 'a')
        try('HGETALL', key)
        try('HINCRBY', key, 'a', '1')
        try('HSCAN', key, '0')
        redis.pcall('DEL', key)
        try('ZADD', key, '1', 'a')
        try('ZCARD', key)
        try('ZCOUNT', key, '0', '2')
        try('ZRANGE', key, '0', '-1')
        try('ZRANGEBYSCORE', key, '0', '2')
        try('ZREVRANGE', key, '0', '-1')
        try('ZRANDMEMBER', key)
        try('ZREM', key, 'a')
        redis.pcall('DEL', key)
        try('RPUSH', key, 'a', 'b')
        try('LPUSH', key, 'c')
        try('LLEN', key)
        try('LINDEX', key, '0')
        try('LRANGE', key, '0', '-1')
        try('LSET', key, '0', 'd')
        try('LREM', key, '1', 'b')
        try('LTRIM', key, '0', '0')
        redis.pcall('DEL', key)
        try('SADD', key, 'a')
        try('SMEMBERS', key)
        try('SREM', key, 'a')
        redis.pcall('DEL', key)
        return out
        """)
}
