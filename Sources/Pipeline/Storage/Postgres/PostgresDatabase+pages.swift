internal import Catalogue

extension PostgresDatabase {
    func beginReading(snapshot: String?) throws(StorageError) {
        // The name cannot be a parameter.
        guard snapshot?.allSatisfy({ $0.isHexDigit || $0 == "-" }) ?? true else {
            throw StorageError(.invalidValue, "no name of a snapshot")
        }
        try begin(.reading(milliseconds: timeouts.longStatementMilliseconds, snapshot: snapshot))
        // The first statement decides on the moment.
        _ = try one(PostgresCommand("SELECT 1"), table: nil)
    }

    func shareSnapshot() throws(StorageError) -> String? {
        try one(PostgresCommand("SELECT pg_export_snapshot()"), table: nil).text(0, 0)
    }

    func read(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        try read(query, pageRows, ahead: false, page)
    }

    func stream(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        try read(query, pageRows, ahead: true, page)
    }

    private func read(
        _ query: Select, _ pageRows: Int, ahead: Bool, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        // FETCH takes 32 bits.
        let pageRows = min(max(pageRows, 1), Int(Int32.max))
        guard !isInTransaction else { return try readPages(query, pageRows, ahead, page) }
        try begin(.reading(milliseconds: timeouts.longStatementMilliseconds))
        // Nothing was written, so a failed roll-back makes no difference.
        defer { rollback() }
        try readPages(query, pageRows, ahead, page)
    }

    /// Reads through a cursor of the server.
    ///
    /// - Parameter ahead: whether the next page is asked for before this one is given away.
    private func readPages(
        _ query: Select, _ pageRows: Int, _ ahead: Bool, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        let lookUp = try PostgresLookUp(query)
        let cursor = "relocation_rows_\(transaction.cursors)"
        var isDeclared = false
        transaction.cursors += 1
        defer {
            transaction.cursors -= 1
            if isDeclared { close(cursor) }
        }
        var size = PageSize(atMost: pageRows)
        func fetch() -> PostgresCommand { PostgresCommand("FETCH \(size.rows) FROM \(cursor)") }
        var next = try run([lookUp.declaration(of: cursor), fetch()], query.table).last
        while let result = next {
            isDeclared = true
            let isLast = result.rowCount < size.rows
            size.follow(rows: result.rowCount, bytes: result.bytes)
            if ahead, !isLast { try request(fetch(), query.table) }
            if result.rowCount > 0 { try page(try lookUp.rows(of: result)) }
            if isLast { return }
            next = try ahead ? requested(query.table) : run([fetch()], query.table).last
        }
    }

    private func request(_ command: PostgresCommand, _ table: Table) throws(StorageError) {
        try beforeStatement?()
        do { try post(command) } catch { throw error.storageError(table: table) }
    }

    private func requested(_ table: Table) throws(StorageError) -> PostgresResult? {
        do { return try posted().last } catch { throw error.storageError(table: table) }
    }

    private func run(_ commands: [PostgresCommand], _ table: Table) throws(StorageError) -> [PostgresResult] {
        try beforeStatement?()
        do {
            return try perform(commands)
        } catch {
            throw error.storageError(table: table)
        }
    }

    /// Closes the cursor, unless the transaction has failed or is lost: the cursor has ended with it.
    private func close(_ cursor: String) {
        guard transaction.state == .open, !isInFailedTransaction else { return }
        do {
            try perform([PostgresCommand("CLOSE \(cursor)")])
        } catch {
            // The connection was lost, or a deferred write has failed: the next call in the transaction says so.
        }
    }
}
