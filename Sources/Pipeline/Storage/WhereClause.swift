internal import Catalogue

/// Builds the WHERE clause of a statement, with parameters. Each database adds its own form of a comparison.
protocol WhereClause {
    var sql: String { get set }

    /// Adds a condition that the column equals one of the values.
    mutating func add(_ column: Column, among list: [Value])
    /// Adds a condition that the column equals a text if both are in upper case.
    mutating func add(_ column: Column, inUpperCase text: String)
    /// Adds a condition that the column is greater than the value.
    mutating func add(_ column: Column, above value: Value)
}

extension WhereClause {
    /// Adds all conditions, joined by AND.
    mutating func add(_ conditions: [Condition], in table: Table) throws(StorageError) {
        for condition in conditions {
            sql += sql.isEmpty ? " WHERE " : " AND "
            switch condition {
            case .isNull(let name): sql += SQLText.quoted(try table.requiredColumn(name).name) + " IS NULL"
            case .isNotNull(let name): sql += SQLText.quoted(try table.requiredColumn(name).name) + " IS NOT NULL"
            case .equals(let name, let value): add(try table.requiredColumn(name), among: [value])
            case .equalsInUpperCase(let name, let text): add(try table.requiredColumn(name), inUpperCase: text)
            case .isIn(let name, let list): add(try table.requiredColumn(name), among: list)
            case .greaterThan(let name, let value): add(try table.requiredColumn(name), above: value)
            }
        }
    }
}
