internal import Catalogue

/// Conditions as SQL with parameters.
struct PostgresConditions: WhereClause {
    var sql = ""
    var parameters = PostgresParameters()

    init(_ conditions: [Condition], in table: Table) throws(StorageError) {
        try add(conditions, in: table)
    }

    mutating func add(_ column: Column, among list: [Value]) {
        let name = SQLText.quoted(column.name)
        sql += "\(name) = ANY(\(add(list, comparedWith: column)))"
    }

    mutating func add(_ column: Column, inUpperCase text: String) {
        // No text of a column has this letter.
        guard !text.utf8.contains(0) else {
            sql += "FALSE"
            return
        }
        parameters.add(text)
        sql += "UPPER(\(SQLText.quoted(column.name))::text) = UPPER($\(parameters.count)::text)"
    }

    mutating func add(_ column: Column, above value: Value) {
        let name = SQLText.quoted(column.name)
        // The first element of an empty array is null, and no value is greater than null.
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
                // Of another type or out of range: no value of the column equals it.
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
