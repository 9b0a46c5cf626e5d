/// The transitions of destinations' names.
extension Script {
    /// Gives a destination's name to a worker's database.
    ///
    /// - ARGV: 2 worker, 3 destination: name, 4 identity, 5 former identity, 6 address, 7 `1` to take the name over
    /// - Returns: `ok` · `taken`, address, worker and time (ms) of the database that has the name
    static let serve = Script(
        "serve", .moves,
        """
        return serve(ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[2], ARGV[7] == '1') or {'ok'}
        """)

    /// Reads what is known of destinations.
    ///
    /// - ARGV: 2 a name; empty for all
    /// - Returns: `ok`, then of each its name, record, earlier databases, relocations that wait, those leased, trouble,
    ///   and since when the first one could be taken: ms since 1970, 0 for none
    static let destinations = Script(
        "destinations", .reads,
        """
        local names = ARGV[2] ~= '' and {ARGV[2]} or redis.call('ZRANGE', base .. 'destinations', 0, 999)
        local out = {'ok'}
        for _, name in ipairs(names) do
          local waiting, held, first = 0, 0, 0
          for _, lane in ipairs(lanesOf(name)) do
            waiting = waiting + redis.call('ZCARD', ready(lane))
            held = held + redis.call('ZCARD', leased(lane))
            local since = tonumber(redis.call('ZRANGE', ready(lane), 0, 0, 'WITHSCORES')[2])
            if since and (first == 0 or since < first) then first = since end
          end
          out[#out + 1] = {name, read('HGETALL', destination(name)), read('LRANGE', base .. 'rebound:' .. name, 0, -1),
            waiting, held, whereabouts(name)[2], ms(first)}
        end
        return out
        """)
}
