import Catalogue
import Foundation

/// The rows of one table, ordered by id.
struct TableContent {
    let table: Table
    let columns: [Column]
    let rows: [[Value]]
}

/// The content of an installation. Each id is replaced by its row's position in its table, so that two imports compare.
struct Snapshot {
    /// Table → rows → cells.
    private(set) var tables: [String: [[String]]] = [:]

    init(_ contents: [TableContent]) {
        var places: [String: [Int64: Int]] = [:]
        for content in contents {
            guard let key = content.columns.firstIndex(where: \.isPrimaryKey) else { continue }
            let ids = content.rows.compactMap { $0[key].integer }
            places[content.table.name] = Dictionary(uniqueKeysWithValues: zip(ids, 0...))
        }
        for content in contents {
            let model = content.columns.firstIndex { $0.name == "model" }
            tables[content.table.name] = content.rows.map { row in
                zip(content.columns, row).map { column, value in
                    Self.cell(value, column, content.table, model.flatMap { row[$0].text }, places)
                }
            }
        }
    }

    private static func cell(
        _ value: Value, _ column: Column, _ table: Table, _ model: String?, _ places: [String: [Int64: Int]]
    ) -> String {
        func place(_ id: Int64, _ table: String?) -> String {
            guard let table, let place = places[table]?[id] else { return "\(id)" }
            return "#\(place)"
        }
        let chunkTable = model.flatMap { Catalogue.standard.model($0)?.table.name }
        if let text = value.text, column.name.hasSuffix("_map"), let chunkTable {
            let map = (try? JSONDecoder().decode([String: Int64].self, from: Data(text.utf8))) ?? [:]
            return map.sorted { $0.key < $1.key }.map { "\($0.key):\(place($0.value, chunkTable))" }.joined(
                separator: ",")
        }
        guard let id = value.integer else { return "\(value)" }
        if column.name.hasSuffix("_inserted_pk") { return place(id, chunkTable) }
        if column.isPrimaryKey { return place(id, table.name) }
        return place(id, target(of: column))
    }

    /// The table that a column refers to.
    private static func target(of column: Column) -> String? {
        if let reference = column.reference { return Catalogue.standard.model(reference.model)?.table.name }
        return column.constrainedTable ?? mirrored[column.name]
    }

    /// Columns of mirror tables, which have no constraints.
    private static let mirrored = [
        "organization_id": "sentry_organization", "user_id": "auth_user", "team_id": "sentry_team",
        "organizationmember_id": "sentry_organizationmember", "inviter_id": "auth_user",
        "organizationmemberteam_id": "sentry_organizationmember_teams", "orgauthtoken_id": "sentry_orgauthtoken",
        "organization_slug_reservation_id": "sentry_organizationslugreservation", "created_by_id": "auth_user",
        "group_id": "sentry_groupedmessage", "release_id": "sentry_release", "first_release_id": "sentry_release",
        "environment_id": "sentry_environment",
    ]

    var rowCounts: [String: Int] { tables.mapValues(\.count) }
}

/// The end state that each undisturbed import reaches. Random values and times differ between two imports; all else must
/// be the same.
struct ExpectedState {
    private let first: Snapshot
    private let second: Snapshot

    init(_ first: Snapshot, _ second: Snapshot) {
        self.first = first
        self.second = second
    }

    /// The number of cells that are the same in two undisturbed imports, and of all cells.
    var coverage: (stable: Int, all: Int) {
        var (stable, all) = (0, 0)
        for (name, rows) in first.tables {
            for (row, other) in zip(rows, second.tables[name] ?? []) {
                all += row.count
                stable += zip(row, other).filter { $0 == $1 }.count
            }
        }
        return (stable, all)
    }

    /// The first difference; nil if there is none.
    func difference(from found: Snapshot) -> String? {
        guard first.rowCounts == found.rowCounts else {
            let names = Set(first.rowCounts.keys).union(found.rowCounts.keys).sorted()
            return names.filter { first.rowCounts[$0] != found.rowCounts[$0] }
                .map { "\($0): \(found.rowCounts[$0] ?? 0) rows, not \(first.rowCounts[$0] ?? 0)" }
                .joined(separator: "; ")
        }
        for (name, rows) in first.tables.sorted(by: { $0.key < $1.key }) {
            for (index, row) in rows.enumerated() {
                guard let other = second.tables[name]?[index], let actual = found.tables[name]?[index] else {
                    return "\(name) differs between two undisturbed imports"
                }
                for (place, cell) in row.enumerated() where !Self.fits(actual[place], cell, other[place]) {
                    return "\(name) row \(index + 1) cell \(place + 1): \(actual[place]), not \(cell)"
                }
            }
        }
        return nil
    }

    private static func fits(_ actual: String, _ cell: String, _ other: String) -> Bool {
        cell == other ? actual == cell : (actual == "null") == (cell == "null")
    }
}
