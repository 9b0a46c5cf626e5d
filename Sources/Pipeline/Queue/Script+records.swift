extension Script {
    /// What scripts read of records and lists that may be damaged.
    static let records = """
        -- A hash or list as a flat list; empty if the key has another type.
        local function read(command, key, ...)
          local found = redis.pcall(command, key, ...)
          return found.err and {} or found
        end

        -- Adds the tasks from `at` to before `stop` to an answer of two elements, in lists as they were read: no more
        -- after `limit` bytes, but at least one.
        local function page(out, at, stop, limit)
          -- Slices grow while elements are small: little is read that does not fit.
          local size, slice = 0, 1
          while at < stop do
            local got = redis.call('LRANGE', KEYS[2], at, math.min(at + slice, stop) - 1)
            if #got == 0 then break end
            local largest = 1
            for index = 1, #got do
              local bytes = #got[index]
              if size + bytes > limit and size > 0 then
                for surplus = #got, index, -1 do got[surplus] = nil end
                out[#out + 1] = got
                return out
              end
              size = size + bytes
              if bytes > largest then largest = bytes end
            end
            out[#out + 1] = got
            at = at + #got
            slice = math.max(1, math.min(slice * 4, math.floor((limit - size) / largest)))
          end
          return out
        end

        -- Whether counters and lists have the right type, or do not exist yet.
        local function areSound(counters, listed, skipped, renamed)
          for _, found in ipairs({redis.pcall('HGET', counters, ''), redis.pcall('LLEN', listed),
            redis.pcall('LLEN', skipped), redis.pcall('LLEN', renamed)}) do
            if type(found) == 'table' then return false end
          end
          return true
        end

        -- All that is known of a relocation.
        local function snapshot(record, counters, skipped)
          local name = read('HMGET', record, 'destinationName')[1]
          return {read('HGETALL', record), read('HGETALL', counters), read('LRANGE', skipped, 0, 99),
            whereabouts(name or '\(DestinationName.standard)')}
        end

        -- What makes a worker leave a relocation alone, and its value: a record of a newer version, or a kind of task
        -- that the worker does not know. `kinds` has a line feed before and after each; it is empty for all.
        local function strange(record, kinds)
          local was = redis.pcall('HMGET', record, 'status', 'step', 'format', 'needs')
          if was.err then return 'record', '' end
          if not was[1] and not was[2] then return nil end
          if (count(was[3] or '1') or greatestCount) > newestFormat then return 'format', was[3] end
          local status, step, needs = was[1] or '', was[2] or '', was[4] or ''
          if not string.find(knownStates, ',' .. status .. ',', 1, true) then return 'status', status end
          if not string.find(knownSteps, ',' .. step .. ',', 1, true) then return 'step', step end
          if needs ~= '' and kinds ~= '' and not string.find(kinds, '\\n' .. needs .. '\\n', 1, true) then
            return 'needs', needs
          end
          return nil
        end

        """
}
