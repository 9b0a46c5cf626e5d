/// How relocations are looked for. One run looks at a limited number of them: Redis serves nobody else meanwhile.
extension Script {
    /// Relocations of the index, the newest first, that fit a filter. A record that cannot be read fits if there is no
    /// filter.
    ///
    /// - KEYS: 1 the index
    /// - ARGV: 2 how many of the index were looked at before, 3 how many to look at, 4 how many to give, or 0 to count
    ///   them only, 5 status, 6 scope, 7 destination, each empty for any, 8 and 9 ms since 1970 of the first creation
    ///   and the first change, then the fields to read, or none for all that is known
    /// - Returns: `ok`, how many of the index were looked at, `1` if these were the last, how many were counted,
    ///   relocations in the index, those without record, then of each its uuid and the values of the
    ///   fields, address and trouble of its destination; or its snapshot
    static let find = Script(
        "find", .reads,
        """
        local at, room, wanted = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
        local since, changed = tonumber(ARGV[8]), tonumber(ARGV[9])
        local members = redis.call('ZREVRANGE', KEYS[1], at, at + room - 1, 'WITHSCORES')
        local isLast = #members < 2 * room
        local gone, counted, out, places = {}, 0, {}, {}

        -- The values of the fields that were asked for; all that is known if none were.
        local function known(record, uuid)
          if #ARGV == 9 then return snapshot(record, base .. 'counters:' .. uuid, base .. 'skipped:' .. uuid) end
          local values = redis.pcall('HMGET', record, unpack(ARGV, 10))
          if values.err then return {} end
          local name = redis.call('HGET', record, 'destinationName') or '\(DestinationName.standard)'
          places[name] = places[name] or whereabouts(name)
          values[#values + 1], values[#values + 2] = places[name][1], places[name][2]
          return values
        end

        -- Most have not changed: one field tells.
        local function isOld(record)
          if changed == 0 then return false end
          local at = redis.pcall('HGET', record, 'updatedAt')
          return type(at) == 'string' and (tonumber(at) or changed) < changed
        end

        local function fits(was)
          if was.err then return ARGV[5] == '' and ARGV[6] == '' and ARGV[7] == '' end
          return (ARGV[5] == '' or was[1] == ARGV[5]) and (ARGV[6] == '' or was[2] == ARGV[6])
            and (ARGV[7] == '' or (was[3] or '\(DestinationName.standard)') == ARGV[7] or string.find(was[4] or '', ARGV[7], 1, true))
        end

        for place = 1, #members, 2 do
          if tonumber(members[place + 1]) < since then
            isLast = true
            break
          end
          local uuid, record = members[place], base .. 'record:' .. members[place]
          at = at + 1
          if not isOld(record) then
            local was = redis.pcall('HMGET', record, 'status', 'scope', 'destinationName', 'destination')
            if not was.err and not was[1] and redis.call('EXISTS', record) == 0 then
              gone[#gone + 1] = uuid
            elseif fits(was) then
              counted = counted + 1
              if wanted > 0 then
                out[#out + 1] = uuid
                out[#out + 1] = known(record, uuid)
                if counted == wanted then
                  isLast = isLast and place == #members - 1
                  break
                end
              end
            end
          end
        end
        return {'ok', at, isLast and 1 or 0, counted, redis.call('ZCARD', KEYS[1]), gone, unpack(out)}
        """)

    /// The relocations whose UUIDs begin with some digits, the newest first.
    ///
    /// - KEYS: 1 the index
    /// - ARGV: 2 how the UUID begins, 3 how many to give
    /// - Returns: `ok`, then the UUIDs
    static let beginningWith = Script(
        "beginningWith", .reads,
        """
        local out = {'ok'}
        for _, uuid in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, -1)) do
          if string.sub(uuid, 1, #ARGV[2]) == ARGV[2] and redis.call('EXISTS', base .. 'record:' .. uuid) == 1 then
            out[#out + 1] = uuid
            if #out > tonumber(ARGV[3]) then break end
          end
        end
        return out
        """)
}
