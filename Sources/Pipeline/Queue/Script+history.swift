extension Script {
    /// How transitions tell a relocation's history: each script writes what it does, so that no entry is missing and
    /// none is told twice.
    ///
    /// An entry is a JSON object (`HistoryEntry`). The list keeps the first and the newest entries; one entry in between
    /// counts those that were left out.
    static let history = """
        local historyLimit, historyFirst = \(RelocationQueue.historyLimit), \(RelocationQueue.historyFirst)
        local detailBytes, earlierLimit = \(RelocationQueue.detailBytes), \(RelocationQueue.earlierFailuresLimit)

        local function historyOf(uuid) return base .. 'history:' .. uuid end
        local function earlierOf(uuid) return base .. 'earlier:' .. uuid end

        -- An element of a list that holds JSON objects; an empty table for anything else.
        local function object(key, at)
          local text = redis.pcall('LINDEX', key, at)
          local isJSON, value = pcall(cjson.decode, type(text) == 'string' and text or '')
          return isJSON and type(value) == 'table' and value or {}
        end

        -- A whole number of an object, within bounds; nil for anything else.
        local function plain(value, greatest) return whole(tostring(value), greatest) end

        -- Adds an object to a list; a key of another type is replaced. Returns the length.
        local function append(key, value)
          local text = cjson.encode(value)
          local length = redis.pcall('RPUSH', key, text)
          if type(length) == 'number' then return length end
          redis.call('UNLINK', key)
          return redis.call('RPUSH', key, text)
        end

        -- Counts one more entry as left out, behind the first ones.
        local function omit(key)
          local gap = object(key, historyFirst)
          local times = gap.what == 'omitted' and plain(gap.times, greatestCount) or 1
          redis.call('LSET', key, historyFirst, cjson.encode({what = 'omitted', times = times + 1}))
          -- A list gives an element up by its value only: no entry is empty.
          redis.call('LSET', key, historyFirst + 1, '')
          redis.call('LREM', key, 1, '')
        end

        -- Tells what happened to a relocation, and who did it: a worker or an operator.
        local function note(uuid, what, by, more)
          local entry = more or {}
          entry.at, entry.what, entry.by = now, what, by or ''
          if entry.detail then entry.detail = string.sub(entry.detail, 1, detailBytes) end
          if append(historyOf(uuid), entry) > historyLimit then omit(historyOf(uuid)) end
        end

        -- Tells what an operator left out: the last entry of the skipped ones.
        local function noteSkipped(uuid, key)
          local skipped = object(key, -1)
          local from = skipped.skippedFrom and '@' .. tostring(skipped.skippedFrom) or ''
          local detail = string.format('%s from row %s, %s rows', tostring(skipped.model), tostring(skipped.minOrdinal),
            tostring(skipped.rows))
          if skipped.ordinal then detail = string.format('%s row %s', tostring(skipped.model), tostring(skipped.ordinal)) end
          note(uuid, 'skipped', tostring(skipped.skippedBy or '') .. from, {detail = detail})
        end

        -- Tells that a claim has ended without an attempt. Ends of one kind that follow each other share one entry, so
        -- that time slices, or a destination that takes nothing, do not hide what else happened.
        local function noteEnd(uuid, how, by, detail)
          local key = historyOf(uuid)
          local ends = object(key, -2)
          if object(key, -1).what ~= 'claimed' or ends.what ~= how then
            return note(uuid, how, by, {times = 1, since = now, detail = detail})
          end
          redis.call('LTRIM', key, 0, -3)
          note(uuid, how, by, {times = (plain(ends.times, greatestCount) or 1) + 1,
            since = plain(ends.since, lastTime), detail = detail})
        end

        -- Keeps reason and findings of a failure that is about to be left behind.
        local function keepFailure(uuid)
          local was = redis.call('HMGET', base .. 'record:' .. uuid, 'status', 'completedAt', 'failureReason', 'findings')
          if was[1] ~= 'FAILURE' or (was[4] or '') == '' then return end
          append(earlierOf(uuid), {at = time(was[2]), reason = was[3] or '', findings = was[4]})
          redis.call('LTRIM', earlierOf(uuid), -earlierLimit, -1)
        end

        -- The history lives as long as the record: for so many ms, or, with none given, until it is told otherwise.
        local function keepHistory(uuid, milliseconds)
          for _, key in ipairs({historyOf(uuid), earlierOf(uuid)}) do
            if milliseconds then redis.call('PEXPIRE', key, milliseconds) else redis.call('PERSIST', key) end
          end
        end

        local function forgetHistory(uuid) redis.call('UNLINK', historyOf(uuid), earlierOf(uuid)) end

        """
}
