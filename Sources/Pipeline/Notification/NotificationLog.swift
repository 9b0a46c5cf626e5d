/// What is known of one notice.
public enum NoticeState: Sendable, Equatable {
    /// It was about to be sent, and nobody knows whether it was: it is never sent again.
    case sending
    case sent
    /// The server refuses it for good.
    case refused(String)
    /// It was certainly not sent, and may be later.
    case deferred(String)
}

/// Remembers who was told what, so that nobody is told twice: before a mail is sent and after. It must outlive the process,
/// and a call must have its effect when it returns.
public protocol NotificationLog {
    /// nil if nothing is known.
    func state(of key: String) throws(NotificationError) -> NoticeState?

    /// Right before a notice is sent: notes ``NoticeState/sending``. Returns false, and changes nothing, if it was noted before,
    /// by whomever.
    func begin(_ key: String) throws(NotificationError) -> Bool

    /// Notes what has become of it.
    func note(_ key: String, _ state: NoticeState) throws(NotificationError)
}
