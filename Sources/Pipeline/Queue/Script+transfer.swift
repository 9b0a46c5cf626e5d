/// How an export travels from one destination's worker to another's: in parts, which belong to the relocation that has asked
/// for it. That relocation waits until all of them are there.
extension Script {
    static let transfer = """
        local function parcelOf(uuid) return base .. 'parcel:' .. uuid end

        -- Lets a relocation go on that waits for a time. One that is paused, leased or over stays as it is.
        local function wake(uuid)
          local record = base .. 'record:' .. uuid
          local was = redis.call('HMGET', record, 'status', 'token', 'lane')
          if was[1] ~= 'IN_PROGRESS' or (was[2] or '') ~= '' then return end
          redis.call('HSET', record, 'nextAttemptAt', '0')
          wait(uuid, was[3], turn)
        end

        -- Why a relocation takes no export; nil if it does.
        local function refusesParcel(uuid)
          local was = redis.call('HMGET', base .. 'record:' .. uuid, 'status', 'delivered', 'latestTask')
          if was[1] ~= 'IN_PROGRESS' and was[1] ~= 'PAUSE' then return 'ended' end
          if stepOf(uuid) == 'UNDOING' and not mayReturn(uuid) then return 'ended' end
          if (was[2] or '') ~= '' or was[3] ~= 'UPLOADING_START' then return 'delivered' end
          return nil
        end

        """

    /// Sends a part of an export. The first one begins anew; repeating one changes nothing.
    ///
    /// - KEYS: 1...6 of the export
    /// - ARGV: 3 token, 4 the relocation that has asked for it, 5 parts before, 6 retention in ms, 7 the part
    /// - Returns: `ok`, request · `conflict`, `ended`, `delivered` or `gap` · `lost`, why
    static let sendPart = Script(
        "sendPart", .adds,
        """
        local answer = stale()
        if answer then return answer end
        local refusal = refusesParcel(ARGV[4])
        if refusal then return {'conflict', refusal} end
        local parcel, before = parcelOf(ARGV[4]), tonumber(ARGV[5])
        if before == 0 then redis.call('UNLINK', parcel) end
        local length = redis.call('LLEN', parcel)
        if length == before then
          redis.call('RPUSH', parcel, ARGV[7])
        elseif length ~= before + 1 then
          return {'conflict', 'gap'}
        end
        redis.call('PEXPIRE', parcel, ARGV[6])
        return {'ok', request(KEYS[1])}
        """)

    /// Hands a whole export over: the relocation that waits for it goes on. Repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the export
    /// - ARGV: 3 token, 4 the relocation that has asked for it, 5 parts
    /// - Returns: `ok`, request · `conflict`, `ended` or `gap` · `lost`, why
    static let deliver = Script(
        "deliver", .moves,
        """
        local answer = stale()
        if answer then return answer end
        local refusal = refusesParcel(ARGV[4])
        if refusal == 'ended' then return {'conflict', refusal} end
        if not refusal then
          if redis.call('LLEN', parcelOf(ARGV[4])) ~= tonumber(ARGV[5]) then return {'conflict', 'gap'} end
          redis.call('HSET', base .. 'record:' .. ARGV[4], 'delivered', ARGV[5], 'updatedAt', ms(now))
          wake(ARGV[4])
        end
        return {'ok', request(KEYS[1])}
        """)

    /// Lets a relocation look again for what it waits for.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - Returns: `ok`
    static let wakeUp = Script("wakeUp", .moves, "wake(ARGV[2]) return {'ok'}")

    /// Releases the claim without an attempt, because what the next task needs is not there yet.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 ms until somebody looks again at the latest, 5 what it waits for
    /// - Returns: `ok` · `lost`, why
    static let awaitDelivery = Script(
        "awaitDelivery", .moves,
        """
        local answer = stale('awaiting')
        if answer then return answer end
        local was = redis.call('HMGET', KEYS[1], 'lane', 'delivered')
        local isThere = (was[2] or '') ~= ''
        local again = isThere and turn or ms(now + ARGV[4])
        leave(ARGV[2], was[1])
        unlease(KEYS[1], 'awaiting')
        redis.call('HSET', KEYS[1], 'nextAttemptAt', isThere and '0' or again, 'lastTrouble', ARGV[5], 'losses', '0',
          'crashTokens', '')
        noteEnd(ARGV[2], 'awaiting', holder, ARGV[5])
        settle(KEYS[1], ARGV[2], was[1], again)
        return {'ok'}
        """)

    /// Reads a part of what was delivered.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 its place
    /// - Returns: `ok`, request, the part; nothing if it is gone · `lost`, why
    static let part = Script(
        "part", .moves,
        """
        local answer = stale()
        if answer then return answer end
        local found = redis.call('LRANGE', parcelOf(ARGV[2]), ARGV[4], ARGV[4])
        return {'ok', request(KEYS[1]), found[1]}
        """)

    /// Tells what the file is whose rows now follow. Rows that another worker has queued before are removed. Repeating it
    /// changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 finished tasks, 5 tasks in all, 6 tasks at the head of the list that stay, 7 how many values of
    ///   record fields follow (names and values), then those, then counters and values
    /// - Returns: `ok`, request · `lost`, why
    static let receive = Script(
        "receive", .moves,
        """
        local answer = stale()
        if answer then return answer end
        if redis.call('HGET', KEYS[1], 'received') ~= ARGV[3] then
          answer = misplaced(ARGV[4], ARGV[5])
          if answer then return answer end
          redis.call('LTRIM', KEYS[2], 0, ARGV[6] - 1)
          redis.call('UNLINK', KEYS[3], KEYS[4], KEYS[6])
          local fields = 7 + ARGV[7]
          redis.call('HSET', KEYS[1], 'received', ARGV[3], 'chunksTotal', ms(ARGV[4] + ARGV[6]), 'payloadBytes', '0',
            'leaseUsed', '1', 'updatedAt', ms(now), unpack(ARGV, 8, fields))
          for at = fields + 1, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[at], ARGV[at + 1]) end
        end
        return {'ok', request(KEYS[1])}
        """)

    /// Removes what was delivered, once its rows are queued.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token
    /// - Returns: `ok`, request · `lost`, why
    static let dropParcel = Script(
        "dropParcel", .moves,
        """
        local answer = stale()
        if answer then return answer end
        redis.call('UNLINK', parcelOf(ARGV[2]))
        return {'ok', request(KEYS[1])}
        """)
}
