public import Catalogue

// Both databases as one.
extension OverlayDatabase {
    public func select(_ query: Select) throws(StorageError) -> [[Value]] {
        var query = query
        query.locks = false
        let name = query.table.name
        let isWritten = state.created.contains(name)
        let seesBase = !state.cleared.contains(name) && !query.conditions.contains { isFresh($0, in: query.table) }
        guard isWritten || state.hiddenCount(of: name) > 0 else { return seesBase ? try base.select(query) : [] }
        let order = query.orderBy ?? "id"
        let both = Select(
            query.columns + [order, "id"], from: query.table, where: query.conditions, orderBy: query.orderBy,
            limit: query.limit.map { $0 + state.hiddenCount(of: name) })
        let place = query.columns.count
        var rows = seesBase ? try base.select(both).filter { !isHidden($0[place + 1], of: name) } : []
        if isWritten { Self.merge(&rows, with: try scratch.select(both), orderedBy: place) }
        return rows.prefix(query.limit ?? rows.count).map { Array($0.dropLast(2)) }
    }

    private func isHidden(_ id: Value, of table: String) -> Bool {
        id.integer.map { state.hides($0, of: table) } ?? false
    }

    /// Adds rows in the order of both databases: by a value, nulls last, then by the id behind it.
    private static func merge(_ rows: inout [[Value]], with others: [[Value]], orderedBy place: Int) {
        guard !rows.isEmpty else {
            rows = others
            return
        }
        guard let first = others.first, let last = rows.last else { return }
        let isBehind = !precedes(first, last, place)
        rows += others
        if !isBehind { rows.sort { precedes($0, $1, place) } }
    }

    private static func precedes(_ left: [Value], _ right: [Value], _ place: Int) -> Bool {
        switch (left[place], right[place]) {
        case (.integer(let one), .integer(let other)) where one != other: return one < other
        case (.timestamp(let one), .timestamp(let other)) where one != other: return one < other
        case (.double(let one), .double(let other)) where one != other: return one < other
        case (.text(let one), .text(let other)) where one != other:
            return one.utf8.lexicographicallyPrecedes(other.utf8)
        case (.null, .null): break
        case (.null, _): return false
        case (_, .null): return true
        default: break
        }
        return (left[place + 1].integer ?? 0) < (right[place + 1].integer ?? 0)
    }

    public func read(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        let rows = try select(query)
        let size = max(pageRows, 1)
        for start in stride(from: 0, to: rows.count, by: size) {
            try page(Array(rows[start..<min(start + size, rows.count)]))
        }
    }

    /// Nobody else writes to the scratch, so that nobody need wait.
    public func count(_ table: Table, where conditions: [Condition], alone name: String) throws(StorageError) -> Int {
        try select(Select(["id"], from: table, where: conditions)).count
    }

    // MARK: What the base cannot hold

    /// Whether only rows that were written here can meet the condition: it asks for ids that the base does not have.
    private func isFresh(_ condition: Condition, in table: Table) -> Bool {
        let (name, values): (String, [Value])
        switch condition {
        case .equals(let column, let value): (name, values) = (column, [value])
        case .isIn(let column, let list): (name, values) = (column, list)
        case .equalsInUpperCase, .isNull, .isNotNull, .greaterThan: return false
        }
        guard let column = table.column(name), let target = target(of: column, in: table) else { return false }
        return values.allSatisfy { isFresh($0, of: target) }
    }

    /// The table whose ids a column holds; nil for any other column.
    func target(of column: Column, in table: Table) -> String? {
        if column.isPrimaryKey { return table.name }
        return column.constrainedTable ?? column.reference.flatMap { catalogue.model($0.model)?.table.name }
    }

    /// Whether a row of that id was made here. A table that was cleared counts from 1 again: tables that were not may still
    /// hold its old ids.
    func isFresh(_ id: Value, of table: String) -> Bool {
        guard let id = id.integer, let first = firstIDs[table], !state.cleared.contains(table) else { return false }
        return id >= first
    }

    /// Whether a row of that id was made here, as long as no table was cleared.
    public func isFresh(_ id: Int64, of table: Table) -> Bool { isFresh(.integer(id), of: table.name) }
}
