import Catalogue
import EventFormat
import ExportFormat
import Storage
import Testing

/// Rows of both sides in a form in which ids do not matter: references are spelled by what the rows they refer to are.
struct CanonicalRows {
    /// Table → the columns that count.
    static let columns: [String: [String]] = [
        "sentry_release": [
            "organization_id", "version", "date_added", "data", "new_groups", "commit_count", "total_deploys", "status",
            "package", "major", "minor", "patch", "revision", "prerelease", "build_code", "build_number", "authors",
        ],
        "sentry_release_project": ["project_id", "release_id", "new_groups"],
        "sentry_distribution": ["organization_id", "name", "date_added", "release_id"],
        "sentry_environment": ["organization_id", "name"],
        "sentry_environmentproject": ["project_id", "environment_id", "is_hidden"],
        "sentry_environmentrelease": [
            "organization_id", "release_id", "environment_id", "first_seen", "last_seen",
        ],
        "sentry_releaseprojectenvironment": [
            "project_id", "release_id", "environment_id", "first_seen", "last_seen", "new_issues_count",
        ],
        "sentry_grouphash": ["project_id", "hash", "group_id", "group_tombstone_id", "state"],
        "sentry_groupedmessage": [
            "project_id", "short_id", "logger", "level", "message", "view", "num_comments", "platform", "status",
            "substatus", "times_seen", "last_seen", "first_seen", "first_release_id", "resolved_at", "active_at",
            "time_spent_total", "time_spent_count", "score", "is_public", "data", "type", "priority",
        ],
        "sentry_groupenvironment": ["group_id", "environment_id", "first_release_id"],
        "sentry_grouprelease": [
            "project_id", "group_id", "release_id", "environment", "first_seen", "last_seen",
        ],
        "sentry_projectcounter": ["project_id", "value"],
        "sentry_activity": ["project_id", "group_id", "type", "ident", "data"],
        "sentry_grouphistory": ["organization_id", "group_id", "project_id", "release_id", "status"],
        "sentry_groupresolution": ["group_id", "release_id", "type", "status", "current_release_version"],
    ]

    /// Column → the table that it refers to.
    private static let references = [
        "release_id": "sentry_release", "first_release_id": "sentry_release", "environment_id": "sentry_environment",
        "group_id": "sentry_groupedmessage",
    ]
    /// What a referenced row is.
    private static let names = [
        "sentry_release": ["organization_id", "version"], "sentry_environment": ["organization_id", "name"],
        "sentry_groupedmessage": ["project_id", "short_id"],
    ]

    /// Table → id → columns.
    private(set) var rows: [String: [Int64: [String: Value]]] = [:]

    // MARK: - The recording's side

    mutating func insert(_ table: String, _ recorded: [FieldValue]) throws {
        guard Self.columns[table] != nil, let known = Catalogue.standard.table(table) else { return }
        for row in recorded {
            guard case .integer(let id) = row["id"] else { continue }
            var values: [String: Value] = [:]
            for column in known.columns { values[column.name] = try stored(row[column.name], column) }
            rows[table, default: [:]][id] = values
        }
    }

    mutating func apply(_ changes: FieldValue) throws {
        for table in changes.members {
            try insert(table.key, table.value["inserted"].items)
            for update in table.value["updated"].items {
                guard case .integer(let id) = update["key"], let known = Catalogue.standard.table(table.key) else {
                    continue
                }
                for change in update["after"].members {
                    guard let column = known.column(change.key) else { continue }
                    rows[table.key]?[id]?[change.key] = try stored(change.value, column)
                }
            }
            for row in table.value["deleted"].items {
                if case .integer(let id) = row["id"] { rows[table.key]?[id] = nil }
            }
        }
    }

    // MARK: - Our side

    init() {}

    init(of site: EventSite) throws {
        for (table, columns) in Self.columns {
            for row in try site.rows(table, ["id"] + columns) {
                guard let id = row[0].integer else { continue }
                rows[table, default: [:]][id] = Dictionary(uniqueKeysWithValues: zip(columns, row.dropFirst()))
            }
        }
    }

    /// Issues get the hashes that lead to them as their numbers, and projects no counter: the numbers depend on the order in
    /// which issues are made.
    mutating func nameGroupsByHashes() {
        for (id, var group) in rows["sentry_groupedmessage"] ?? [:] {
            let hashes = (rows["sentry_grouphash"] ?? [:]).values.filter { $0["group_id"] == .integer(id) }
            group["short_id"] = .text(hashes.compactMap { $0["hash"]?.text }.sorted().joined(separator: "+"))
            rows["sentry_groupedmessage"]?[id] = group
        }
        rows["sentry_projectcounter"] = nil
    }

    // MARK: - Comparing

    func name(_ table: String, _ id: Int64) -> String {
        guard let row = rows[table]?[id] else { return "\(table) \(id)?" }
        return (Self.names[table] ?? []).map { Self.text(row[$0] ?? .null) }.joined(separator: "/")
    }

    /// The id of the row of a name.
    func id(_ table: String, named name: String) -> Int64? {
        rows[table]?.keys.first { self.name(table, $0) == name }
    }

    /// All rows as texts, in order.
    func texts(without tables: Set<String> = []) -> [String] {
        var out: [String] = []
        for (table, columns) in Self.columns where !tables.contains(table) {
            for row in (rows[table] ?? [:]).values {
                let parts = columns.map { column -> String in
                    let value = row[column] ?? .null
                    if let target = Self.references[column], let id = value.integer {
                        return "\(column)=\(name(target, id))"
                    }
                    return "\(column)=\(Self.text(value, isJSON: column == "data"))"
                }
                out.append("\(table): " + parts.joined(separator: " "))
            }
        }
        return out.sorted()
    }

    private static func text(_ value: Value, isJSON: Bool = false) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "1" : "0"
        case .integer(let number): String(number)
        case .timestamp(let time): PythonTime.text(time)
        case .text(let text) where isJSON: (try? parsed(text)).map(spelled) ?? text
        case .text(let text): "'\(text)'"
        case .double(let number): String(number)
        case .textArray(let items): "\(items)"
        case .doubleArray(let rows): "\(rows)"
        }
    }
}
