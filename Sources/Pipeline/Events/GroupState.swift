import Catalogue
package import EventFormat
import ExportFormat
import Glibc
import Storage

/// The columns of groups, and what a new one holds.
enum GroupColumns {
    static let all = [
        "project_id", "logger", "level", "message", "view", "num_comments", "platform", "status", "substatus",
        "times_seen", "last_seen", "first_seen", "first_release_id", "active_at", "time_spent_total",
        "time_spent_count", "score", "is_public", "data", "short_id", "type", "priority", "priority_locked_at",
        "resolved_at",
    ]

    static let unresolved: Int64 = 0
    static let resolved: Int64 = 1
    static let substatusRegressed: Int64 = 6
    private static let substatusNew: Int64 = 7
    private static let maxMessage = 255

    static func new(_ job: EventJob, shortID: Int64) -> [String: Value] {
        let draft = job.draft
        let time = Value.timestamp(draft.time)
        let priority = priority(draft.body["level"].text ?? "error")
        return [
            "project_id": .integer(job.project.id), "logger": .text(draft.body["logger"].text ?? ""),
            "level": .integer(level(draft)), "message": .text(message(draft)),
            "view": .text(view(draft)), "num_comments": .integer(0),
            "platform": draft.body["platform"].text.map { .text($0) } ?? .null, "status": .integer(unresolved),
            "substatus": .integer(substatusNew), "times_seen": .integer(1), "last_seen": time, "first_seen": time,
            "first_release_id": job.release.map { .integer($0.id) } ?? .null, "active_at": time,
            "time_spent_total": .integer(0), "time_spent_count": .integer(0),
            "score": .integer(seconds(draft.time)), "is_public": .bool(false),
            "data": .text(EventText.message(newData(draft))), "short_id": .integer(shortID),
            "type": .integer(1), "priority": .integer(priority),
        ]
    }

    static func seconds(_ time: Int64) -> Int64 { Int64((Double(time) / 1_000_000).rounded(.down)) }

    private static let levels: [String: Int64] = [
        "sample": 0, "debug": 10, "info": 20, "warning": 30, "error": 40, "fatal": 50,
    ]

    static func level(_ draft: EventDraft) -> Int64 { levels[draft.body["level"].text ?? ""] ?? 40 }

    private static func priority(_ level: String) -> Int64 {
        switch level {
        case "debug", "info": 25
        case "warning": 50
        default: 75
        }
    }

    /// The texts that a search looks at, as the column takes them.
    static func searchMessage(_ draft: EventDraft) -> String {
        EventMetadata.searchMessage(
            draft.body, metadata: draft.body["metadata"].members, culprit: draft.body["culprit"].text ?? "")
    }

    static func message(_ draft: EventDraft) -> String {
        let text = searchMessage(draft).filter { $0 != "\0" }
        return EventLimits.truncated(EventLimits.firstLine(text), maxMessage)
    }

    /// Its culprit, as the column takes it: frames may hold anything.
    static func view(_ draft: EventDraft) -> String {
        PythonString.prefix((draft.body["culprit"].text ?? "").filter { $0 != "\0" }, EventLimits.culprit)
    }

    /// What an event tells of its group.
    static func data(_ draft: EventDraft) -> FieldValue {
        .object([
            .init("type", draft.body["type"]), .init("culprit", draft.body["culprit"]),
            .init("metadata", draft.body["metadata"]), .init("title", draft.body["title"]),
            .init("location", draft.body["location"]), .init("last_received", draft.received),
        ])
    }

    private static func newData(_ draft: EventDraft) -> FieldValue {
        var data = data(draft)
        data["metadata"] = beginning(draft, over: data["metadata"])
        return data
    }

    /// What a group's metadata say of its first event.
    static func beginning(_ draft: EventDraft, over metadata: FieldValue) -> FieldValue {
        var metadata = metadata
        metadata.remove("sdk")
        if let name = draft.body.at("sdk", "name").nonEmptyText {
            metadata["sdk"] = .object([
                .init("name", .text(name)), .init("name_normalized", .text(SDKName.normalized(name))),
            ])
        }
        metadata.remove("initial_priority")
        metadata["initial_priority"] = .integer(priority(draft.body["level"].text ?? "error"))
        return metadata
    }

    /// What an event tells of its group, with what older metadata say of the first one.
    static func data(_ draft: EventDraft, beginning metadata: FieldValue) -> FieldValue {
        var data = data(draft)
        data.update("metadata") { new in
            for key in ["sdk", "initial_priority"] where metadata.has(key) { new[key] = metadata[key] }
        }
        return data
    }
}

/// The names of the kits that send events.
enum SDKName {
    /// Kits of these languages are told apart by more than the language.
    private static let detailed: Set<String> = ["javascript", "native"]

    /// `sentry.python.django` → `sentry.python`; other programs are `other`.
    static func normalized(_ name: String) -> String {
        let parts = name.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
        guard parts.count > 1, parts[0] == "sentry" else { return "other" }
        return parts.prefix(detailed.contains(parts[1]) ? 3 : 2).joined(separator: ".")
    }
}

/// A stored group that takes in one more event.
struct GroupState {
    private let stored: (String) -> Value
    private(set) var changes: [String: Value] = [:]

    private static let placeholders: Set<String> = ["<untitled>", "<unknown>", "<unlabeled event>", "Error"]

    init(_ stored: @escaping (String) -> Value) { self.stored = stored }

    subscript(column: String) -> Value {
        get { changes[column] ?? stored(column) }
        set { changes[column] = newValue }
    }

    /// An event that comes when it happens.
    mutating func take(_ job: EventJob) {
        see(job.draft.time)
        describe(job.draft)
        takeMessage(job.draft)
        takeData(job.draft)
        count(job)
    }

    /// An event of history: the latest one describes the issue, the earliest one says how it began.
    mutating func takeByTime(_ job: EventJob) {
        let isLatest = isLatest(job.draft)
        if job.draft.time < self["first_seen"].timestamp ?? .min { begin(with: job) }
        see(job.draft.time)
        if isLatest {
            describe(job.draft)
            self["message"] = .text(GroupColumns.message(job.draft))
            self["data"] = .text(EventText.message(GroupColumns.data(job.draft, beginning: data.at("metadata"))))
        }
        count(job)
    }

    mutating func see(_ time: Int64) {
        self["last_seen"] = .timestamp(max(time, self["last_seen"].timestamp ?? time))
        self["first_seen"] = .timestamp(min(time, self["first_seen"].timestamp ?? time))
    }

    private var data: FieldValue {
        (try? ValueReader(maxDepth: 64).value(Array((self["data"].text ?? "{}").utf8))) ?? .object([])
    }

    private func isLatest(_ draft: EventDraft) -> Bool {
        guard let last = self["last_seen"].timestamp, draft.time <= last else { return true }
        return draft.time == last && (draft.received.number ?? 0) >= (data["last_received"].number ?? 0)
    }

    private mutating func begin(with job: EventJob) {
        let new = GroupColumns.new(job, shortID: 0)
        for column in ["platform", "logger", "first_release_id"] { self[column] = new[column] ?? .null }
        if self["active_at"] == self["first_seen"] { self["active_at"] = .timestamp(job.draft.time) }
        if self["priority_locked_at"].isNull { self["priority"] = new["priority"] ?? .null }
        var data = data
        data["metadata"] = GroupColumns.beginning(job.draft, over: data["metadata"])
        self["data"] = .text(EventText.message(data))
    }

    private mutating func describe(_ draft: EventDraft) {
        self["level"] = .integer(GroupColumns.level(draft))
        self["view"] = .text(GroupColumns.view(draft))
    }

    /// Another version of an event that was counted before counts no more.
    private mutating func count(_ job: EventJob) { add(times: job.decision.counts ? 1 : 0) }

    /// How often it was seen, and what follows from that.
    mutating func add(times: Int64) {
        self["times_seen"] = .integer(max(0, self["times_seen"].number + times))
        let weight = log10(Double(max(self["times_seen"].number, 1))) * 600
        let seconds = Double(self["last_seen"].timestamp ?? 0) / 1_000_000
        self["score"] = .integer(Int64((weight + seconds).rounded(.toNearestOrEven)))
    }

    private mutating func takeMessage(_ draft: EventDraft) {
        let text = GroupColumns.searchMessage(draft)
        guard !text.isEmpty, !Self.placeholders.contains(draft.body["title"].text ?? "") else { return }
        self["message"] = .text(GroupColumns.message(draft))
    }

    private mutating func takeData(_ draft: EventDraft) {
        let old = data
        let new = GroupColumns.data(draft)
        var data = old.members
        for member in new.members where member.key != "metadata" { data.set(member.key, member.value) }
        data.set("title", Self.title(old["title"], new["title"]))
        var metadata = old["metadata"].members
        for member in new["metadata"].members { metadata.set(member.key, member.value) }
        metadata.set("title", Self.title(old.at("metadata", "title"), new.at("metadata", "title")))
        data.set("metadata", .object(metadata))
        self["data"] = .text(EventText.message(.object(data)))
    }

    /// A real title takes the place of a placeholder, and never the other way round.
    private static func title(_ old: FieldValue, _ new: FieldValue) -> FieldValue {
        if new.isNull { return old }
        return !isPlaceholder(new) || isPlaceholder(old) ? new : old
    }

    private static func isPlaceholder(_ title: FieldValue) -> Bool { title.text.map(placeholders.contains) ?? false }
}

/// What searches for issues read about one.
// Ten properties: one per fact of the message.
package struct GroupSnapshot: Sendable, Equatable {
    let project: Int64
    let group: Int64
    let status: Int64
    let substatus: Int64?
    let priority: Int64?
    let firstRelease: Int64?
    let firstSeen: Int64
    let comments: Int64
    var user: Int64?
    var team: Int64?

    /// - Parameter now: microseconds since 1970
    package func message(now: Int64) -> SinkMessage {
        func number(_ value: Int64?) -> FieldValue { value.map { .integer($0) } ?? .null }
        let owners = [
            "owner_suspect_commit_user_id", "owner_ownership_rule_user_id",
            "owner_ownership_rule_team_id", "owner_codeowners_user_id", "owner_codeowners_team_id",
        ]
        let value = FieldValue.object(
            [
                .init("group_deleted", .bool(false)), .init("project_id", .integer(project)),
                .init("group_id", .integer(group)), .init("status", .integer(status)),
                .init("substatus", number(substatus)), .init("priority", number(priority)),
                .init("first_release", number(firstRelease)), .init("first_seen", .text(PythonTime.text(firstSeen))),
                .init("num_comments", .integer(comments)),
                .init("timestamp", .text(String(PythonTime.text(now).dropLast()))),
                .init("assignee_user_id", number(user)), .init("assignee_team_id", number(team)),
            ] + owners.map { .init($0, .null) })
        return SinkMessage(topic: "group-attributes", key: nil, value: EventText.messageBytes(value))
    }
}
