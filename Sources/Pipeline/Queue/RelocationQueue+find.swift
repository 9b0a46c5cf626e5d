// How relocations are looked for.
extension RelocationQueue {
    /// Relocations that one run of the script looks at: Redis serves nobody else meanwhile. Who asks for changes asks all the
    /// time, so a run takes about a millisecond then.
    private static let (findRoom, findChangedRoom) = (2_000, 250)
    /// Whole records of one answer, and records with the fields of a list.
    private static let (findWhole, findFields) = (100, 250)

    /// The relocations that fit a query, the newest first. One whose record cannot be read is still given, with its
    /// UUID. Removes relocations from the index whose retention has ended.
    public func find(_ query: RelocationQuery = RelocationQuery()) throws(QueueError) -> FoundRelocations {
        var found = FoundRelocations()
        // Removed at the end: until then the places of the others stay as they are.
        var gone: [String] = []
        var (place, isLast) = (try query.after.map { after throws(QueueError) in try rank(behind: after) } ?? 0, false)
        while !isLast {
            let left = query.limit.map { $0 - found.relocations.count } ?? .max
            let wanted = max(0, min(left, query.isWhole ? Self.findWhole : Self.findFields))
            let page = try page(query, after: place, wanted: wanted)
            found.relocations += page.relocations
            gone += page.gone
            if wanted == 0 { found.more += page.counted }
            (place, isLast) = (page.place, page.isLast)
            guard left == page.relocations.count, !isLast else { continue }
            if !query.countsMore { break }
            if !query.hasFilter {
                found.more = max(0, page.total - place)
                break
            }
        }
        try forget(gone)
        return found
    }

    /// How many relocations come before those behind a place: the newer ones, and of those of the same time the ones
    /// that the index has first.
    private func rank(behind place: RelocationPlace) throws(QueueError) -> Int {
        let newer = try count(from: "(\(place.createdAt)", to: "+inf")
        let same = try count(from: "\(place.createdAt)", to: "\(place.createdAt)")
        guard same > 0 else { return newer }
        let members = try connection.call(
            ["ZREVRANGE", .text(keys.index), .number(newer), .number(newer + same - 1)])
        return newer + (members.array ?? []).compactMap(\.text).count { $0 >= place.uuid }
    }

    private func count(from least: String, to most: String) throws(QueueError) -> Int {
        Int(try connection.call(["ZCOUNT", .text(keys.index), .text(least), .text(most)]).integer ?? 0)
    }

    /// UUIDs of relocations that begin with these digits, in the dashed form, the newest first.
    public func uuids(beginningWith prefix: String, limit: Int) throws(QueueError) -> [String] {
        let answer = try run(
            ScriptCall(
                script: .beginningWith, keys: [keys.index],
                arguments: [.text(keys.base), .text(prefix), .number(limit)]))
        return answer.rest.compactMap(\.text).filter(RelocationQueue.isUUID)
    }

    /// The task that a relocation stands at; nil if it has none left.
    public func firstTask(_ uuid: String) throws(QueueError) -> TaskElement? {
        guard RelocationQueue.isUUID(uuid),
            case .bytes(let bytes) = try connection.call(["LINDEX", .text(keys.tasks(uuid)), "0"])
        else { return nil }
        return bytes.withUnsafeBytes(TaskFrame.decode)
    }

    private struct Page {
        var relocations: [RelocationStatus] = []
        let place: Int
        let isLast: Bool
        let counted: Int
        let total: Int
        /// Without a record.
        let gone: [String]
    }

    private func page(_ query: RelocationQuery, after place: Int, wanted: Int) throws(QueueError) -> Page {
        let room = query.changedSince > 0 ? Self.findChangedRoom : Self.findRoom
        let answer = try run(
            ScriptCall(
                script: .find, keys: [keys.index],
                arguments: [.text(keys.base), .number(place), .number(room), .number(wanted)]
                    + query.filter + (query.isWhole ? [] : RelocationStatus.listedFields.map(RedisArgument.text))))
        var page = Page(
            place: Int(try answer.integer(0)), isLast: try answer.integer(1) == 1,
            counted: Int(try answer.integer(2)), total: Int(try answer.integer(3)),
            gone: (try answer.element(4).array ?? []).compactMap(\.text))
        for index in stride(from: 5, to: answer.rest.count - 1, by: 2) {
            let uuid = try answer.text(index)
            guard RelocationQueue.isUUID(uuid) else { continue }
            let known = try answer.element(index + 1)
            let status = query.isWhole ? RelocationStatus(uuid, snapshot: known) : RelocationStatus(uuid, listed: known)
            if let status { page.relocations.append(status) }
        }
        return page
    }

    private func forget(_ uuids: [String]) throws(QueueError) {
        var calls: [ScriptCall] = []
        for uuid in uuids where RelocationQueue.isUUID(uuid) {
            calls.append(try callFor(.forget, uuid, keys: [keys.index]))
        }
        guard !calls.isEmpty else { return }
        for reply in try replies(.forget, calls) { _ = try ScriptAnswer(.forget, reply) }
    }
}

extension RelocationStatus {
    /// From the values of `listedFields`; all others have their defaults.
    fileprivate init(_ uuid: String, listed values: RedisReply) {
        var fields: [String: String] = [:]
        for (name, value) in zip(Self.listedFields, values.array ?? []) { fields[name] = value.text }
        self.init(uuid, RecordFields(fields))
        let more = (values.array ?? []).dropFirst(Self.listedFields.count).map { $0.text ?? "" }
        (destinationAddress, destinationTrouble) = (more.first ?? "", more.dropFirst().first ?? "")
    }

    /// The fields of a record that a list of relocations needs.
    fileprivate static let listedFields = [
        "format", "status", "step", "scope", "sourceName", "createdAt", "updatedAt", "startedAt", "completedAt",
        "chunksTotal", "chunksDone", "progress", "owner", "leaseExpiresAt", "lastTrouble", "failureReason",
        "endedByAction", "attempts", "nextAttemptAt", "destinationName", "destination", "needs", "payloadBytes",
        "pauseRequested", "cancelRequested", "uploadExpiresAt", "options", "latestTask", "enqueuedBy", "failedTask",
        "failureCause", "rowsSource", "published",
    ]
}
