package import ExportFormat
import TextForms

/// One message for whoever reads an installation's events.
package struct SinkMessage: Sendable, Equatable {
    package let topic: String
    package let key: String?
    package let headers: [Header]
    package let value: [UInt8]
    /// Whether it must be on its way before the next one.
    package var flushes = false

    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(topic: String, key: String?, headers: [Header] = [], value: [UInt8]) {
        self.topic = topic
        self.key = key
        self.headers = headers
        self.value = value
    }
}

/// What saving has decided about an event that was saved.
package struct EventDecision: Sendable, Equatable {
    /// nil for all but errors.
    package var group: Int64?
    package var isNew = false
    package var isNewEnvironment = false
    package var isRegression = false
    /// Whether it counts: the first time that the event is saved.
    package var counts = true

    package init() {}

    /// As the stream of events tells it.
    var groupStates: FieldValue {
        guard let group else { return .null }
        return .list([
            .object([
                .init("id", .integer(group)), .init("is_new", .bool(isNew)),
                .init("is_regression", .bool(isRegression)),
                .init("is_new_group_environment", .bool(isNewEnvironment)),
            ])
        ])
    }
}

/// The messages about an event, made of its stored body: the same bytes each time.
package struct EventMessages: Sendable {
    package let organization: Int64
    package let project: Int64
    package let settings: StreamSettings
    /// Microseconds since 1970: when the chunk was saved.
    package let startedAt: Int64

    package init(organization: Int64, project: Int64, settings: StreamSettings, startedAt: Int64) {
        self.organization = organization
        self.project = project
        self.settings = settings
        self.startedAt = startedAt
    }

    // MARK: - The event

    /// nil for events that the issue platform publishes itself.
    package func insert(_ body: FieldValue, _ decision: EventDecision) -> SinkMessage? {
        let type = EventMetadata.type(of: body)
        guard type != "generic" else { return nil }
        let isTransaction = type == "transaction"
        let queue = isTransaction ? "post_process_transactions" : "post_process_errors"
        let hash = isTransaction ? nil : EventDraft.primaryHash(body)
        var message = SinkMessage(
            topic: isTransaction ? "transactions" : "events", key: isTransaction ? nil : String(project),
            headers: headers(body, decision, queue, hash), value: value(body, decision, queue, hash))
        message.flushes = EventTags.value("sample_event", in: body["tags"].items) != nil
        return message
    }

    private func value(
        _ body: FieldValue, _ decision: EventDecision, _ queue: String, _ hash: String?
    ) -> [UInt8] {
        var data = body
        data.remove("debug_meta")
        data.remove("_meta")
        var out = Array(#"[2,"insert",{"group_id":"#.utf8)
        out += EventText.messageBytes(decision.group.map { .integer($0) } ?? .null)
        out += #","group_ids":[\#(decision.group.map(String.init) ?? "")],"event_id":"#.utf8
        out += EventText.messageBytes(body["event_id"])
        out += #","organization_id":\#(organization),"project_id":\#(project),"message":"#.utf8
        out += EventText.messageBytes(.text(searchMessage(body)))
        out += #","platform":"#.utf8
        out += EventText.messageBytes(body["platform"])
        out += #","datetime":"\#(PythonTime.text(time(body)))","data":"#.utf8
        out += EventText.sortedMessageBytes(data)
        out += #","primary_hash":"#.utf8
        out += EventText.messageBytes(hash.map { .text($0) } ?? .null)
        out += #","retention_days":\#(settings.retentionDays.map(String.init) ?? "null")"#.utf8
        out += #","occurrence_id":null,"occurrence_data":{}},"#.utf8
        out += EventText.messageBytes(state(decision, queue))
        out.append(UInt8(ascii: "]"))
        return out
    }

    private func state(_ decision: EventDecision, _ queue: String) -> FieldValue {
        .object([
            .init("is_new", .bool(decision.isNew)), .init("is_regression", .bool(decision.isRegression)),
            .init("is_new_group_environment", .bool(decision.isNewEnvironment)), .init("queue", .text(queue)),
            .init("skip_consume", .bool(settings.skipsConsume)), .init("group_states", decision.groupStates),
        ])
    }

    private func headers(
        _ body: FieldValue, _ decision: EventDecision, _ queue: String, _ hash: String?
    ) -> [SinkMessage.Header] {
        func flag(_ flag: Bool) -> String { flag ? "1" : "0" }
        let received = EventDraft.received(body, time: time(body)).pythonText
        var out = [SinkMessage.Header("Received-Timestamp", received)]
        if settings.extendedHeaders {
            out += [.init("event_id", body["event_id"].text ?? ""), .init("project_id", String(project))]
            if let group = decision.group { out.append(.init("group_id", String(group))) }
            if let hash { out.append(.init("primary_hash", hash)) }
            out += [
                .init("is_new", flag(decision.isNew)),
                .init("is_new_group_environment", flag(decision.isNewEnvironment)),
                .init("is_regression", flag(decision.isRegression)),
                .init("skip_consume", flag(settings.skipsConsume)),
            ]
            if decision.group != nil { out.append(.init("group_states", EventText.message(decision.groupStates))) }
        }
        return out + [.init("queue", queue), .init("operation", "insert"), .init("version", "2")]
    }

    private func searchMessage(_ body: FieldValue) -> String {
        // Stored bodies have their keys in another order: the message must be the same when it is made anew.
        let known = body["metadata"].members
        var first = body
        first.remove("title")
        let order = EventMetadata.computed(first).map(\.key)
        let computed = order.compactMap { key in known.first { $0.key == key } }
        let others = known.filter { !order.contains($0.key) }.sorted {
            $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
        }
        return EventMetadata.searchMessage(body, metadata: computed + others, culprit: body["culprit"].text ?? "")
    }

    private func time(_ body: FieldValue) -> Int64 { PythonTime.microseconds(body["timestamp"].number ?? 0) }

    // MARK: - Outcomes

    package func accepted(_ body: FieldValue) -> SinkMessage? {
        guard EventMetadata.type(of: body) != "generic" else { return nil }
        return outcome(body, "outcomes-billing", number: 0, reason: nil)
    }

    /// Of an event whose issue was deleted and discarded.
    package func discarded(_ body: FieldValue) -> SinkMessage {
        outcome(body, "outcomes", number: 1, reason: "discarded-hash")
    }

    private func outcome(_ body: FieldValue, _ topic: String, number: Int64, reason: String?) -> SinkMessage {
        let value = FieldValue.object([
            .init("timestamp", .text(PythonTime.text(startedAt))), .init("org_id", .integer(organization)),
            .init("project_id", .integer(project)), .init("key_id", key(body)),
            .init("outcome", .integer(number)), .init("reason", reason.map { .text($0) } ?? .null),
            .init("event_id", body["event_id"]),
            .init("category", .integer(category(of: EventMetadata.type(of: body)))),
            .init("quantity", .integer(1)),
        ])
        return SinkMessage(topic: topic, key: nil, value: EventText.messageBytes(value))
    }

    /// What outcomes count the event as.
    private func category(of type: String) -> Int64 {
        switch type {
        case "transaction": settings.indexesTransactions ? 9 : 2
        case "csp", "hpkp", "expectct", "expectstaple": 3
        case "feedback": 14
        default: 1
        }
    }

    private func key(_ body: FieldValue) -> FieldValue {
        switch body["key_id"] {
        case .integer(let id): .integer(id)
        case .text(let text): Int64(text).map { .integer($0) } ?? .null
        default: .null
        }
    }

    // MARK: - Occurrences

    /// A transaction's performance problems, with ids that derive from the event.
    package func occurrences(_ body: FieldValue, _ detection: ProblemDetection) -> [SinkMessage] {
        guard EventMetadata.type(of: body) == "transaction", settings.detectsProblems else { return [] }
        return detection.problems(body).map { occurrence($0, body) }
    }

    private func occurrence(_ problem: SpanProblem, _ body: FieldValue) -> SinkMessage {
        let event = body["event_id"].text ?? ""
        let id = EventHash.md5("\(project):\(event):\(problem.fingerprint):\(problem.offenders.map(\.pythonText))")
        let display = FieldValue.object([
            .init("name", .text("Offending Spans")), .init("value", .text(problem.displayText)),
            .init("important", .bool(true)),
        ])
        let value = FieldValue.object([
            .init("id", .text(id)), .init("project_id", .integer(project)), .init("event_id", .text(event)),
            .init("fingerprint", .list([.text(problem.fingerprint)])),
            .init("issue_title", .text(problem.type.title)), .init("subtitle", .text(problem.description)),
            .init("resource_id", .null), .init("evidence_data", problem.evidenceData),
            .init("evidence_display", .list([display])), .init("type", .integer(problem.type.number)),
            .init("detection_time", .double(Double(time(body)) / 1_000_000)), .init("level", body["level"]),
            .init("culprit", body["transaction"]), .init("initial_issue_priority", .null), .init("assignee", .null),
            .init("payload_type", .text("occurrence")),
        ])
        return SinkMessage(
            topic: "ingest-occurrences", key: problem.fingerprint, value: EventText.messageBytes(value))
    }
}

/// What an installation has set about its stream of events.
package struct StreamSettings: Sendable, Equatable {
    /// `system.event-retention-days`; nil for none.
    package var retentionDays: Int?
    /// Whether readers leave out what follows an event: alerts, rules, assignments.
    package var skipsConsume = true
    /// `eventstream:kafka-headers`
    package var extendedHeaders = true
    /// Whether transactions count in the category of indexed ones.
    package var indexesTransactions = false
    /// Whether transactions are searched for performance problems.
    package var detectsProblems = true

    package init() {}
}
