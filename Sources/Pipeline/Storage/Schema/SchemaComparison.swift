internal import Catalogue

/// Compares one live table with the catalogue's.
struct SchemaComparison {
    private let table: Table
    private let live: LiveTable
    private(set) var mismatches: [SchemaMismatch] = []

    /// - Parameters:
    ///   - tables: every table asked for: foreign keys are expected only between these.
    static func mismatches(of tables: [Table], with live: [String: LiveTable]) -> [SchemaMismatch] {
        let names = Set(tables.map(\.name))
        return tables.flatMap { table in
            guard let found = live[table.name] else {
                let message = "the table is missing: its rows could not be written"
                return [SchemaMismatch(table: table.name, column: nil, message: message, isFatal: true)]
            }
            var comparison = SchemaComparison(table: table, live: found)
            comparison.compare(among: names)
            return comparison.mismatches
        }
    }

    private init(table: Table, live: LiveTable) {
        self.table = table
        self.live = live
    }

    private mutating func compare(among names: Set<String>) {
        for column in table.columns { compare(column) }
        compareExtraColumns()
        compareUniques()
        compareIdentity()
        compareChecks()
        for column in table.foreignKeys(into: names) { compareForeignKey(column) }
    }

    private mutating func report(_ column: String?, _ message: String, fatal: Bool) {
        mismatches.append(SchemaMismatch(table: table.name, column: column, message: message, isFatal: fatal))
    }

    // MARK: - Columns

    private mutating func compare(_ column: Column) {
        guard let found = live.columns[column.name] else {
            // If no import writes the column, its absence loses no data.
            let message = "the column is missing: expected \(column.type.sqlName), its values would be lost"
            return report(column.name, message, fatal: !column.isDatabaseOnly)
        }
        compareType(column, found)
        if column.isNullable, !found.isNullable, !(column.isDatabaseOnly && found.hasDefault) {
            report(column.name, "is NOT NULL, expected nullable: rows without a value would be refused", fatal: true)
        } else if !column.isNullable, found.isNullable {
            report(column.name, "is nullable, expected NOT NULL: a missing value would go unnoticed", fatal: false)
        }
    }

    private mutating func compareType(_ column: Column, _ found: LiveColumn) {
        switch TypeFit(expected: column.type, live: found.type) {
        case .same: return
        case .shorter:
            let message = "is \(found.type), expected \(column.type.sqlName): longer values would be refused"
            report(column.name, message, fatal: true)
        case .other:
            let message = "is \(found.type), expected \(column.type.sqlName): \(Self.otherType)"
            report(column.name, message, fatal: true)
        }
    }

    private mutating func compareExtraColumns() {
        for (name, column) in live.columns.sorted(by: { $0.key < $1.key })
        where table.column(name) == nil && !column.isNullable && !column.hasDefault {
            report(
                name, "is an unknown column, NOT NULL and without a default: every row would be refused", fatal: true)
        }
    }

    // MARK: - Indexes

    static let otherType = "values could not be written as they are"
    static let missingIndex = "the unique index"

    private mutating func compareUniques() {
        for unique in table.uniques where !live.uniques.contains(where: { matches($0, unique) }) {
            let condition = unique.condition.map { " where \($0)" } ?? ""
            let message =
                "\(Self.missingIndex) on (\(unique.columns.joined(separator: ", ")))\(condition) is missing: "
                + "rows would be written twice"
            report(unique.columns.count == 1 ? unique.columns[0] : nil, message, fatal: true)
        }
        for unique in live.uniques where isSurprise(unique) {
            let columns = unique.columns.map { $0 ?? "an expression" }.joined(separator: ", ")
            report(nil, "has an unknown unique index on (\(columns)): an import might violate it", fatal: false)
        }
    }

    private func matches(_ found: LiveUnique, _ expected: UniqueIndex) -> Bool {
        guard Set(found.columns) == Set(expected.columns.map(Optional.some)) else { return false }
        switch (found.condition, expected.condition) {
        case (nil, nil): return true
        case (let found?, let expected?): return Self.normalised(found) == Self.normalised(expected)
        case (nil, _?), (_?, nil): return false
        }
    }

    /// Whether rows that the catalogue allows could violate it. An index that contains all columns of a known unique
    /// index, or the id, or a column that imports leave to its default, cannot be violated on its own.
    private func isSurprise(_ found: LiveUnique) -> Bool {
        let names = Set(found.columns.compactMap { $0 })
        if found.isPrimaryKey || names.contains("id") { return false }
        if names.contains(where: { table.column($0).map(\.isDatabaseOnly) ?? true }) { return false }
        return !table.uniques.contains { known in
            matches(found, known) || known.condition == nil && names.isSuperset(of: known.columns)
        }
    }

    /// A condition without casts, parentheses, quotes and spaces: `((visibility)::text = 'a'::text)` →
    /// `visibility='a'`.
    static func normalised(_ condition: String) -> String {
        var out = ""
        var words = SQLText.words(condition)[...]
        while let word = words.popFirst() {
            if word == ":", words.first == ":" {
                words = words.dropFirst().drop { $0 == " " }.dropFirst()
                if words.starts(with: [" ", "varying"]) { words = words.dropFirst(2) }
                continue
            }
            if ["(", ")", "\"", " ", "\n"].contains(word) { continue }
            out += word.hasPrefix("'") ? word : word.lowercased()
        }
        return out
    }

    // MARK: - Identity, checks, references

    private mutating func compareIdentity() {
        if !live.uniques.contains(where: { $0.columns == ["id"] && $0.condition == nil }) {
            report("id", "is not the primary key: two rows could have the same id", fatal: true)
        }
        if table.hasIdentity, !live.hasSequence {
            let sequence = SchemaNames.sequence(of: table.name)
            report("id", "has no sequence (expected \(sequence)): new rows would get no ids", fatal: true)
        }
    }

    private mutating func compareChecks() {
        for check in table.checks {
            let columns = Set(SQLText.columns(of: check, in: table))
            guard !live.checks.contains(where: { $0.filter { table.column($0) != nil } == columns }) else { continue }
            let column = columns.count == 1 ? columns.first : nil
            report(column, "the check (\(check)) is missing: bad values would go unnoticed", fatal: false)
        }
    }

    private mutating func compareForeignKey(_ column: Column) {
        guard let target = column.constrainedTable, live.foreignKeys[column.name] != target else { return }
        let message = "the foreign key to \(target) is missing: a dangling reference would go unnoticed"
        report(column.name, message, fatal: false)
    }
}

/// Whether the type of a live column holds the values of the catalogue's type.
enum TypeFit {
    /// The same type, or one that holds every value of the catalogue's type in the same form.
    case same
    case shorter
    case other

    /// SQLite's one type of numbered ids, which holds 64 bits and stands for every integer type.
    static let numbered = "integer primary key"

    init(expected: ColumnType, live: String) {
        if live == expected.sqlName || live == Self.numbered && expected.integerRange != nil {
            self = .same
            return
        }
        switch (expected, Self.textLimit(of: live)) {
        case (.varchar(let expected?), .some(.some(let limit))): self = limit >= expected ? .same : .shorter
        case (.varchar, .some(.none)), (.text, .some(.none)): self = .same
        case (.varchar(nil), .some(.some)), (.text, .some(.some)): self = .shorter
        default: self = .other
        }
    }

    /// nil if it is not a text type, `.some(nil)` for a text type without a limit.
    private static func textLimit(of live: String) -> Int?? {
        if live == "text" || live == "character varying" { return .some(nil) }
        guard live.hasPrefix("character varying("), let limit = Int(live.dropFirst(18).dropLast()) else { return nil }
        return .some(limit)
    }
}
