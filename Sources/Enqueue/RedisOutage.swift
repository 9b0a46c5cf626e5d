import CommandLine
import Queue

/// What somebody who follows a relocation is told while Redis is away: once when it goes, once when it is back.
struct RedisOutage {
    /// Milliseconds on a monotonic clock; nil while Redis answers.
    private(set) var since: Int64?

    /// Returns what to say; nil if it was said already. Throws an error that waiting does not mend.
    mutating func note(_ error: QueueError, at now: Int64) throws(QueueError) -> String? {
        guard error.isTransient else { throw error }
        guard since == nil else { return nil }
        since = now
        return "Redis does not answer; waiting. \(error.message)"
    }

    /// Redis has answered. Returns what to say; nil if it was not away.
    mutating func end() -> String? {
        guard since != nil else { return nil }
        since = nil
        return "Redis answers again."
    }

    /// Redis came back without a relocation that was there before.
    static func forgotten(_ uuid: String) -> CommandFailure {
        CommandFailure(
            .noInput,
            "Redis has forgotten the relocation \(uuid): its data was removed, or is older. Enqueue the same file again under "
                + "its UUID (--import-uuid \(uuid)): the import goes on where the database stands.")
    }
}
