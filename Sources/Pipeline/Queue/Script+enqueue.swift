/// The transitions of an enqueuer: nothing it stages is visible to a worker before `publish`.
extension Script {
    /// Begins a relocation, in place of an upload whose enqueuer is gone or, if asked, of a finished one. With another file
    /// it can take the place of a failed or paused one. What is known of the rows that are written stays.
    ///
    /// - KEYS: 1...6 of the relocation, 7 the index, 8 the fence, 9 the relocations of the same file
    /// - ARGV: 3 upload lease in ms, 4 retention in ms, 5 `1` to replace a finished one, `2` to give a failed or paused one
    ///   another file, 6 six random digits,
    ///   7 destination's name, 8 its user for whom it is or empty, 9 `1` if that owner may have no other one, 10 how many
    ///   values of record fields follow (names and values), then those, then counters and values
    /// - Returns: `ok`, token · `exists`, snapshot · `uploading`, ms until its enqueuer counts as gone · `owner`, the
    ///   owner's other relocation
    static let begin = Script(
        "begin", .adds,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'step', 'published', 'uploadExpiresAt', 'sourceName', 'digest',
          'failureCause', 'endedByAction')
        if was[1] then
          -- Rows of one that is half undone would count as written.
          if was[2] == 'UNDOING' and was[8] ~= 'undo' then
            return {'exists', snapshot(KEYS[1], KEYS[3], KEYS[5])}
          end
          local finished = was[1] == 'SUCCESS' or was[1] == 'FAILURE'
          local ended = {['1'] = finished, ['2'] = was[1] == 'FAILURE' or was[1] == 'PAUSE'}
          if was[3] == '1' then
            if not ended[ARGV[5]] then
              return {'exists', snapshot(KEYS[1], KEYS[3], KEYS[5])}
            end
          elseif not finished and time(was[4]) > now then
            return {'uploading', ms(time(was[4]) - now)}
          end
        end
        if ARGV[9] == '1' then
          local other = openRelocation(ownerOf(ARGV[7], ARGV[8]), ARGV[2])
          if other then return {'owner', other} end
        end
        if was[1] then
          keepFailure(ARGV[2])
          redis.call('UNLINK', parcelOf(ARGV[2]), unpack(KEYS, 1, 6))
          -- The destination has lost rows: nobody knows which.
          if was[7] == '\(FailureCause.lostRows.rawValue)' then redis.call('UNLINK', writtenOf(ARGV[2])) end
        end
        local token = newToken(KEYS[8], ARGV[6])
        local fields = tonumber(ARGV[10])
        redis.call('HSET', KEYS[1], 'uuid', ARGV[2], 'status', 'IN_PROGRESS', 'step', 'UPLOADING',
          'published', '0', 'uploadToken', token, 'uploadExpiresAt', ms(now + ARGV[3]),
          'createdAt', ms(now), 'updatedAt', ms(now), 'lane', laneOf(ARGV[7]), 'destinationName', ARGV[7],
          'chunksTotal', '0', 'chunksDone', '0', unpack(ARGV, 11, 10 + fields))
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        redis.call('PEXPIRE', writtenOf(ARGV[2]), ARGV[4])
        for at = 11 + fields, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[at], ARGV[at + 1]) end
        if #ARGV > 10 + fields then redis.call('PEXPIRE', KEYS[3], ARGV[4]) end
        -- Each new relocation removes expired ones from the index: a few at random, more than are added.
        for _, other in ipairs(redis.call('ZRANDMEMBER', KEYS[7], 8)) do
          if redis.call('EXISTS', base .. 'record:' .. other) == 0 then
            redis.call('ZREM', KEYS[7], other)
            forgetHistory(other)
          end
        end
        redis.call('ZADD', KEYS[7], ms(now), ARGV[2])
        note(ARGV[2], 'uploading', redis.call('HGET', KEYS[1], 'enqueuedBy'))
        keepHistory(ARGV[2], ARGV[4])
        if ARGV[5] == '2' and was[1] then noteReplaced(was[5], was[6]) end
        if ARGV[8] ~= '' then register(ownerOf(ARGV[7], ARGV[8]), ARGV[2], ARGV[4]) end
        -- A relocation is remembered for the retention after its end. Only one that takes longer than that is missed.
        if redis.call('HGET', KEYS[1], 'digest') ~= ''
            and type(redis.pcall('LREM', KEYS[9], 0, ARGV[2])) == 'number' then
          redis.call('RPUSH', KEYS[9], ARGV[2])
          redis.call('LTRIM', KEYS[9], -sameFileLimit, -1)
          redis.call('PEXPIRE', KEYS[9], ms(2 * ARGV[4]))
        end
        return {'ok', token}
        """)

    /// Finds the other relocations of the same file that are still known.
    ///
    /// - KEYS: 1...6 of the relocation, 7 the relocations of the file
    /// - Returns: `ok`, their UUIDs, the newest last
    static let sameFile = Script(
        "sameFile", .reads,
        """
        local others = {}
        for _, other in ipairs(read('LRANGE', KEYS[7], 0, -1)) do
          if other ~= ARGV[2] and redis.call('EXISTS', base .. 'record:' .. other) == 1 then
            others[#others + 1] = other
          end
        end
        return {'ok', others}
        """)

    /// Appends tasks to a staged relocation. Repeating it changes nothing: the place of the first task is checked.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 upload token, 4 upload lease in ms, 5 retention in ms, 6 tasks pushed before, 7 bytes, then the tasks
    /// - Returns: `ok`, length of the list · `conflict`, `gap` · `lost`, why
    static let push = Script(
        "push", .adds,
        """
        if redis.call('HGET', KEYS[1], 'uploadToken') ~= ARGV[3] then return uploadLost() end
        local before, length = tonumber(ARGV[6]), redis.call('LLEN', KEYS[2])
        local count = #ARGV - 7
        if length == before then
          -- Lua hands over a limited number of values at once.
          for at = 8, #ARGV, 4000 do
            length = redis.call('RPUSH', KEYS[2], unpack(ARGV, at, math.min(at + 3999, #ARGV)))
          end
          add(KEYS[1], 'payloadBytes', ARGV[7])
        elseif length < before + count then
          return {'conflict', 'gap'}
        end
        redis.call('HSET', KEYS[1], 'uploadExpiresAt', ms(now + ARGV[4]), 'updatedAt', ms(now))
        redis.call('PEXPIRE', writtenOf(ARGV[2]), ARGV[5])
        for at = 1, 3 do redis.call('PEXPIRE', KEYS[at], ARGV[5]) end
        return {'ok', length}
        """)

    /// Lists rows that the enqueuer leaves out. Repeating it changes nothing: the place of the first row is checked.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 upload token, 4 retention in ms, 5 rows listed before, then the rows
    /// - Returns: `ok` · `lost`, why
    static let listLeftOut = Script(
        "listLeftOut", .adds,
        """
        if redis.call('HGET', KEYS[1], 'uploadToken') ~= ARGV[3] then return uploadLost() end
        if redis.call('LLEN', KEYS[4]) == tonumber(ARGV[5]) then redis.call('RPUSH', KEYS[4], unpack(ARGV, 6)) end
        redis.call('PEXPIRE', KEYS[4], ARGV[4])
        return {'ok'}
        """)

    /// Tells that the enqueuer is alive while it has nothing to push.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 upload token, 4 upload lease in ms
    /// - Returns: `ok` · `lost`, why
    static let keepUploading = Script(
        "keepUploading", .moves,
        """
        if redis.call('HGET', KEYS[1], 'uploadToken') ~= ARGV[3] then return uploadLost() end
        redis.call('HSET', KEYS[1], 'uploadExpiresAt', ms(now + ARGV[4]))
        return {'ok'}
        """)

    /// Hands a complete relocation to the workers. Repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 upload token, 4 number of tasks it must have
    /// - Returns: `ok` · `conflict`, `incomplete` · `lost`, why
    static let publish = Script(
        "publish", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'uploadToken', 'publishedBy', 'lane', 'destinationName')
        if was[2] == ARGV[3] then return {'ok'} end
        if was[1] ~= ARGV[3] then return uploadLost() end
        if redis.call('LLEN', KEYS[2]) ~= tonumber(ARGV[4]) then return {'conflict', 'incomplete'} end
        redis.call('HSET', KEYS[1], 'step', hasFlow(KEYS[1]) and 'UPLOADING' or 'IMPORTING', 'published', '1', 'publishedBy', ARGV[3],
          'uploadToken', '', 'uploadExpiresAt', '0', 'chunksTotal', ARGV[4], 'updatedAt', ms(now))
        for at = 1, 3 do redis.call('PERSIST', KEYS[at]) end
        redis.call('ZADD', base .. 'destinations', 'NX', ms(now), was[4] or '\(DestinationName.standard)')
        note(ARGV[2], 'enqueued', redis.call('HGET', KEYS[1], 'enqueuedBy'))
        keepHistory(ARGV[2])
        redis.call('PERSIST', writtenOf(ARGV[2]))
        wait(ARGV[2], was[3], turn)
        return {'ok'}
        """)

    /// Removes what was staged.
    ///
    /// - KEYS: 1...6 of the relocation, 7 the index
    /// - ARGV: 3 upload token
    /// - Returns: `ok` · `lost`, why
    static let abandon = Script(
        "abandon", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'uploadToken', 'digest')
        if was[1] ~= ARGV[3] then return uploadLost() end
        redis.call('UNLINK', unpack(KEYS, 1, 6))
        redis.call('ZREM', KEYS[7], ARGV[2])
        forgetHistory(ARGV[2])
        redis.pcall('LREM', base .. 'file:' .. (was[2] or ''), 0, ARGV[2])
        return {'ok'}
        """)
}
