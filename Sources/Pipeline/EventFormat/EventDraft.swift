package import ExportFormat
import TextForms

/// Why an event is not saved. Its chunk goes on without it.
package struct EventRejection: Error, Sendable, Equatable {
    /// Counted under this name.
    package let kind: String
    /// The key of the body that is at fault; empty for the whole body.
    package let place: String
    package let reason: String

    package init(_ kind: String, at place: String = "", _ reason: String) {
        self.kind = kind
        self.place = place
        self.reason = reason
    }
}

/// An event on its way into an installation: its body, and what saving needs of it. It has passed all checks that need no
/// database.
// More than eight properties: one per fact that saving reads again and again.
package struct EventDraft: Sendable {
    /// The project that it is saved into.
    package let project: Int64
    package var body: FieldValue
    package let type: String
    /// 32 hexadecimal digits.
    package let id: String
    /// Microseconds since 1970.
    package let time: Int64
    package let release: String?
    package let dist: String?
    /// Empty without one.
    package let environment: String

    package var isTransaction: Bool { type == "transaction" }
    package var isGeneric: Bool { type == "generic" }
    package var isError: Bool { !isTransaction && !isGeneric }

    package var nodeID: String { EventHash.nodeID(project: project, event: id) }

    /// Days since 1970.
    package var day: Int64 { Int64((Double(time) / 86_400_000_000).rounded(.down)) }

    /// When the installation that saved it first got it; the event's second if that is unknown.
    package var received: FieldValue { Self.received(body, time: time) }

    package static func received(_ body: FieldValue, time: Int64) -> FieldValue {
        body["received"].isTruthy ? body["received"] : .double((Double(time) / 1_000_000).rounded(.down))
    }

    /// Checks a body.
    ///
    /// - Parameter now: microseconds since 1970
    package init(_ body: FieldValue, project: Int64, now: Int64) throws(EventRejection) {
        let check = EventCheck(body)
        try check.requireObject()
        self.project = project
        id = try check.eventID()
        time = try check.time(now: now)
        type = try check.type()
        release = try check.text("release", maxLength: ReleaseVersion.maxLength)
        dist = try check.text("dist", maxLength: 64)
        environment = try check.text("environment", maxLength: 64) ?? ""
        if let release, !release.isEmpty, !ReleaseVersion.isValid(release) {
            throw EventRejection("bad-release", at: "release", "is no version that a release may have")
        }
        try check.requireForm(of: type)
        self.body = check.body
        self.body["event_id"] = .text(id)
    }
}

/// The checks of one body, or of one group.
struct EventCheck {
    let body: FieldValue

    private static let maxTags = 1000
    /// An event may come from a clock that is a minute ahead.
    private static let maxFuture: Int64 = 60_000_000

    init(_ body: FieldValue) { self.body = body }

    func requireObject() throws(EventRejection) {
        guard body.isObject else { throw EventRejection("not-an-object", "is no JSON object") }
    }

    func eventID() throws(EventRejection) -> String {
        guard let id = body["event_id"].text?.lowercased(), id.utf8.count == 32,
            id.utf8.allSatisfy({ Hex.digit($0) != nil })
        else { throw EventRejection("bad-event-id", at: "event_id", "is not 32 hexadecimal digits") }
        return id
    }

    func time(now: Int64) throws(EventRejection) -> Int64 {
        guard let seconds = body["timestamp"].number, seconds.isFinite else {
            throw EventRejection("bad-timestamp", at: "timestamp", "is no number of seconds")
        }
        guard seconds >= 0, seconds < 1e11 else {
            throw EventRejection("bad-timestamp", at: "timestamp", "lies outside the years that events may have")
        }
        let time = PythonTime.microseconds(seconds)
        guard time <= now + Self.maxFuture else {
            throw EventRejection("bad-timestamp", at: "timestamp", "lies in the future")
        }
        return time
    }

    func type() throws(EventRejection) -> String {
        switch body["type"] {
        case .null: return "default"
        case .text(let type): return type.isEmpty ? "default" : type
        default: throw EventRejection("wrong-type", at: "type", "is no text")
        }
    }

    /// A text that a column takes; nil for null.
    func text(_ key: String, maxLength: Int) throws(EventRejection) -> String? {
        switch body[key] {
        case .null: return nil
        case .text(let text):
            if text.utf8.contains(0) { throw EventRejection("null-byte", at: key, "holds a null byte") }
            guard PythonString.length(text) <= maxLength else {
                throw EventRejection("too-long", at: key, "has more than \(maxLength) characters")
            }
            return text
        default: throw EventRejection("wrong-type", at: key, "is no text")
        }
    }

    func requireForm(of type: String) throws(EventRejection) {
        for key in ["level", "logger", "platform"] { _ = try text(key, maxLength: 64) }
        for key in ["culprit", "transaction"] { _ = try text(key, maxLength: EventLimits.culprit) }
        try require("contexts", isNullOr: \.isObject, "is no object")
        try requireTags()
        switch type {
        case "transaction": try requireTransaction()
        case "generic": break
        default: try requireHashes()
        }
    }

    func require(
        _ key: String, isNullOr test: (FieldValue) -> Bool, _ reason: String
    ) throws(EventRejection) {
        guard body[key].isNull || test(body[key]) else { throw EventRejection("wrong-type", at: key, reason) }
    }

    private func requireTags() throws(EventRejection) {
        try require("tags", isNullOr: \.isList, "is no list")
        let tags = body["tags"].items
        guard tags.count <= Self.maxTags else {
            throw EventRejection("too-many-tags", at: "tags", "has more than \(Self.maxTags) tags")
        }
        guard tags.allSatisfy({ $0.isNull || $0.items.count == 2 }) else {
            throw EventRejection("wrong-type", at: "tags", "holds something else than pairs")
        }
    }

    private func requireTransaction() throws(EventRejection) {
        guard body["transaction"].text != nil else {
            throw EventRejection("wrong-type", at: "transaction", "is no text")
        }
        guard body.at("contexts", "trace").isObject else {
            throw EventRejection("wrong-type", at: "contexts.trace", "is missing, or no object")
        }
        guard case .list(let spans) = body["spans"] else {
            throw EventRejection("wrong-type", at: "spans", "is missing, or no list")
        }
        for (place, span) in spans.enumerated() where !span.isObject || span["span_id"].text == nil {
            throw EventRejection("wrong-type", at: "spans.\(place)", "is no span with an id")
        }
    }

    func requireHashes() throws(EventRejection) {
        let hashes = body["hashes"].items
        guard !hashes.isEmpty else {
            throw EventRejection("no-hashes", at: "hashes", "is missing: nothing says which issue it belongs to")
        }
        guard hashes.allSatisfy({ Self.isHash($0) }), body["hierarchical_hashes"].items.allSatisfy({ Self.isHash($0) })
        else { throw EventRejection("bad-hash", at: "hashes", "holds something else than hashes") }
    }

    private static func isHash(_ value: FieldValue) -> Bool {
        guard let text = value.text else { return false }
        return !text.isEmpty && PythonString.length(text) <= 32 && !text.utf8.contains(0)
    }
}

/// Times as Python turns them from seconds.
package enum PythonTime {
    /// Rounded to the nearest, halves to the even one.
    package static func microseconds(_ seconds: Double) -> Int64 {
        let whole = seconds.rounded(.down)
        return Int64(whole) * 1_000_000 + Int64(((seconds - whole) * 1_000_000).rounded(.toNearestOrEven))
    }

    /// `2026-11-20T10:00:00.000000Z`
    package static func text(_ microseconds: Int64) -> String {
        TimestampText.text(microseconds, withZone: false) + "Z"
    }
}
