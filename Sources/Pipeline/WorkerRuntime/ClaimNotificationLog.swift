import Ledger
import Notification
import Queue
import Storage

/// Remembers who was told what: in Redis, with the relocation, and in the destination's ledger, which outlives Redis. A worker that
/// has lost the relocation can note nothing, and so tells nobody.
final class ClaimNotificationLog: NotificationLog {
    private let queue: RelocationQueue
    private let claim: Claim
    /// nil without a ledger: then only Redis knows.
    private let ledger: NoticeTable?

    init(_ queue: RelocationQueue, _ claim: Claim, _ ledger: NoticeTable? = nil) {
        self.queue = queue
        self.claim = claim
        self.ledger = ledger
    }

    private static let (sent, refused, deferred) = ("sent", "refused|", "deferred|")

    /// What Redis does not know the ledger may.
    func state(of key: String) throws(NotificationError) -> NoticeState? {
        guard let known = try asking({ () throws(QueueError) in try queue.notice(claim, key) }) else {
            return try recorded(key)
        }
        return Self.state(known)
    }

    private static func state(_ note: NoticeNote) -> NoticeState {
        switch note {
        case .sending: .sending
        case .other(Self.sent): .sent
        case .other(let words) where words.hasPrefix(Self.deferred):
            .deferred(String(words.dropFirst(Self.deferred.count)))
        case .other(let words): .refused(String(words.dropFirst(Self.refused.count)))
        }
    }

    private func recorded(_ key: String) throws(NotificationError) -> NoticeState? {
        guard let ledger else { return nil }
        return try storing { () throws(StorageError) in try ledger.state(of: key) }.map { state in
            switch state {
            case .sending: .sending
            case .sent: .sent
            case .refused: .refused("it was refused before")
            case .deferred: .deferred("it was not sent before")
            }
        }
    }

    /// Redis first, which tells whether the claim holds. If the ledger then fails, nobody is told, and all may be tried again.
    func begin(_ key: String) throws(NotificationError) -> Bool {
        guard try asking({ () throws(QueueError) in try queue.beginNotice(claim, key, retryable: Self.deferred) })
        else {
            return false
        }
        guard let ledger else { return true }
        do throws(NotificationError) {
            return try storing { () throws(StorageError) in try ledger.begin(key) }
        } catch {
            try tell(key, Self.deferred + error.message)
            throw error
        }
    }

    func note(_ key: String, _ state: NoticeState) throws(NotificationError) {
        switch state {
        // It was noted before it was sent.
        case .sending: return
        case .sent: try note(key, Self.sent, .sent)
        case .refused(let reason): try note(key, Self.refused + reason, .refused)
        case .deferred(let reason): try note(key, Self.deferred + reason, .deferred)
        }
    }

    private func note(_ key: String, _ words: String, _ state: NoticeTable.State) throws(NotificationError) {
        try tell(key, words)
        guard let ledger else { return }
        try storing { () throws(StorageError) in try ledger.note(key, state) }
    }

    private func tell(_ key: String, _ words: String) throws(NotificationError) {
        try asking { () throws(QueueError) in try queue.noteNotice(claim, key, words) }
    }

    private func asking<Result>(_ call: () throws(QueueError) -> Result) throws(NotificationError) -> Result {
        do { return try call() } catch { throw NotificationError(.log, error.description) }
    }

    private func storing<Result>(_ call: () throws(StorageError) -> Result) throws(NotificationError) -> Result {
        do { return try call() } catch { throw NotificationError(.log, error.message) }
    }
}
