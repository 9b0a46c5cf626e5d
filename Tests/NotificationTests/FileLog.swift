import Foundation
import Synchronization

@testable import Notification

/// A log in a file, as another process finds it.
final class FileLog: NotificationLog {
    private let path: String

    init(_ path: String) { self.path = path }

    private var states: [String: String] {
        (FileManager.default.contents(atPath: path)).flatMap {
            try? JSONDecoder().decode([String: String].self, from: $0)
        }
            ?? [:]
    }

    private func write(_ key: String, _ text: String) throws(NotificationError) {
        var all = states
        all[key] = text
        do { try JSONEncoder().encode(all).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw NotificationError(.log, "the log cannot be written")
        }
    }

    func state(of key: String) throws(NotificationError) -> NoticeState? {
        guard let text = states[key] else { return nil }
        let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch parts[0] {
        case "sending": return .sending
        case "sent": return .sent
        case "refused": return .refused(parts[1])
        default: return .deferred(parts[1])
        }
    }

    func begin(_ key: String) throws(NotificationError) -> Bool {
        switch try state(of: key) {
        case nil, .deferred: break
        default: return false
        }
        try write(key, "sending")
        return true
    }

    func note(_ key: String, _ state: NoticeState) throws(NotificationError) {
        switch state {
        case .sending: try write(key, "sending")
        case .sent: try write(key, "sent")
        case .refused(let reason): try write(key, "refused|\(reason)")
        case .deferred(let reason): try write(key, "deferred|\(reason)")
        }
    }
}

/// Time that passes only when somebody waits.
final class TestTime: Sendable {
    private let milliseconds = Mutex<Int64>(0)
    private let waits = Mutex<Int>(0)

    var now: Int64 { milliseconds.withLock { $0 } }
    /// How often somebody has waited for longer than nothing.
    var count: Int { waits.withLock { $0 } }

    func hooks(until end: Int64 = .max) -> NotifierHooks {
        NotifierHooks(
            now: { self.now }, wallClock: { 1_700_000_000_000_000 },
            wait: { pause in
                if pause > 0 { self.waits.withLock { $0 += 1 } }
                return self.milliseconds.withLock { now in
                    now += Int64(pause)
                    return now <= end
                }
            })
    }
}
