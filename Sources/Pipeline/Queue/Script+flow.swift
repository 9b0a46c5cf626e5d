/// What relocations with steps have beyond plain imports. Such a record has the field `latestTask`, empty before the first task.
extension Script {
    static let flow = """
        local function hasFlow(record) return redis.call('HGET', record, 'latestTask') ~= false end

        -- What decisions on the flow depend on, as one text.
        local function flowOf(record)
          local was = redis.call('HMGET', record, 'status', 'step', 'latestTask', 'latestTaskAttempts', 'pauseAtStep',
            'cancelAtStep')
          for at = 1, 6 do was[at] = was[at] or (at == 4 and '0' or '') end
          return table.concat(was, '|')
        end

        -- A command that changes the flow was decided on a state: ARGV[at], empty for a plain import. Fields and values
        -- follow.
        local function hasFlowMoved(at)
          return (ARGV[at] or '') ~= '' and flowOf(KEYS[1]) ~= ARGV[at]
        end

        local function setFlow(at)
          if #ARGV > at then redis.call('HSET', KEYS[1], unpack(ARGV, at + 1)) end
        end

        -- A pause that has come about is no plan any more.
        local function forgetPause(record)
          if hasFlow(record) then redis.call('HSET', record, 'pauseAtStep', '') end
        end

        -- The failure reason of a relocation that an operator ends.
        local function endReason(record, action)
          if hasFlow(record) then
            return action == 'abort' and 'This relocation was aborted by an administrator.'
              or 'This relocation was cancelled by an administrator.'
          end
          return action == 'abort' and '\(OperatorEnd.abort.reason)' or '\(OperatorEnd.cancel.reason)'
        end

        """

    /// Plans a pause or an end for a later step.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 the operator, 4 how a history calls it, 5 the step, 6... the flow (see `hasFlowMoved`)
    /// - Returns: `ok` · `missing` · `conflict`, `moved` or `uploading`
    static let schedule = Script(
        "schedule", .moves,
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {'missing'} end
        if redis.call('HGET', KEYS[1], 'published') ~= '1' then return {'conflict', 'uploading'} end
        if hasFlowMoved(6) then return {'conflict', 'moved'} end
        note(ARGV[2], ARGV[4], ARGV[3], {detail = ARGV[5]})
        redis.call('HSET', KEYS[1], 'updatedAt', ms(now))
        setFlow(6)
        return {'ok'}
        """)

    /// Begins a task of a flow, or stops before it because an operator has planned that. Repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 finished tasks, 5 tasks in all, 6 `run` or `paused` or `cancelled`, 7 task, 8... the flow (see
    ///   `changesFlow`)
    /// - Returns: `ok`, request · `conflict`, `moved` · `lost`, why
    static let enterTask = Script(
        "enterTask", .moves,
        """
        local how = ARGV[6]
        local answer = stale(how ~= 'run' and how or nil) or misplaced(ARGV[4], ARGV[5])
        if answer then return answer end
        local name = ARGV[3] .. ' ' .. ARGV[7] .. ' ' .. ARGV[8]
        if redis.call('HGET', KEYS[1], 'entered') ~= name then
          if hasFlowMoved(8) then return {'conflict', 'moved'} end
          setFlow(8)
          redis.call('HSET', KEYS[1], 'entered', name, 'leaseUsed', '1', 'updatedAt', ms(now))
          if how == 'run' then note(ARGV[2], 'begun', redis.call('HGET', KEYS[1], 'owner'), {detail = ARGV[7]}) end
        end
        if how == 'run' then return {'ok', request(KEYS[1])} end
        leave(ARGV[2], redis.call('HGET', KEYS[1], 'lane'))
        unlease(KEYS[1], how)
        if how == 'cancelled' then
          fail(ARGV[2], endReason(KEYS[1], 'cancel'), holder, 'cancel')
        else
          note(ARGV[2], 'paused', holder, {detail = ARGV[7]})
          redis.call('HSET', KEYS[1], 'status', 'PAUSE', 'pauseRequested', '0', 'nextAttemptAt', '0')
        end
        return {'ok', 'none'}
        """)

    /// Tells what the tasks have to say, for people.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 notes
    /// - Returns: `ok`, request · `lost`, why
    static let describeFlow = Script(
        "describeFlow", .moves,
        """
        local answer = stale()
        if answer then return answer end
        redis.call('HSET', KEYS[1], 'flowNotes', ARGV[4], 'updatedAt', ms(now))
        return {'ok', request(KEYS[1])}
        """)
}
