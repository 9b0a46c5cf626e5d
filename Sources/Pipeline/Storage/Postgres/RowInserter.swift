internal import Catalogue

/// Turns the rows of an insert into statements.
struct RowInserter {
    let rows: [[Value]]
    private let table: Table
    private let columns: [Column]
    private let sql: String

    init(_ batch: Insert) throws(StorageError) {
        rows = batch.rows
        table = batch.table
        columns = try batch.table.columns(named: batch.columns)
        try Self.checkWidths(of: rows, columns.count, in: batch.table)
        let source = ArrayParameters.source(of: columns)
        let conflicts = batch.ignoringConflicts ? " ON CONFLICT DO NOTHING" : ""
        // Our ids come from the sequence already, so even an identity column that is GENERATED ALWAYS may take them.
        sql =
            "INSERT INTO \(table.postgresName) (\(SQLText.list(batch.columns))) OVERRIDING SYSTEM VALUE "
            + "SELECT \(ArrayParameters.selection(of: columns)) FROM \(source)\(conflicts)"
    }

    /// One statement for all the rows: one array per column.
    func command(for rows: ArraySlice<[Value]>) throws(PostgresFailure) -> PostgresCommand {
        PostgresCommand(sql, try ArrayParameters.parameters(rows, columns, in: table))
    }

    var copyStatement: String {
        "COPY \(table.postgresName) (\(SQLText.list(columns.map(\.name)))) FROM STDIN (FORMAT binary)"
    }

    func append(row index: Int, to buffer: WireBuffer) throws(StorageError) {
        buffer.append(Int16(columns.count))
        let row = rows[index]
        for position in columns.indices {
            do {
                try buffer.append(row[position], as: columns[position].type)
            } catch {
                throw error.error(table: table, column: columns[position], rowIndex: index)
            }
        }
    }

    static func checkWidths(of rows: [[Value]], _ width: Int, in table: Table) throws(StorageError) {
        guard let index = rows.firstIndex(where: { $0.count != width }) else { return }
        throw StorageError(
            .invalidValue, "\(table.name): a row has \(rows[index].count) of \(width) values",
            at: StorageError.Place(table: table.name, rowIndex: index))
    }
}

/// Turns the rows of an update into statements.
struct RowUpdater {
    private let table: Table
    private let columns: [Column]
    private let sql: String

    init(_ batch: Update) throws(StorageError) {
        let columns = try batch.table.columns(named: ["id"] + batch.columns)
        table = batch.table
        self.columns = columns
        try RowInserter.checkWidths(of: batch.rows, columns.count, in: batch.table)
        let assignments = columns.indices.dropFirst().map { index in
            "\(SQLText.quoted(columns[index].name)) = \(ArrayParameters.element(index, columns[index]))"
        }
        sql =
            "UPDATE \(table.postgresName) AS t SET \(assignments.joined(separator: ", ")) "
            + "FROM \(ArrayParameters.source(of: columns)) WHERE t.\"id\" = v.c0"
    }

    func command(for rows: ArraySlice<[Value]>) throws(PostgresFailure) -> PostgresCommand {
        PostgresCommand(sql, try ArrayParameters.parameters(rows, columns, in: table), expectedRows: rows.count)
    }
}

/// Rows as parallel arrays: `unnest($1, $2, …) AS v(c0, c1, …)`.
enum ArrayParameters {
    static func source(of columns: [Column]) -> String {
        let parameters = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let names = columns.indices.map { "c\($0)" }.joined(separator: ", ")
        return "unnest(\(parameters)) AS v(\(names))"
    }

    static func selection(of columns: [Column]) -> String {
        columns.enumerated().map { element($0.offset, $0.element) }.joined(separator: ", ")
    }

    static func element(_ index: Int, _ column: Column) -> String { "v.c\(index)\(column.type.wireCast)" }

    static func parameters(
        _ rows: ArraySlice<[Value]>, _ columns: [Column], in table: Table
    ) throws(PostgresFailure) -> PostgresParameters {
        var parameters = PostgresParameters()
        for (position, column) in columns.enumerated() {
            do throws(ValueMismatch) {
                try parameters.add(rows.lazy.map { $0[position] }, as: column.type)
            } catch {
                throw PostgresFailure(own: error.error(table: table, column: column, rowIndex: nil))
            }
        }
        return parameters
    }
}
