internal import Catalogue

/// What an import does about one table of a destination: compares it with the catalogue's and decides how to store rows.
struct TableFit {
    let table: Table
    /// Nil if the table lies as in the catalogue.
    private(set) var layout: TableLayout?
    /// What is different, and what happens because of it, in words.
    private(set) var changes: [String] = []
    /// Why rows cannot be stored; empty if they can.
    private(set) var obstacles: [SchemaMismatch] = []

    /// Fits a table that is there.
    ///
    /// - Parameters:
    ///   - name: what it is called there
    ///   - live: as it is there
    init(_ table: Table, _ name: String, _ live: LiveTable) {
        self.table = table
        var parts = Parts()
        for column in table.columns { fit(column, live.columns[column.name], &parts) }
        for (name, column) in live.columns.sorted(by: { $0.key < $1.key })
        where table.column(name) == nil && !column.isNullable && !column.hasDefault {
            stop(
                name,
                "is an unknown column (\(column.type)), NOT NULL and without a default: every row would be refused")
        }
        if name != table.name { changes.append("is called \(name) there") }
        guard name != table.name || parts.isChanged else { return }
        layout = TableLayout(
            table: table, live: parts.table(name, table), gone: parts.gone, converted: parts.converted,
            nullValues: parts.nullValues, required: parts.required,
            avoidsCopy: parts.avoidsCopy)
    }

    /// A table that is not there.
    init(missing table: Table) {
        self.table = table
        let values = table.columns.map { ($0.name, $0.usualValue) }
        layout = TableLayout(
            table: table, live: nil, gone: Dictionary(values, uniquingKeysWith: { first, _ in first }), converted: [:],
            nullValues: [:], required: [])
    }

    private struct Parts {
        var columns: [Column] = []
        var gone: [String: Value] = [:]
        var converted: [String: ColumnConversion] = [:]
        var nullValues: [String: Value] = [:]
        var required: Set<String> = []
        var avoidsCopy = false

        var isChanged: Bool {
            !gone.isEmpty || !converted.isEmpty || !nullValues.isEmpty || !required.isEmpty || avoidsCopy
        }

        func table(_ name: String, _ table: Table) -> Table {
            let names = Set(columns.map(\.name))
            return Table(
                live: name, columns: columns, uniques: table.uniques.filter { names.isSuperset(of: $0.columns) },
                hasIdentity: table.hasIdentity)
        }
    }

    private mutating func stop(_ column: String, _ message: String) {
        obstacles.append(SchemaMismatch(table: table.name, column: column, message: message, isFatal: true))
    }

    private mutating func fit(_ column: Column, _ found: LiveColumn?, _ parts: inout Parts) {
        guard let found else {
            if column.isDatabaseOnly { return }
            if column.isPrimaryKey { return stop("id", "the column is missing: rows could not be found again") }
            parts.gone[column.name] = column.usualValue
            changes.append("\(column.name) is not there: values are left out")
            return
        }
        guard let type = type(of: column, found, &parts) else { return }
        parts.columns.append(column.live(type, found.isNullable))
        guard column.isNullable, !found.isNullable, !column.isDatabaseOnly else { return }
        if let value = column.empty(found) {
            parts.nullValues[column.name] = value
            changes.append("\(column.name) takes no null: it becomes an empty value")
        } else {
            parts.required.insert(column.name)
            changes.append("\(column.name) takes no null: rows without a value are dropped")
        }
    }

    /// The type in which values are stored; nil if that is not possible.
    private mutating func type(of column: Column, _ found: LiveColumn, _ parts: inout Parts) -> ColumnType? {
        switch TypeFit(expected: column.type, live: found.type) {
        case .same: return column.type
        case .shorter:
            stop(column.name, "is \(found.type), expected \(column.type.sqlName): longer values would be refused")
            return nil
        case .other:
            guard let type = ColumnType(live: found.type), !column.isPrimaryKey || type == .bigint else {
                stop(column.name, "is \(found.type), expected \(column.type.sqlName): values could not be written")
                return nil
            }
            if type == column.type {
                parts.avoidsCopy = true
                changes.append("\(column.name) is \(found.type): longer texts are refused")
                return type
            }
            guard let conversion = ColumnConversion(column, to: type) else {
                stop(
                    column.name,
                    "is \(found.type), expected \(column.type.sqlName): not every value has a form in that type")
                return nil
            }
            parts.converted[column.name] = conversion
            changes.append("\(column.name) is \(found.type), not \(column.type.sqlName): values are converted")
            return type
        }
    }
}

extension Column {
    /// The column as it is in a destination.
    fileprivate func live(_ type: ColumnType, _ isNullable: Bool) -> Column {
        Column(name, type, isNullable: isNullable)
    }

    /// What stands for null where null is refused; nil if nothing does.
    fileprivate func empty(_ found: LiveColumn) -> Value? {
        if reference != nil { return nil }
        switch type {
        case .textArray: return .textArray([])
        case .doubleArray: return .doubleArray([])
        case .smallint, .integer, .bigint, .boolean, .double: return number(found.defaultText)
        case .varchar, .text, .citext: return .text(Self.quoted(found.defaultText) ?? "")
        case .json, .jsonb: return Self.quoted(found.defaultText).map { .text($0) }
        case .inet, .uuid, .timestamptz, .timestamp: return nil
        }
    }

    private func number(_ text: String) -> Value? {
        if encoding == .flags { return .integer(Int64(text) ?? 0) }
        switch type {
        case .boolean: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
        case .double: return Double(text).map { .double($0) }
        default: return Int64(text).map { .integer($0) }
        }
    }

    /// `'a''b'::text` → `a'b`.
    private static func quoted(_ text: String) -> String? {
        guard text.first == "'", let end = text.lastIndex(of: "'"), end > text.startIndex else { return nil }
        return text[text.index(after: text.startIndex)..<end].split(separator: "''", omittingEmptySubsequences: false)
            .joined(separator: "'")
    }
}
