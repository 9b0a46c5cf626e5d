/// What a relocation's record knows of one notice: opaque words of the worker, `sending` for one that is about to be sent.
public enum NoticeNote: Sendable, Equatable {
    /// About to be sent, by this worker or another.
    case sending
    case other(String)

    init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self = text.hasPrefix(RelocationQueue.sendingMark) ? .sending : .other(text)
    }
}

// Who was told what.
extension RelocationQueue {
    static let sendingMark = "sending|"

    /// What is known of a notice; nil if nothing is.
    ///
    /// - Parameter key: tells the notice from all others, and names nobody
    public func notice(_ claim: Claim, _ key: String) throws(QueueError) -> NoticeNote? {
        NoticeNote(try tell(claim, key, "", replacing: "").text(1))
    }

    /// Notes that a notice is about to be sent. Returns false, and changes nothing, if that was noted before, or if the notice
    /// has ended. The same call again, after its answer was lost, gives the same.
    ///
    /// - Parameter retryable: how a note begins that lets the notice be sent after all
    public func beginNotice(_ claim: Claim, _ key: String, retryable: String) throws(QueueError) -> Bool {
        let mark = Self.sendingMark + nameAcknowledgement()
        return try tell(claim, key, mark, replacing: retryable).text(0) == "1"
    }

    /// Notes what has become of a notice.
    public func noteNotice(_ claim: Claim, _ key: String, _ words: String) throws(QueueError) {
        _ = try tell(claim, key, RelocationQueue.cut(words, RelocationQueue.reasonBytes), replacing: "*")
    }

    private func tell(
        _ claim: Claim, _ key: String, _ words: String, replacing: String
    ) throws(QueueError) -> ScriptAnswer {
        let retention = RedisArgument.number(configuration.retentionSeconds * 1_000)
        return try run(
            try callFor(
                .notice, claim.uuid,
                [.integer(claim.token), .text(key), .text(words), .text(replacing), retention])
        ).accepted(claim.uuid)
    }
}

extension Script {
    /// Reads or writes what is known of a notice. Repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 key of the notice, 5 words to note or empty, 6 which words may be replaced: `*` all, else those that
    ///   begin like this, and none, 7 retention in ms
    /// - Returns: `ok`, `1` if the words are noted, what was known before · `lost`, why
    static let notice = Script(
        "notice", .moves,
        """
        local answer = stale()
        if answer then return answer end
        local notices = noticesOf(ARGV[2])
        local was = redis.call('HGET', notices, ARGV[4]) or ''
        if ARGV[5] == '' then return {'ok', '0', was} end
        local isFree = was == '' or ARGV[6] == '*' or was == ARGV[5] or string.sub(was, 1, #ARGV[6]) == ARGV[6]
        if not isFree then return {'ok', '0', was} end
        redis.call('HSET', notices, ARGV[4], ARGV[5])
        redis.call('PEXPIRE', notices, ARGV[7])
        return {'ok', '1', was}
        """)
}
