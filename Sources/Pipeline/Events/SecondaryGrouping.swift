import Catalogue
import EventFormat
import ExportFormat
import Storage

/// The options by which a project computes the hashes of a second grouping configuration: a new event then finds the issue that
/// history has brought, and links its own hashes to it.
struct SecondaryGrouping {
    private let database: any Database
    private let table: Table

    /// As long as the reference lets projects compute both after a change of their configuration.
    static let seconds: Int64 = 30 * 86_400

    private static let own = "sentry:grouping_config"
    private static let secondary = "sentry:secondary_grouping_config"
    private static let expiry = "sentry:secondary_grouping_expiry"
    /// That of a project without the option.
    private static let standard = "newstyle:2023-01-11"

    init(_ database: any Database, _ table: Table) {
        self.database = database
        self.table = table
    }

    /// Projects that group as their events were grouped stay as they are.
    func set(_ groupings: [Int64: String], now: Int64) throws(StorageError) {
        let rows = try database.select(
            Select(
                ["id", "project_id", "key", "value"], from: table,
                where: [
                    .isIn("project_id", groupings.keys.sorted().map { .integer($0) }),
                    .isIn("key", [Self.own, Self.secondary, Self.expiry].map { .text($0) }),
                ]))
        var known: [RowKey: [Value]] = [:]
        for row in rows { known[RowKey(row[1].number, text: row[2].text ?? "")] = row }
        var (added, changed): ([[Value]], [[Value]]) = ([], [])
        for (project, grouping) in groupings.sorted(by: { $0.key < $1.key }) {
            let own = known[RowKey(project, text: Self.own)]?[3].text ?? Self.json(.text(Self.standard))
            guard own != Self.json(.text(grouping)) else { continue }
            let values: [(String, FieldValue)] = [
                (Self.secondary, .text(grouping)), (Self.expiry, .integer(now / 1_000_000 + Self.seconds)),
            ]
            for (key, value) in values {
                let value = Value.text(Self.json(value))
                if let row = known[RowKey(project, text: key)] {
                    changed.append([row[0], value])
                } else {
                    added.append([.integer(project), .text(key), value])
                }
            }
        }
        if !changed.isEmpty { try database.update(Update(table, set: ["value"], rows: changed)) }
        guard !added.isEmpty else { return }
        let ids = try database.reserveIDs(added.count, for: table)
        try database.insert(
            Insert(
                into: table, columns: ["id", "project_id", "key", "value"],
                rows: zip(ids, added).map { [.integer($0)] + $1 }))
    }

    private static func json(_ value: FieldValue) -> String { EventText.message(value) }
}
