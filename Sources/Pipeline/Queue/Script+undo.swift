/// The transitions of an undo. A relocation that has ended, or is paused, goes into the step UNDOING with its own UUID; its
/// list, if it has one, stays for the case that the undo is refused.
extension Script {
    /// - `undoRequest`: what the operator wants, opaque
    /// - `undoFrom`: what the record said before: status, step, format, completedAt and needs, a JSON object
    /// - `undoBegun`: `1` once rows are removed
    static let undo = """
        local function stepOf(uuid) return redis.call('HGET', base .. 'record:' .. uuid, 'step') end

        -- Whether an undo of which nothing is done yet can be given up.
        local function mayReturn(uuid)
          return stepOf(uuid) == 'UNDOING' and redis.call('HGET', base .. 'record:' .. uuid, 'undoBegun') ~= '1'
        end

        -- Gives a relocation back the state that it had before an undo was asked for.
        local function giveBack(uuid)
          local record = base .. 'record:' .. uuid
          local was = redis.call('HGET', record, 'undoFrom') or ''
          local isJSON, from = pcall(cjson.decode, was)
          if not isJSON or type(from) ~= 'table' then from = {} end
          local function member(name, default)
            return type(from[name]) == 'string' and from[name] or default
          end
          redis.call('HSET', record, 'status', member('status', 'FAILURE'), 'step', member('step', 'IMPORTING'),
            'format', member('format', format), 'completedAt', member('completedAt', ms(now)), 'needs', member('needs', ''),
            'undoFrom', '', 'pauseRequested', '0', 'cancelRequested', '0', 'nextAttemptAt', '0', 'attempts', '0',
            'updatedAt', ms(now))
          return member('status', 'FAILURE')
        end

        """

    /// Hands a relocation that has ended, or is paused, to the workers, to be undone. One that Redis does not know gets a
    /// record, if a destination is named. Repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation, 7 the index
    /// - ARGV: 3 the operator, 4 request, 5 destination of a relocation that is not known, or empty
    /// - Returns: `ok` · `missing` · `conflict`, its status or `unpublished` or `undone`
    static let requestUndo = Script(
        "requestUndo", .moves,
        """
        local was = redis.call('HMGET', KEYS[1], 'status', 'published', 'step', 'format', 'completedAt', 'needs',
          'endedByAction', 'lane', 'undoRequest')
        local lane = was[8]
        if not was[1] then
          if ARGV[5] == '' then return {'missing'} end
          lane = laneOf(ARGV[5])
          redis.call('HSET', KEYS[1], 'uuid', ARGV[2], 'published', '1', 'createdAt', ms(now), 'lane', lane,
            'destinationName', ARGV[5], 'chunksTotal', '0', 'chunksDone', '0', 'enqueuedBy', ARGV[3])
          redis.call('ZADD', KEYS[7], ms(now), ARGV[2])
          redis.call('ZADD', base .. 'destinations', 'NX', ms(now), ARGV[5])
        else
          if was[1] == 'IN_PROGRESS' and was[3] == 'UNDOING' and was[9] == ARGV[4] then return {'ok'} end
          if was[1] ~= 'SUCCESS' and was[1] ~= 'FAILURE' and was[1] ~= 'PAUSE' then return {'conflict', was[1]} end
          if was[2] ~= '1' then return {'conflict', 'unpublished'} end
          if was[1] == 'FAILURE' and was[7] == 'undo' then return {'conflict', 'undone'} end
          if was[3] ~= 'UNDOING' then
            redis.call('HSET', KEYS[1], 'undoBegun', '0', 'undoFrom', cjson.encode({status = was[1], step = was[3] or '',
              format = was[4] or '1', completedAt = was[5] or '0', needs = was[6] or ''}))
          end
        end
        redis.call('HSET', KEYS[1], 'status', 'IN_PROGRESS', 'step', 'UNDOING', 'format', undoFormat,
          'undoRequest', ARGV[4], 'undoRefused', '', 'undoCause', '', 'undoSummary', '', 'endedByAction', '', 'attempts', '0',
          'losses', '0', 'outages', '0', 'crashTokens', '', 'nextAttemptAt', '0', 'completedAt', '0', 'lastTrouble', '',
          'needs', '', 'pauseRequested', '0', 'cancelRequested', '0', 'updatedAt', ms(now))
        for at = 1, 6 do redis.call('PERSIST', KEYS[at]) end
        redis.call('PERSIST', writtenOf(ARGV[2]))
        note(ARGV[2], 'undoRequested', ARGV[3])
        keepHistory(ARGV[2])
        wait(ARGV[2], lane, turn)
        return {'ok'}
        """)

    /// Tells what an undo will do, before it begins: from then on it cannot be given up. Fields of the record that Redis has
    /// forgotten are written as well.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 `1` if rows are about to be removed, 5 summary, then fields and values
    /// - Returns: `ok`, request · `lost`, why
    static let describeUndo = Script(
        "describeUndo", .moves,
        """
        local answer = stale()
        if answer then return answer end
        redis.call('HSET', KEYS[1], 'undoBegun', ARGV[4], 'undoSummary', ARGV[5], 'leaseUsed', '1', 'updatedAt', ms(now))
        if #ARGV > 5 then redis.call('HSET', KEYS[1], unpack(ARGV, 6)) end
        return {'ok', request(KEYS[1])}
        """)

    /// Ends an undo: all is removed. The UUID may be used again.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 retention in ms, 5 reason
    /// - Returns: `ok` · `lost`, why
    static let finishUndo = Script(
        "finishUndo", .moves,
        """
        local answer = stale('undone')
        if answer then return answer end
        leave(ARGV[2], redis.call('HGET', KEYS[1], 'lane'))
        unlease(KEYS[1], 'undone')
        redis.call('HSET', KEYS[1], 'status', 'FAILURE', 'failureReason', ARGV[5], 'endedByAction', 'undo',
          'failureCause', '', 'findings', '', 'failedIndex', '', 'failedTask', '', 'completedAt', ms(now),
          'payloadDeleted', '1', 'payloadBytes', '0', 'pauseRequested', '0', 'cancelRequested', '0', 'nextAttemptAt', '0')
        note(ARGV[2], 'undone', holder, {detail = ARGV[5]})
        redis.call('UNLINK', KEYS[2], writtenOf(ARGV[2]), noticesOf(ARGV[2]), parcelOf(ARGV[2]))
        for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
        keepHistory(ARGV[2], ARGV[4])
        return {'ok'}
        """)

    /// Ends an undo of which nothing is done: it was refused, or only the counts were wanted. The relocation gets back the
    /// state that it had.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 retention in ms, 5 summary, 6 why it was refused or empty, 7 cause
    /// - Returns: `ok` · `lost`, why
    static let returnUndo = Script(
        "returnUndo", .moves,
        """
        local answer = stale('returned')
        if answer then return answer end
        leave(ARGV[2], redis.call('HGET', KEYS[1], 'lane'))
        unlease(KEYS[1], 'returned')
        redis.call('HSET', KEYS[1], 'undoSummary', ARGV[5], 'undoRefused', ARGV[6], 'undoCause', ARGV[7])
        local status = giveBack(ARGV[2])
        local isUnknown = not redis.call('HGET', KEYS[1], 'scope')
        if isUnknown then redis.call('HSET', KEYS[1], 'failureReason', ARGV[6]) end
        note(ARGV[2], ARGV[6] == '' and 'undoPlanned' or 'undoRefused', holder, {detail = ARGV[6]})
        if status == 'SUCCESS' or isUnknown then
          for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
          redis.call('UNLINK', writtenOf(ARGV[2]))
          keepHistory(ARGV[2], ARGV[4])
        end
        return {'ok'}
        """)
}
