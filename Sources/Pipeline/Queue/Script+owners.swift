extension Script {
    /// An owner has one relocation at a time. The set of an owner's lives twice the retention after the newest began: one that
    /// takes longer is found by who looks at all, and by the worker.
    static let owners = """
        local function ownerOf(destination, name)
          return base .. 'owner:' .. redis.sha1hex(destination .. '\\n' .. name)
        end

        -- A relocation of the owner that has not ended, but for this one; nil for none. An upload whose enqueuer is gone does
        -- not count. Those that are forgotten leave the set.
        local function openRelocation(owner, uuid)
          local known = redis.pcall('SMEMBERS', owner)
          if known.err then return nil end
          for _, other in ipairs(known) do
            local was = redis.pcall('HMGET', base .. 'record:' .. other, 'status', 'published', 'uploadExpiresAt')
            if not was.err and not was[1] then
              redis.call('SREM', owner, other)
            elseif other ~= uuid and (was[1] == 'IN_PROGRESS' or was[1] == 'PAUSE')
                and (was[2] == '1' or time(was[3]) > now) then
              return other
            end
          end
          return nil
        end

        -- Notes whose relocation begins. A key of another kind costs the note, not the relocation.
        local function register(owner, uuid, retention)
          if type(redis.pcall('SADD', owner, uuid)) == 'number' then redis.call('PEXPIRE', owner, ms(2 * retention)) end
        end

        """
}
