// What happened to a relocation.
extension RelocationQueue {
    /// Entries kept of one relocation's history.
    public static let historyLimit = 300
    /// The first entries, which are always kept.
    static let historyFirst = 50
    /// Bytes of an entry's detail; the rest is cut off.
    static let detailBytes = 500
    /// Failures kept of those that were left behind.
    public static let earlierFailuresLimit = 20

    /// What happened to a relocation, the oldest first. One entry `omitted` counts those in between that are no longer
    /// kept. Throws `notFound` for an unknown UUID.
    public func history(_ uuid: String) throws(QueueError) -> [HistoryEntry] {
        let answer = try run(try callFor(.readHistory, uuid)).accepted(uuid)
        return (try answer.element(0).array ?? []).compactMap(\.text).map(HistoryEntry.init(json:))
    }

    /// The failures that retries have left behind, the oldest first. Throws `notFound` for an unknown UUID.
    public func earlierFailures(_ uuid: String) throws(QueueError) -> [EarlierFailure] {
        let answer = try run(try callFor(.readHistory, uuid)).accepted(uuid)
        return (try answer.element(1).array ?? []).compactMap(\.text).compactMap(EarlierFailure.init(json:))
    }
}

extension Script {
    /// - KEYS: 1...6 of the relocation
    /// - Returns: `ok`, its history, its earlier failures · `missing`
    static let readHistory = Script(
        "history", .reads,
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {'missing'} end
        return {'ok', read('LRANGE', historyOf(ARGV[2]), 0, -1), read('LRANGE', earlierOf(ARGV[2]), 0, -1)}
        """)
}
