package import Catalogue
import EventFormat
import ExportFormat
package import Storage

/// Reads the groups of events from an installation: their state, as files of groups tell it.
package final class GroupScan {
    private let database: any Database
    private let tables: GroupTableSet
    private let nodes = NodeText()
    private let reader = ValueReader(maxDepth: 64)
    /// Groups that events lead to.
    private var found: Set<Int64> = []
    private var hashes: Set<RowKey> = []

    /// Groups, or distinct hashes, that are looked up at once.
    private static let page = 500
    /// Hashes that are known to be looked up: to ask again does no harm.
    private static let keptHashes = 50_000

    package init(_ database: any Database, _ catalogue: Catalogue) throws {
        self.database = database
        tables = try GroupTableSet(catalogue)
    }

    /// Remembers the groups that the hashes of events lead to.
    func note(_ events: [(project: Int64, body: FieldValue)]) throws(StorageError) {
        var new: [RowKey] = []
        for event in events {
            for key in ["hashes", "hierarchical_hashes"] {
                for text in event.body[key].items.compactMap(\.text) {
                    let hash = RowKey(event.project, text: text)
                    if hashes.insert(hash).inserted { new.append(hash) }
                }
            }
        }
        if hashes.count > Self.keptHashes { hashes = [] }
        guard !new.isEmpty else { return }
        let rows = try database.select(
            Select(
                ["group_id"], from: tables.hash,
                where: [
                    .isIn("project_id", Set(new.flatMap(\.numbers)).map { .integer($0) }),
                    .isIn("hash", Set(new.map(\.text.text)).map { .text($0) }), .isNotNull("group_id"),
                ]))
        found.formUnion(rows.map(\.[0].number))
    }

    /// Hands over each group as a line; returns how many there are, and those that are being deleted or cannot be told.
    package func run(_ deliver: ([UInt8]) throws -> Void) throws -> (groups: Int, leftOut: Int) {
        let ids = found.sorted()
        var groups = 0
        for start in stride(from: 0, to: ids.count, by: Self.page) {
            for line in try lines(ids[start..<min(start + Self.page, ids.count)].map { .integer($0) }) {
                try deliver(EventText.messageBytes(line) + [0x0A])
                groups += 1
            }
        }
        return (groups, ids.count - groups)
    }

    private static let columns = [
        "id", "project_id", "short_id", "status", "substatus", "priority", "type", "times_seen", "first_seen",
        "last_seen", "active_at", "resolved_at", "level", "platform", "logger", "message", "view", "data",
        "first_release_id",
    ]
    /// Unresolved, resolved, ignored: others are on their way out.
    private static let statuses: [Value] = [.integer(0), .integer(1), .integer(2)]

    private func lines(_ ids: [Value]) throws(StorageError) -> [FieldValue] {
        let rows = try database.select(
            Select(Self.columns, from: tables.group, where: [.isIn("id", ids), .isIn("status", Self.statuses)]))
        let hashes = try database.select(
            Select(["group_id", "hash"], from: tables.hash, where: [.isIn("group_id", ids)]))
        let texts = Dictionary(grouping: hashes, by: \.[0]).mapValues { $0.compactMap(\.[1].text) }
        let assignees = try assignees(ids)
        let releases = try releases(rows.map { $0[18] })
        return rows.map { row in
            let value = Dictionary(uniqueKeysWithValues: zip(Self.columns, row))
            var line = Self.line(value)
            line["hashes"] = .list((texts[row[0]] ?? []).map { .text($0) })
            line["data"] = data(row[17].text ?? "")
            line["firstRelease"] = releases[row[18]].map { .text($0) } ?? .null
            for member in assignees[row[0]] ?? [] { line[member.key] = member.value }
            return line
        }
    }

    /// What ``GroupLine`` reads.
    private static func line(_ row: [String: Value]) -> FieldValue {
        let names = [
            ("project", "project_id"), ("id", "id"), ("shortId", "short_id"), ("status", "status"),
            ("substatus", "substatus"), ("priority", "priority"), ("type", "type"), ("timesSeen", "times_seen"),
            ("firstSeen", "first_seen"), ("lastSeen", "last_seen"), ("activeAt", "active_at"),
            ("resolvedAt", "resolved_at"), ("level", "level"), ("platform", "platform"), ("logger", "logger"),
            ("message", "message"), ("culprit", "view"),
        ]
        return .object(names.map { .init($0, field(row[$1] ?? .null)) })
    }

    private static func field(_ value: Value) -> FieldValue {
        switch value {
        case .integer(let number): .integer(number)
        case .timestamp(let time): .text(PythonTime.text(time))
        case .text(let text): .text(text)
        default: .null
        }
    }

    /// Group → the members of its line that tell who cares for it.
    private func assignees(_ groups: [Value]) throws(StorageError) -> [Value: [FieldValue.Member]] {
        guard try database.schema.hasTable(tables.assignee.name) else { return [:] }
        let rows = try database.select(
            Select(
                ["group_id", "user_id", "team_id", "date_added"], from: tables.assignee,
                where: [.isIn("group_id", groups)]))
        var out: [Value: [FieldValue.Member]] = [:]
        for row in rows {
            let who = row[1].integer.map { ("user", $0) } ?? row[2].integer.map { ("team", $0) }
            guard let who else { continue }
            out[row[0]] = [
                .init("assignee", .object([.init(who.0, .integer(who.1))])), .init("assignedAt", Self.field(row[3])),
            ]
        }
        return out
    }

    private func releases(_ ids: [Value]) throws(StorageError) -> [Value: String] {
        let known = Set(ids).filter { !$0.isNull }
        guard !known.isEmpty else { return [:] }
        let rows = try database.select(
            Select(["id", "version"], from: tables.releaseVersion, where: [.isIn("id", Array(known))]))
        return Dictionary(rows.map { ($0[0], $0[1].text ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// Old versions have kept it compressed and pickled.
    private func data(_ text: String) -> FieldValue {
        if text.hasPrefix("{") { return (try? reader.value(Array(text.utf8))) ?? .object([]) }
        return nodes.inflated(text).flatMap { nodes.value($0) } ?? .object([])
    }
}
