internal import Synchronization

/// How fast mails may go: so many a minute, of all that share it.
public final class MailPace: Sendable {
    private let perMinute: Int
    /// When the last mails of a minute were sent, the oldest first.
    private let sent = Mutex<[Int64]>([])

    /// Milliseconds of one wait, so that its caller is asked often enough.
    static let longestWait = 1_000
    private static let minute: Int64 = 60_000

    /// Mails a minute that can be chosen.
    public static let limits = 1...6_000

    public init(perMinute: Int) { self.perMinute = min(max(perMinute, Self.limits.lowerBound), Self.limits.upperBound) }

    /// Takes a mail's turn: returns 0; or milliseconds after which to ask again.
    func take(at now: Int64) -> Int {
        sent.withLock { sent in
            sent.removeAll { now - $0 >= Self.minute }
            if sent.count >= perMinute, let first = sent.first { return Int(first + Self.minute - now) }
            sent.append(now)
            return 0
        }
    }
}
