/// The transitions that begin and keep a claim.
extension Script {
    /// Leases one relocation of the worker's destination: one whose lease has expired, otherwise the one that has waited
    /// longest. Gives the destination's name to the worker's database if it is free. Passes over those that the worker must leave alone, `claimScanLimit` at most: those
    /// behind them wait until they are gone.
    ///
    /// - KEYS: 1 the fence
    /// - ARGV: 2 worker, 3 lease in ms, 4 six random digits, 5 known kinds (see `strange`), 6 destination: name,
    ///   7 identity, 8 former identity, 9 address
    /// - Returns: `claimed`, uuid, token, snapshot · `held` if an operator holds the destination · `idle`, ms until
    ///   something may be claimed or -1, relocations this destination can still move, list of some that wait for others,
    ///   list of those left alone: uuid, field and value of each, list of some that wait · `taken`, address, worker and
    ///   time (ms) of the database that has the name
    static let claim = Script("claim", .moves, due + take + search + idle)

    private static let due = """
        local answer = serve(ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[2], false)
        if answer then return answer end
        if isHeld(ARGV[6]) then return {'held'} end
        local kinds, mine, isMine = ARGV[5], lanesOf(ARGV[6]), {}
        for _, lane in ipairs(mine) do isMine[lane] = true end

        -- The due relocations of the destination's lanes by their time, read a page at a time. `kept` counts those that
        -- stay in their lane; all others must leave it before the next is asked for.
        local function due(names)
          local lanes = {}
          for at, name in ipairs(mine) do lanes[at] = {name = name, kept = 0, page = {}, at = 1} end
          local function time(it)
            if it.at > #it.page and not it.ended then
              it.page = redis.call('ZRANGEBYSCORE', names(it.name), '-inf', turn, 'WITHSCORES', 'LIMIT', it.kept, 16)
              it.at = 1
              it.ended = #it.page == 0
            end
            return tonumber(it.page[it.at + 1])
          end
          return function()
            local it, earliest
            for _, lane in ipairs(lanes) do
              local at = time(lane)
              if at and (not it or at < earliest) then it, earliest = lane, at end
            end
            if not it then return nil end
            it.at = it.at + 2
            return it, it.page[it.at - 2], it.page[it.at - 1]
          end
        end

        """

    private static let take = """
        -- A worker that used its lease and let it expire counts as crashed until it reports that it is alive: its token
        -- is kept as long as it counts. Sixty-four are enough: long before, the task is in quarantine.
        local function countCrash(record, token)
          add(record, 'losses', 1)
          local tokens = (token or '') .. ',' .. (redis.call('HGET', record, 'crashTokens') or '')
          redis.call('HSET', record, 'crashTokens', string.sub(tokens, 1, 64 * 20))
        end

        -- Leases a relocation that has left its lane; the answer to give, or nil if it cannot be worked on.
        local function take(uuid, lane, score, isOrphan)
          local record, tasks = base .. 'record:' .. uuid, base .. 'tasks:' .. uuid
          local was = redis.call('HMGET', record, 'status', 'chunksTotal', 'chunksDone', 'leaseUsed',
            'cancelRequested', 'pauseRequested', 'startedAt', 'token', 'owner', 'step', 'updatedAt')
          if was[1] ~= 'IN_PROGRESS' then return nil end
          if isOrphan then
            unlease(record, was[5] == '1' and 'cancelled' or 'expired')
            add(record, 'takeovers', 1)
            -- A lease that was never used was lost on the way to its worker: no crash.
            if was[4] == '1' then countCrash(record, was[8]) end
          end
          local total, done, left = count(was[2]), count(was[3]), redis.pcall('LLEN', tasks)
          local counters, skipped = base .. 'counters:' .. uuid, base .. 'skipped:' .. uuid
          if not total or not done or type(left) ~= 'number'
            or not areSound(counters, base .. 'listed:' .. uuid, skipped, base .. 'renamed:' .. uuid) then
            fail(uuid, 'The record of this relocation is damaged. Enqueue the same file again under this UUID.', ARGV[2])
            return nil
          end
          -- An undo needs no task.
          if total - done ~= left and was[10] ~= 'UNDOING' then
            fail(uuid, 'Redis has lost tasks of this relocation. Enqueue the same file again under this UUID.', ARGV[2])
            return nil
          end
          if was[5] == '1' or was[6] == '1' then
            settle(record, uuid, lane, turn)
            return nil
          end
          local token, expires = newToken(KEYS[1], ARGV[4]), ms(now + ARGV[3])
          redis.call('ZADD', leased(lane), expires, uuid)
          redis.call('HSET', record, 'token', token, 'owner', ARGV[2], 'leaseExpiresAt', expires, 'leaseUsed', '0',
            'progress', '0', 'progressRows', '0', 'doing', '', 'waitedFrom', isOrphan and turn or score, 'updatedAt', ms(now),
            'readyAt', ms(math.floor(math.max(tonumber(score), time(was[11])))))
          if not was[7] then redis.call('HSET', record, 'startedAt', ms(now)) end
          note(uuid, isOrphan and 'takenOver' or was[7] and 'claimed' or 'started', ARGV[2],
            {from = isOrphan and was[9] or nil})
          return {'claimed', uuid, token, snapshot(record, counters, skipped)}
        end

        """

    private static let search = """
        local visits = 0
        for _, names in ipairs({leased, ready}) do
          for lane, uuid, score in due(names) do
            visits = visits + 1
            if visits > claimScanLimit then break end
            if strange(base .. 'record:' .. uuid, kinds) then
              lane.kept = lane.kept + 1
            else
              leave(uuid, lane.name)
              local answer = take(uuid, lane.name, score, names == leased)
              if answer then return answer end
            end
          end
        end

        """

    private static let idle = """
        -- Of more than the limit the rest counts as open.
        local open, next, alone, room = 0, nil, {}, claimScanLimit
        for _, names in ipairs({ready, leased}) do
          for _, lane in ipairs(mine) do
            open = open + redis.call('ZCARD', names(lane))
            local members = room > 0 and redis.call('ZRANGE', names(lane), 0, room - 1, 'WITHSCORES') or {}
            room = room - #members / 2
            for at = 1, #members, 2 do
              local what, value = strange(base .. 'record:' .. members[at], kinds)
              local time = tonumber(members[at + 1])
              if what then
                open = open - 1
                if #alone < 300 then
                  alone[#alone + 1], alone[#alone + 2], alone[#alone + 3] = members[at], what, value
                end
              elseif not next or time < next then
                next = time
              end
            end
          end
        end
        local foreign, lanes = {}, redis.call('ZRANGE', base .. 'lanes', 0, 31)
        lanes[#lanes + 1] = 'unbound'
        for _, lane in ipairs(lanes) do
          if not isMine[lane] and #foreign < 10 then
            local waiting = redis.call('ZRANGE', ready(lane), 0, 9 - #foreign)
            for _, uuid in ipairs(waiting) do foreign[#foreign + 1] = uuid end
            if #waiting == 0 and redis.call('ZCARD', leased(lane)) == 0 then
              redis.call('ZREM', base .. 'lanes', lane)
            end
          end
        end
        local left = next and math.min(math.max(math.ceil(next - now), 0), lastTime) or -1
        local waiting = {}
        for _, lane in ipairs(mine) do
          for _, uuid in ipairs(redis.call('ZRANGE', ready(lane), 0, 9)) do waiting[#waiting + 1] = uuid end
        end
        return {'idle', ms(left), open, foreign, alone, waiting}
        """

    /// Binds the relocation to the database that has its destination's name, before the first write. From then on it
    /// goes where the name goes.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 lease in ms, 5 destination: name, 6 identity, 7 former identity, 8 address
    /// - Returns: `ok`, request · `taken`, address, worker and time (ms) of the database that has the name now ·
    ///   `lost`, why
    static let bind = Script(
        "bind", .moves,
        """
        local answer = stale()
        if answer then return answer end
        answer = serve(ARGV[5], ARGV[6], ARGV[7], ARGV[8], redis.call('HGET', KEYS[1], 'owner') or '', false)
        if answer then return answer end
        local was = redis.call('HMGET', KEYS[1], 'destination', 'destinationName', 'lane')
        if was[1] == ARGV[6] and was[2] == ARGV[5] then return {'ok', request(KEYS[1])} end
        local lane = laneOf(ARGV[5])
        if named(was[3]) ~= lane then leave(ARGV[2], was[3]) end
        -- A worker of an older version knows other identities: it must leave this record alone.
        redis.call('HSET', KEYS[1], 'destination', ARGV[6], 'destinationName', ARGV[5], 'lane', lane,
          'format', math.max(count(redis.call('HGET', KEYS[1], 'format')) or 0, format), 'updatedAt', ms(now))
        note(ARGV[2], 'bound', redis.call('HGET', KEYS[1], 'owner'),
          {detail = ARGV[5] .. (ARGV[8] ~= '' and ' (' .. ARGV[8] .. ')' or '')})
        if lane ~= 'unbound' then redis.call('ZADD', base .. 'lanes', now, lane) end
        renew(KEYS[1], ARGV[2], lane, ARGV[4])
        return {'ok', request(KEYS[1])}
        """)

    /// Renews the lease.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 lease in ms
    /// - Returns: `ok`, request · `lost`, why
    static let renew = Script(
        "renew", .moves,
        """
        local answer = stale()
        if answer then return answer end
        renew(KEYS[1], ARGV[2], redis.call('HGET', KEYS[1], 'lane'), ARGV[4])
        return {'ok', request(KEYS[1])}
        """)

    /// A worker whose lease is lost is alive: its crash is taken back if it was counted, and will not be counted
    /// otherwise. Repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token
    /// - Returns: `ok`, `1` if a crash was taken back, otherwise `0`
    static let reportAlive = Script(
        "reportAlive", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'token', 'crashTokens')
        if was[1] == ARGV[3] then
          redis.call('HSET', KEYS[1], 'leaseUsed', '0')
          return {'ok', 0}
        end
        local tokens = ',' .. (was[2] or '')
        local from, to = string.find(tokens, ',' .. ARGV[3] .. ',', 1, true)
        if not from then return {'ok', 0} end
        redis.call('HSET', KEYS[1], 'crashTokens', string.sub(tokens, 2, from) .. string.sub(tokens, to + 1))
        add(KEYS[1], 'losses', -1)
        return {'ok', 1}
        """)
}
