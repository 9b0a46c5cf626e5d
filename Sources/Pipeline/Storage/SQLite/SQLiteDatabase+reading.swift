internal import Catalogue

extension SQLiteDatabase {
    func beginReading(snapshot: String?) throws(StorageError) {
        try beginReading()
        try connection.execute("PRAGMA query_only = ON")
        // The first read decides on the moment.
        _ = try integer("SELECT count(*) FROM sqlite_master")
    }

    func endReading() throws(StorageError) {
        defer { rollback() }
        guard connection.isDisturbed else { return }
        throw StorageError(
            .unavailable,
            "another program has written \(connection.path) while it was read without locks, because this user may not write it: "
                + "what was read is not of one moment. Try again when nobody writes, or as the file's owner")
    }

    func shareSnapshot() throws(StorageError) -> String? { nil }

    func select(_ query: Select) throws(StorageError) -> [[Value]] {
        let lookUp = try SQLiteLookUp(query)
        try prepareStatement()
        let statement = try connection.statement(lookUp.sql)
        try statement.bind(lookUp.values)
        defer { statement.reset() }
        var rows: [[Value]] = []
        while try statement.step() { rows.append(try lookUp.row(of: statement)) }
        return rows
    }

    func read(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard !isInTransaction else { return try readPages(query, max(pageRows, 1), page) }
        try beginReading(snapshot: nil)
        defer { rollback() }
        try readPages(query, max(pageRows, 1), page)
    }

    private func readPages(
        _ query: Select, _ pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        let lookUp = try SQLiteLookUp(query, inPages: true)
        try prepareStatement()
        // Not a shared statement: if the consumer ran the same look-up, a shared one would start again.
        let statement = try connection.prepared(lookUp.sql)
        try statement.bind(lookUp.values)
        defer { statement.reset() }
        var rows: [[Value]] = []
        var bytes = 0
        while try statement.step() {
            let row = try lookUp.row(of: statement)
            for case .text(let text) in row { bytes += text.utf8.count }
            rows.append(row)
            guard rows.count == pageRows || bytes >= PageSize.bytes else { continue }
            try page(rows)
            rows.removeAll(keepingCapacity: true)
            bytes = 0
            try prepareStatement()
        }
        if !rows.isEmpty { try page(rows) }
    }

    /// No other connection writes during a transaction: SQLite has one writer at a time.
    func count(_ table: Table, where conditions: [Condition], alone name: String) throws(StorageError) -> Int {
        let conditions = try SQLiteConditions(conditions, in: table)
        try prepareStatement()
        let sql = "SELECT count(*) FROM \(SQLText.quoted(table.flatName))\(conditions.sql)"
        return Int(try integer(sql, conditions.values) ?? 0)
    }

}
