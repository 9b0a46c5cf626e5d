internal import Catalogue

extension PostgresDatabase {
    func select(_ query: Select) throws(StorageError) -> [[Value]] {
        let columns = try query.table.columns(named: query.columns)
        let order = try query.orderBy.map { name throws(StorageError) in try query.table.requiredColumn(name) }
        var conditions = try PostgresConditions(query.conditions, in: query.table)
        var sql = "SELECT \(SQLText.list(query.columns)) FROM \(SQLText.quoted(query.table.name))\(conditions.sql)"
        sql += Self.ordering(order)
        if let limit = query.limit {
            conditions.parameters.add(Int64(limit))
            sql += " LIMIT $\(conditions.parameters.count)"
        }
        let result = try readOne(PostgresCommand(sql, conditions.parameters), table: query.table)
        return try rows(of: result, columns, in: query.table)
    }

    func count(_ table: Table, where conditions: [Condition], alone name: String) throws(StorageError) -> Int {
        var lock = PostgresParameters()
        lock.add(name)
        let conditions = try PostgresConditions(conditions, in: table)
        let sql = "SELECT count(*) FROM \(SQLText.quoted(table.name))\(conditions.sql)"
        try beforeStatement?()
        do {
            // The second statement sees what was committed while the first one waited.
            let results = try performRead([
                PostgresCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", lock),
                PostgresCommand(sql, conditions.parameters),
            ])
            return Int(results[1].integer(0, 0) ?? 0)
        } catch {
            throw error.storageError(table: table)
        }
    }

    /// Runs one statement that only reads.
    func readOne(_ command: PostgresCommand, table: Table?) throws(StorageError) -> PostgresResult {
        try beforeStatement?()
        do {
            return try performRead([command])[0]
        } catch {
            throw error.storageError(table: table)
        }
    }

    /// Runs one statement.
    func one(_ command: PostgresCommand, table: Table?) throws(StorageError) -> PostgresResult {
        try beforeStatement?()
        do {
            return try perform([command])[0]
        } catch {
            throw error.storageError(table: table)
        }
    }

    private func rows(
        of result: PostgresResult, _ columns: [Column], in table: Table
    ) throws(StorageError) -> [[Value]] {
        var rows: [[Value]] = []
        rows.reserveCapacity(result.rowCount)
        for index in 0..<result.rowCount {
            var row: [Value] = []
            row.reserveCapacity(columns.count)
            for (position, column) in columns.enumerated() {
                do {
                    row.append(try result.value(index, position, as: column.type))
                } catch {
                    throw error.error(table: table, column: column, rowIndex: nil)
                }
            }
            rows.append(row)
        }
        return rows
    }

    /// Texts by their bytes, nulls last (the server's own default), equal values by id.
    private static func ordering(_ column: Column?) -> String {
        guard let column, !column.isPrimaryKey else { return " ORDER BY \"id\"" }
        let collation = column.type.isText ? "::text COLLATE \"C\"" : ""
        return " ORDER BY \(SQLText.quoted(column.name))\(collation), \"id\""
    }
}

/// Conditions as SQL with parameters.
struct PostgresConditions {
    private(set) var sql = ""
    var parameters = PostgresParameters()

    init(_ conditions: [Condition], in table: Table) throws(StorageError) {
        for condition in conditions {
            sql += sql.isEmpty ? " WHERE " : " AND "
            switch condition {
            case .isNull(let name): sql += SQLText.quoted(try table.requiredColumn(name).name) + " IS NULL"
            case .isNotNull(let name): sql += SQLText.quoted(try table.requiredColumn(name).name) + " IS NOT NULL"
            case .equals(let name, let value): add(try table.requiredColumn(name), among: [value])
            case .isIn(let name, let list): add(try table.requiredColumn(name), among: list)
            case .greaterThan(let name, let value): add(try table.requiredColumn(name), above: value)
            }
        }
    }

    private mutating func add(_ column: Column, among list: [Value]) {
        let name = SQLText.quoted(column.name)
        sql += "\(name) = ANY(\(add(list, comparedWith: column)))"
    }

    private mutating func add(_ column: Column, above value: Value) {
        let name = SQLText.quoted(column.name)
        // An array of no value has no first element: null, and nothing is greater than that.
        let bound = "(\(add([value], comparedWith: column)))[1]"
        switch column.type {
        case .varchar, .text: sql += "\(name) COLLATE \"C\" > \(bound)"
        case .citext: sql += "lower(\(name)::text) COLLATE \"C\" > lower(\(bound)::text) COLLATE \"C\""
        default: sql += "\(name) > \(bound)"
        }
    }

    /// Adds the list as one array parameter. A value that does not fit the column equals none of its values and is
    /// left out; integers compare across widths, texts of any length.
    private mutating func add(_ list: [Value], comparedWith column: Column) -> String {
        var type = column.type
        if type.integerRange != nil { type = .bigint }
        if case .varchar = type { type = .text }
        let fitting = list.filter { value in
            do {
                return try !value.fitted(to: column.type).isNull
            } catch {
                // Of another type or beyond its range: no value of the column.
                guard case .text(let text) = value, column.type.isText else { return false }
                return !text.utf8.contains(0)
            }
        }
        do {
            try parameters.add(fitting, as: type)
        } catch {
            // What does not fit was left out above.
        }
        let cast = type.wireCast.isEmpty ? "" : "\(type.wireCast)[]"
        return "$\(parameters.count)\(cast)"
    }
}
