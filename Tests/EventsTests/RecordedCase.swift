import Catalogue
import EventFormat
import Events
import ExportFormat
import Foundation
import Storage
import Testing

/// One recorded case: a state, and steps with all that each changed and sent.
struct RecordedCase {
    static let folder = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"].map { $0 + "/events" }

    let name: String
    let kind: String
    let value: FieldValue

    static func read(_ name: String) throws -> FieldValue {
        let data = try Data(contentsOf: URL(fileURLWithPath: (folder ?? "") + "/" + name))
        return try ValueReader(maxDepth: 1024).value(Array(data))
    }

    static func all() throws -> [RecordedCase] {
        let names = try FileManager.default.contentsOfDirectory(atPath: (folder ?? "") + "/cases").sorted()
        return try names.filter { $0.hasSuffix(".json") }.map { file in
            let value = try read("cases/" + file)
            return RecordedCase(name: value["name"].text ?? file, kind: value["kind"].text ?? "", value: value)
        }
    }

    var steps: [FieldValue] { value["steps"].items }

    /// What grouping has made of payloads, from the cases that save each alone.
    static func grouped(_ cases: [RecordedCase]) -> [String: FieldValue] {
        var out: [String: FieldValue] = [:]
        for item in cases {
            guard item.steps.count == 1, let payload = item.steps[0]["payload"].text,
                let text = item.steps[0]["nodes"].items.first?["decoded"].text, let body = try? parsed(text)
            else { continue }
            out[payload] = body
        }
        return out
    }
}

/// Replays a case on one database and holds each step against the recording.
final class CaseRun {
    private let recorded: RecordedCase
    private let grouped: [String: FieldValue]
    private let site: EventSite
    private var expected = CanonicalRows()
    private(set) var differences: [String] = []
    private let nodes = NodeText()

    /// T0 + 2 seconds.
    private static let startedAt: Int64 = 1_795_168_802_000_000

    init(_ recorded: RecordedCase, grouped: [String: FieldValue], on engine: Engine) throws {
        self.recorded = recorded
        self.grouped = grouped
        site = try EventSite(engine)
    }

    func run(_ base: [FieldValue]) throws {
        for state in base { try seed(state) }
        for (table, changes) in recorded.value.at("state", "rows").members.map({ ($0.key, $0.value) }) {
            try seed(table, changes["inserted"].items)
            for update in changes["updated"].items { try apply(update, to: table) }
        }
        for (place, step) in recorded.steps.enumerated() { try run(step, place) }
    }

    private func seed(_ state: FieldValue) throws {
        // Rows refer to others: in the catalogue's order.
        for table in Catalogue.standard.tables {
            let entry = state[table.name]
            try seed(table.name, entry.isList ? entry.items : entry["inserted"].items)
        }
    }

    private func seed(_ table: String, _ rows: [FieldValue]) throws {
        try site.seed(table, rows)
        try expected.insert(table, rows)
    }

    private func apply(_ update: FieldValue, to name: String) throws {
        guard let table = Catalogue.standard.table(name) else { return }
        let changes = update["after"].members.filter { table.column($0.key) != nil }
        var row: [Value] = [try stored(update["key"], table.columns[0])]
        for change in changes { row.append(try stored(change.value, #require(table.column(change.key)))) }
        try site.database.update(Update(table, set: changes.map(\.key), rows: [row]))
    }

    // MARK: - One step

    private func run(_ step: FieldValue, _ place: Int) throws {
        let inputs = step["op"].text == "batch" ? step["jobs"].items : [step]
        var settings = SavingSettings()
        settings.isRaw = step.at("args", "raw").isTruthy
        settings.reservesAhead = false
        let saving = try EventSaving(into: site.database, catalogue: .standard, settings: settings)
        let bodies = inputs.enumerated().map { body($1, of: step, $0) }
        try site.database.begin()
        let saved = try saving.save(bodies.map { .success($0) }, now: WallClock.now())
        try site.database.commit()
        try expected.apply(step["rows"])
        for fate in saved.fates {
            if case .rejected(let rejection) = fate {
                differences.append("\(place): rejected \(rejection.place) \(rejection.reason)")
            }
        }
        try compareRows(place)
        try compareNodes(step, place)
        compareMessages(saved, step, place)
    }

    /// The input, with what the reference's grouping has found out about it.
    private func body(_ input: FieldValue, of step: FieldValue, _ place: Int) -> EventSaving.Input {
        var body = input["input"]
        guard case .integer(let project) = input["project"] else { return .init(project: 0, body: body) }
        let type = EventMetadata.type(of: body)
        guard type != "transaction", type != "generic" else { return .init(project: project, body: body) }
        let id = body["event_id"].text ?? ""
        let own = step["nodes"].items.compactMap { $0["decoded"].text.flatMap { try? parsed($0) } }
            .last { $0["event_id"].text == id }
        guard let source = own ?? input["payload"].text.flatMap({ grouped[$0] }) else {
            return .init(project: project, body: body)
        }
        for key in [
            "hashes", "hierarchical_hashes", "grouping_config", "fingerprint", "_fingerprint_info", "exception",
            "stacktrace", "threads",
        ] where source.has(key) { body[key] = source[key] }
        // Grouping cuts the functions of native frames after the culprit was read from them.
        if EventText.message(source).contains("\"raw_function\":\"") { body["culprit"] = source["culprit"] }
        for key in ["in_app_frame_mix", "title"] where source["metadata"].has(key) && !body["metadata"].has(key) {
            body["metadata"] = .object(body["metadata"].members + [.init(key, source.at("metadata", key))])
        }
        return .init(project: project, body: body)
    }

    // MARK: - Comparing

    private func report(_ place: Int, _ what: String, _ found: [String], _ expected: [String]) {
        guard found != expected else { return }
        let surplus = found.filter { !expected.contains($0) }
        let missing = expected.filter { !found.contains($0) }
        differences.append(
            "\(place) \(what):\n  + \(surplus.prefix(4).joined(separator: "\n  + "))\n  - \(missing.prefix(4).joined(separator: "\n  - "))"
        )
    }

    private func compareRows(_ place: Int) throws {
        report(place, "rows", try CanonicalRows(of: site).texts(), expected.texts())
    }

    private func compareNodes(_ step: FieldValue, _ place: Int) throws {
        for node in step["nodes"].items {
            guard let id = node["id"].text, let text = node["decoded"].text else { continue }
            let last = step["nodes"].items.last { $0["id"].text == id }?["decoded"].text ?? text
            let rows = try site.database.select(
                Select(["data"], from: site.table("nodestore_node"), where: [.equals("id", .text(id))]))
            let found = try rows.first?[0].text.flatMap { nodes.inflated($0) }.map {
                try normal(String(decoding: $0, as: UTF8.self))
            }
            report(place, "node", [found ?? "none"], [try normal(last)])
        }
    }

    /// A body without the time of its saving.
    private func normal(_ text: String) throws -> String {
        var body = try parsed(text)
        if body.has("nodestore_insert") { body["nodestore_insert"] = .integer(0) }
        return spelled(body)
    }

    private func compareMessages(_ saved: SavedChunk, _ step: FieldValue, _ place: Int) {
        let log = step["log"]
        let settings = StreamSettings(recorded.value, isRaw: step.at("args", "raw").isTruthy)
        let ours = saved.messages(settings: settings, startedAt: Self.startedAt, now: WallClock.now())
        report(
            place, "stream", ours.filter { ["events", "transactions"].contains($0.topic) }.map(text),
            log["stream"].items.filter { $0["topic"].text != nil }.map(text))
        report(
            place, "outcomes", ours.filter { $0.topic.hasPrefix("outcomes") }.map(text), log["outcomes"].items.map(text)
        )
        report(
            place, "occurrences", ours.filter { $0.topic == "ingest-occurrences" }.map(text).sorted(),
            log["occurrences"].items.map(text).sorted())
        report(
            place, "attributes", ours.filter { $0.topic == "group-attributes" }.map(text),
            log["other_topics"].items.filter { $0["topic"].text == "group-attributes" }.map(text))
    }

    private func text(_ message: SinkMessage) -> String {
        text(
            topic: message.topic, key: message.key, headers: message.headers.map { "\($0.name)=\($0.value)" },
            value: String(decoding: message.value, as: UTF8.self), renamed: nil)
    }

    private func text(_ message: FieldValue) -> String {
        let headers = message["headers"].items.map { "\($0.items[0].text ?? "")=\($0.items[1].text ?? "")" }
        return text(
            topic: message["topic"].text ?? "", key: message["key"].text, headers: headers,
            value: message["value"].text ?? "", renamed: expected)
    }

    /// A message with the values that vary left out, and groups under their names.
    private func text(
        topic: String, key: String?, headers: [String], value: String, renamed: CanonicalRows?
    ) -> String {
        let names = renamed ?? (try? CanonicalRows(of: site)) ?? CanonicalRows()
        var body = (try? parsed(value)) ?? .text(value)
        Self.rewrite(&body, topic, names)
        let headers = headers.map { header -> String in
            if header.hasPrefix("group_id="), let id = Int64(header.dropFirst(9)) {
                return "group_id=" + names.name("sentry_groupedmessage", id)
            }
            if header.hasPrefix("group_states="), var states = try? parsed(String(header.dropFirst(13))) {
                Self.renameGroups(&states, names)
                return "group_states=" + spelled(states)
            }
            return header
        }
        return "\(topic) \(key ?? "-") \(headers) \(spelled(body))"
    }

    private static func rewrite(_ body: inout FieldValue, _ topic: String, _ names: CanonicalRows) {
        if topic == "ingest-occurrences" { body["id"] = .null }
        if topic == "group-attributes" {
            body["timestamp"] = .null
            for (key, table) in [("group_id", "sentry_groupedmessage"), ("first_release", "sentry_release")] {
                if case .integer(let id) = body[key] { body[key] = .text(names.name(table, id)) }
            }
        }
        guard case .list(var parts) = body, parts.count == 4 else { return }
        if parts[2]["data"].has("nodestore_insert") {
            parts[2].update("data") { $0["nodestore_insert"] = .integer(0) }
        }
        renameGroups(&parts[2], names)
        parts[3].update("group_states") { renameGroups(&$0, names) }
        body = .list(parts)
    }

    private static func renameGroups(_ value: inout FieldValue, _ names: CanonicalRows) {
        func name(_ value: FieldValue) -> FieldValue {
            if case .integer(let id) = value { .text(names.name("sentry_groupedmessage", id)) } else { value }
        }
        value.updateItems { state in state["id"] = name(state["id"]) }
        guard value.isObject else { return }
        value["group_id"] = name(value["group_id"])
        value["group_ids"] = .list(value["group_ids"].items.map(name))
    }
}

extension StreamSettings {
    /// What a case says of the installation.
    fileprivate init(_ recorded: FieldValue, isRaw: Bool) {
        self.init()
        skipsConsume = isRaw
        if case .integer(let days) = recorded.at("options", "system.event-retention-days"), days > 0 {
            retentionDays = Int(days)
        }
        if case .bool(let flag) = recorded["options"]["eventstream:kafka-headers"] { extendedHeaders = flag }
        if recorded["options"]["performance.issues.all.problem-detection"].number == 0 { detectsProblems = false }
    }
}
