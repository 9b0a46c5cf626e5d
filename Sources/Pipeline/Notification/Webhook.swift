import Sockets

internal import Crypto
internal import FoundationEssentials
internal import TextForms

/// What a program is told.
public struct WebhookEvent: Sendable, Equatable {
    public let kind: Notice.Kind
    /// The relocation: a UUID, dashed, lower case.
    public let relocation: String
    /// Microseconds since 1970 UTC: when it happened.
    public let at: Int64
    public var organizations: [String] = []
    public var reason = ""
    /// Which failure: one that comes later is told anew.
    public var occasion = 0

    public init(_ kind: Notice.Kind, of relocation: String, at: Int64) {
        self.kind = kind
        self.relocation = relocation
        self.at = at
    }

    /// The same at each attempt: the program recognises a repetition by it.
    public var key: String {
        let subject = occasion > 0 ? "|\(occasion)" : ""
        return Hex.text(SHA256.hash(data: Array("webhook|\(relocation)|\(kind.rawValue)\(subject)".utf8)))
    }

    /// Members of the body: a contract.
    private struct Body: Encodable {
        let event, uuid, at: String
        let organizations: [String]
        let reason: String?
    }

    var body: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Body(
            event: "relocation.\(kind.rawValue)", uuid: relocation, at: TimestampText.text(at, withZone: true),
            organizations: organizations, reason: reason.isEmpty ? nil : reason)
        // Texts always encode.
        return (try? encoder.encode(body)).map { Array($0) } ?? []
    }
}

/// Tells a program of relocations: an HTTP request that carries the event, signed, again until it is taken.
///
/// Headers: `X-Relocation-Event`, `X-Relocation-Delivery` (the same for each repetition), `X-Relocation-Timestamp` (seconds since
/// 1970) and `X-Relocation-Signature`: `sha256=` and the HMAC-SHA256, in hexadecimal digits, of timestamp, a dot and body.
public struct Webhook {
    private let settings: WebhookSettings
    private let log: any NotificationLog
    private let hooks: NotifierHooks

    public static let attempts = 5
    /// Milliseconds before the second attempt, doubled after that.
    public static let firstPauseMilliseconds = 1_000

    public init(_ settings: WebhookSettings, _ log: any NotificationLog, _ hooks: NotifierHooks) {
        self.settings = settings
        self.log = log
        self.hooks = hooks
    }

    /// Tells of an event that was not taken yet. A lost answer is asked for again: the delivery tells the program that it has
    /// the event already.
    public func send(_ event: WebhookEvent) throws(NotificationError) -> NoticeState {
        let key = event.key
        switch try log.state(of: key) {
        case .sent: return .sent
        case .refused(let reason): return .refused(reason)
        case .sending, .deferred, nil: break
        }
        var state = NoticeState.deferred("not tried")
        for attempt in 0..<Self.attempts {
            if attempt > 0, !hooks.wait(Self.firstPauseMilliseconds << (attempt - 1)) { break }
            state = outcome(of: event, key)
            guard state.isRetryable else { break }
        }
        try log.note(key, state)
        return state
    }

    private func outcome(of event: WebhookEvent, _ key: String) -> NoticeState {
        do throws(NetworkError) {
            let code = try post(event, key)
            switch code {
            case 200..<300: return .sent
            case 408, 425, 429, 500..<600: return .deferred("the webhook answers \(code)")
            default: return .refused("the webhook answers \(code)")
            }
        } catch {
            return .deferred(error.message)
        }
    }

    /// Returns the status of the answer. Redirections are not followed: nobody else gets the event.
    private func post(_ event: WebhookEvent, _ key: String) throws(NetworkError) -> Int {
        let post = WebPost(settings.address, trust: settings.trust, timeoutSeconds: settings.timeoutSeconds)
        let body = event.body
        let seconds = String(hooks.wallClock() / 1_000_000)
        return try post.send(
            [
                "X-Relocation-Event: relocation.\(event.kind.rawValue)", "X-Relocation-Delivery: \(key)",
                "X-Relocation-Timestamp: \(seconds)",
                "X-Relocation-Signature: \(Self.signature(body, at: seconds, with: settings.secret))",
            ], body: body)
    }

    static func signature(_ body: [UInt8], at seconds: String, with secret: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(seconds).".utf8) + body, using: SymmetricKey(data: secret))
        return "sha256=\(Hex.text(code))"
    }
}
