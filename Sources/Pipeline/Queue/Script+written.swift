/// What Redis knows of the rows that are written: which rows of the file each chunk holds, and their digest. It outlives the
/// record, because another file may take the place of the one they came from.
extension Script {
    static let written = """
        local function writtenOf(uuid) return base .. 'written:' .. uuid end
        local function noticesOf(uuid) return base .. 'notices:' .. uuid end

        -- Remembers the rows of one chunk; a key of another type is replaced.
        local function keepWritten(uuid, name, rows)
          if type(redis.pcall('HSET', writtenOf(uuid), name, rows)) == 'number' then return end
          redis.call('UNLINK', writtenOf(uuid))
          redis.call('HSET', writtenOf(uuid), name, rows)
        end

        -- Tells that the relocation of ARGV[2] goes on with another file than this one.
        local function noteReplaced(name, digest)
          local own = redis.call('HMGET', KEYS[1], 'enqueuedBy', 'sourceName', 'digest')
          if own[3] == digest then return end
          note(ARGV[2], 'replaced', own[1], {detail = string.format('%s (%s) by %s (%s)', name or '', digest or '',
            own[2] or '', own[3] or '')})
        end

        """

    /// Reads some of what is known of the written rows.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 cursor, 0 to begin, 4 about how many
    /// - Returns: `ok`, the next cursor or 0, then names and texts; one may come twice
    static let readWritten = Script(
        "written", .reads,
        """
        local found = redis.call('HSCAN', writtenOf(ARGV[2]), ARGV[3], 'COUNT', ARGV[4])
        return {'ok', found[1], found[2]}
        """)

    /// A worker has found that the relocation's file has the rows that are written: from now on it is the relocation's
    /// file. Repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 name and 5 digest of the file that it replaces, if only the destination knew them
    /// - Returns: `ok`, request · `lost`, why
    static let acceptFile = Script(
        "acceptFile", .moves,
        """
        local answer = stale()
        if answer then return answer end
        if redis.call('HGET', KEYS[1], 'replaces') ~= '' and ARGV[5] ~= '' then noteReplaced(ARGV[4], ARGV[5]) end
        redis.call('HSET', KEYS[1], 'replaces', '', 'updatedAt', ms(now))
        return {'ok', request(KEYS[1])}
        """)
}

extension RelocationQueue {
    private static let writtenPerPage = 256

    /// What Redis knows of the rows that are written: name → text. Also without a record.
    public func writtenRows(_ uuid: String) throws(QueueError) -> [String: String] {
        var rows: [String: String] = [:]
        var cursor = "0"
        repeat {
            let answer = try run(try callFor(.readWritten, uuid, [.text(cursor), .number(Self.writtenPerPage)]))
                .accepted(uuid)
            cursor = try answer.text(0)
            rows.merge(try answer.element(1).fields) { $1 }
        } while cursor != "0"
        return rows
    }

    /// The relocation's file has the rows that are written: it is the relocation's file from now on.
    ///
    /// - Parameter replaced: name and digest of the file that it replaces, if Redis has not known them
    @discardableResult
    public func acceptFile(
        _ claim: Claim, replaced: (name: String, digest: String)? = nil
    ) throws(QueueError) -> OperatorRequest {
        try step(.acceptFile, claim, [.text(replaced?.name ?? ""), .text(replaced?.digest ?? "")])
    }
}
