internal import FoundationEssentials

/// One thing that happened to a relocation: a transition, an attempt or what an operator did.
public struct HistoryEntry: Sendable, Equatable, Decodable {
    /// Milliseconds since 1970 on Redis' clock; 0 if unknown.
    public var at: Int64
    /// A word such as `claimed`; one that this version does not know is of a newer one.
    public var what: String
    /// The worker or operator who did it; empty if unknown.
    public var by: String
    /// More about it, such as an error.
    public var detail: String
    /// Failed attempts, this one among them.
    public var attempt: Int?
    /// Milliseconds until the next attempt.
    public var delay: Int64?
    /// How many entries this one stands for.
    public var times: Int
    /// When the first of these was; nil if it stands for one.
    public var since: Int64?

    private enum CodingKeys: String, CodingKey { case at, what, by, detail, from, attempt, delay, times, since }

    public init(at: Int64, what: String, by: String = "", detail: String = "") {
        self.at = at
        self.what = what
        self.by = by
        self.detail = detail
        times = 1
    }

    /// Members that are missing or cannot be read have defaults, those that are not known are passed over.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        // A member of another type counts as missing.
        func text(_ key: CodingKeys) -> String? { try? members.decodeIfPresent(String.self, forKey: key) }
        // As above.
        func number(_ key: CodingKeys) -> Int64? {
            (try? members.decodeIfPresent(Double.self, forKey: key)).flatMap { Int64(exactly: $0.rounded()) }
        }
        self.init(at: RecordFields.bounded(time: number(.at) ?? 0), what: text(.what) ?? "", by: text(.by) ?? "")
        detail = text(.detail) ?? text(.from) ?? ""
        attempt = number(.attempt).map { RecordFields.bounded(number: $0) }
        delay = number(.delay).map(RecordFields.bounded(time:))
        times = number(.times).map { RecordFields.bounded(number: $0) } ?? 1
        since = number(.since).map(RecordFields.bounded(time:))
    }

    /// Reads an element of the list. What cannot be read is an entry without words.
    init(json: String) {
        // The list still shows that there is something.
        self = (try? JSONDecoder().decode(HistoryEntry.self, from: Data(json.utf8))) ?? HistoryEntry(at: 0, what: "")
    }
}

/// A failure that a retry, or another enqueue, has left behind.
public struct EarlierFailure: Sendable, Equatable {
    /// Milliseconds since 1970 on Redis' clock; 0 if unknown.
    public var at: Int64
    public var reason: String
    /// Each a JSON object in the reference's form.
    public var findings: [String]

    public init(at: Int64, reason: String, findings: [String]) {
        self.at = at
        self.reason = reason
        self.findings = findings
    }

    private struct Members: Decodable {
        let at: Double?
        let reason: String?
        let findings: String?
    }

    /// Nil for an element that is no such failure.
    init?(json: String) {
        // The caller passes over it.
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(json.utf8)) else { return nil }
        at = RecordFields.bounded(time: members.at.flatMap { Int64(exactly: $0.rounded()) } ?? 0)
        reason = members.reason ?? ""
        findings = TextList.decode(members.findings ?? "")
    }
}
