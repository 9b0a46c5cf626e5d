import Notification
import Queue

/// Remembers in Redis, with the relocation, who was told what. A worker that has lost the relocation can note nothing, and so
/// tells nobody.
final class ClaimNotificationLog: NotificationLog {
    private let queue: RelocationQueue
    private let claim: Claim

    init(_ queue: RelocationQueue, _ claim: Claim) {
        self.queue = queue
        self.claim = claim
    }

    private static let (sent, refused, deferred) = ("sent", "refused|", "deferred|")

    func state(of key: String) throws(NotificationError) -> NoticeState? {
        try asking { () throws(QueueError) in try queue.notice(claim, key) }.map { note in
            switch note {
            case .sending: .sending
            case .other(Self.sent): .sent
            case .other(let words) where words.hasPrefix(Self.deferred):
                .deferred(String(words.dropFirst(Self.deferred.count)))
            case .other(let words): .refused(String(words.dropFirst(Self.refused.count)))
            }
        }
    }

    func begin(_ key: String) throws(NotificationError) -> Bool {
        try asking { () throws(QueueError) in try queue.beginNotice(claim, key, retryable: Self.deferred) }
    }

    func note(_ key: String, _ state: NoticeState) throws(NotificationError) {
        let words: String
        switch state {
        // It was noted before it was sent.
        case .sending: return
        case .sent: words = Self.sent
        case .refused(let reason): words = Self.refused + reason
        case .deferred(let reason): words = Self.deferred + reason
        }
        try asking { () throws(QueueError) in try queue.noteNotice(claim, key, words) }
    }

    private func asking<Result>(_ call: () throws(QueueError) -> Result) throws(NotificationError) -> Result {
        do { return try call() } catch { throw NotificationError(.log, error.description) }
    }
}
