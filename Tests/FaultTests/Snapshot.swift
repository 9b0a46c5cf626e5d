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
    /// Table → rows → whether a cell is the same in all undisturbed imports; nil if one lacks it.
    private let stable: [String: [[Bool?]]]

    /// - Parameter others: at least two: a short random suffix is the same in two imports once in 676
    init(_ first: Snapshot, _ others: [Snapshot]) {
        precondition(others.count > 1)
        self.first = first
        stable = Dictionary(
            uniqueKeysWithValues: first.tables.map { name, rows in
                let same = rows.indices.map { row in
                    rows[row].indices.map { Self.isStable(rows[row][$0], others, name, row, $0) }
                }
                return (name, same)
            })
    }

    private static func isStable(
        _ cell: String, _ others: [Snapshot], _ table: String, _ row: Int, _ place: Int
    ) -> Bool? {
        let cells = others.map { other in
            let rows = other.tables[table] ?? []
            return row < rows.count && place < rows[row].count ? rows[row][place] : nil
        }
        return cells.contains(nil) ? nil : cells.allSatisfy { $0 == cell }
    }

    /// The number of cells that are the same in all undisturbed imports, and of all cells.
    var coverage: (stable: Int, all: Int) {
        let cells = stable.values.flatMap { $0.flatMap(\.self) }
        return (cells.count { $0 == true }, cells.count)
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
            guard let same = stable[name], let actualRows = found.tables[name] else { continue }
            for (index, row) in rows.enumerated() {
                for (place, cell) in row.enumerated() {
                    guard let isStable = same[index][place] else {
                        return "\(name) differs between undisturbed imports"
                    }
                    let actual = actualRows[index][place]
                    guard isStable ? actual != cell : (actual == "null") != (cell == "null") else { continue }
                    return "\(name) row \(index + 1) cell \(place + 1): \(actual), not \(cell)"
                }
            }
        }
        return nil
    }
}
