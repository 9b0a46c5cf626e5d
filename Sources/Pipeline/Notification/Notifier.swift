/// What a sender needs from its caller: time, and leave to go on.
public struct NotifierHooks {
    /// Milliseconds that only grow.
    public var now: () -> Int64
    /// Microseconds since 1970 UTC.
    public var wallClock: () -> Int64
    /// Waits so many milliseconds at most. Returns false if the work must end.
    public var wait: (Int) -> Bool

    public init(now: @escaping () -> Int64, wallClock: @escaping () -> Int64, wait: @escaping (Int) -> Bool) {
        self.now = now
        self.wallClock = wallClock
        self.wait = wait
    }
}

/// What has become of notices: key → state. Those that are missing were not come to.
public struct NoticeReport: Sendable, Equatable {
    public internal(set) var states: [String: NoticeState] = [:]
    /// How many were sent just now.
    public internal(set) var sentNow = 0

    public init() {}

    public func count(where matches: (NoticeState) -> Bool) -> Int { states.values.count(where: matches) }

    /// Whether some may be sent later.
    public var isRetryable: Bool {
        states.values.contains { if case .deferred = $0 { true } else { false } }
    }
}

/// Sends notices as mails: each at most once, to whoever the server takes, however often it is asked. One that is refused
/// keeps no other from being sent.
public struct Notifier {
    private let settings: MailSettings
    private let templates: NoticeTemplates
    private let log: any NotificationLog
    private let pace: MailPace
    private let hooks: NotifierHooks

    /// How often a round over all notices is made for those that are deferred.
    public static let rounds = 3
    /// Milliseconds before the second round, doubled after that.
    public static let firstPauseMilliseconds = 2_000

    public init(
        _ settings: MailSettings, _ templates: NoticeTemplates, _ log: any NotificationLog, _ pace: MailPace,
        _ hooks: NotifierHooks
    ) {
        self.settings = settings
        self.pace = pace
        self.templates = templates
        self.log = log
        self.hooks = hooks
    }

    /// Sends what was not sent yet, and tries what is deferred a few times.
    public func send(_ notices: [Notice]) throws(NotificationError) -> NoticeReport {
        var report = NoticeReport()
        for round in 0..<Self.rounds {
            if round > 0 {
                guard report.isRetryable, hooks.wait(Self.firstPauseMilliseconds << (round - 1)) else { break }
            }
            guard try sendRound(notices, &report) else { break }
        }
        return report
    }

    /// Returns false if the work must end.
    private func sendRound(_ notices: [Notice], _ report: inout NoticeReport) throws(NotificationError) -> Bool {
        var session: SMTPSession?
        defer { session?.quit() }
        for notice in notices {
            let key = notice.key
            if let known = try log.state(of: key), !known.isRetryable {
                report.states[key] = known
                continue
            }
            guard MailAddress.isSound(notice.recipient.address) else {
                try note(key, .refused("the address is none"), &report)
                continue
            }
            if session == nil {
                do throws(SMTPFailure) { session = try .open(settings) } catch {
                    // It would refuse the next one, too.
                    deferRest(of: notices, error.words, &report)
                    return true
                }
            }
            guard let open = session, waitForTurn() else { return false }
            try send(notice, key, open, &session, &report)
        }
        return true
    }

    /// The server is away: those of which nothing is known yet may be sent later.
    private func deferRest(of notices: [Notice], _ reason: String, _ report: inout NoticeReport) {
        for notice in notices where report.states[notice.key] == nil { report.states[notice.key] = .deferred(reason) }
    }

    private func waitForTurn() -> Bool {
        while case let pause = pace.take(at: hooks.now()), pause > 0 {
            guard hooks.wait(min(pause, MailPace.longestWait)) else { return false }
        }
        return hooks.wait(0)
    }

    private func send(
        _ notice: Notice, _ key: String, _ open: SMTPSession, _ session: inout SMTPSession?,
        _ report: inout NoticeReport
    ) throws(NotificationError) {
        let mail = ComposedMail(
            templates.render(notice), to: notice.recipient, from: settings.sender, key: key, now: hooks.wallClock())
        do {
            try open.send(mail) { try log.begin(key) }
            report.sentNow += 1
            try note(key, .sent, &report)
        } catch let failure as SMTPFailure {
            try note(failure, key, &session, &report)
        } catch {
            // The store does not answer: nobody may be told before it does.
            session = nil
            throw error as? NotificationError ?? NotificationError(.log, "\(error)")
        }
    }

    private func note(
        _ failure: SMTPFailure, _ key: String, _ session: inout SMTPSession?, _ report: inout NoticeReport
    ) throws(NotificationError) {
        switch failure {
        case .refused(let reason): try note(key, .refused(reason), &report)
        case .deferred(let reason):
            session = nil
            try note(key, .deferred(reason), &report)
        case .uncertain:
            session = nil
            report.states[key] = .sending
        case .withdrawn:
            // Another worker has come first.
            session = nil
            report.states[key] = try log.state(of: key) ?? .sending
        }
    }

    private func note(_ key: String, _ state: NoticeState, _ report: inout NoticeReport) throws(NotificationError) {
        report.states[key] = state
        try log.note(key, state)
    }
}

extension SMTPFailure {
    fileprivate var words: String {
        switch self {
        case .refused(let words), .deferred(let words), .uncertain(let words): words
        case .withdrawn: "another worker sends it"
        }
    }
}

extension NoticeState {
    var isRetryable: Bool { if case .deferred = self { true } else { false } }
}
