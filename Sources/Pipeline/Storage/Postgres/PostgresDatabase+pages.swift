internal import Catalogue

extension PostgresDatabase {
    func read(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        // FETCH takes 32 bits.
        let pageRows = min(max(pageRows, 1), Int(Int32.max))
        guard !isInTransaction else { return try readPages(query, pageRows, page) }
        try begin(.reading(milliseconds: timeouts.longStatementMilliseconds))
        // Nothing was written, so a failed roll-back makes no difference.
        defer { rollback() }
        try readPages(query, pageRows, page)
    }

    /// Reads through a cursor of the server.
    private func readPages(
        _ query: Select, _ pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        let lookUp = try PostgresLookUp(query)
        let cursor = "relocation_rows_\(transaction.cursors)"
        var isDeclared = false
        transaction.cursors += 1
        defer {
            transaction.cursors -= 1
            if isDeclared { close(cursor) }
        }
        let fetch = PostgresCommand("FETCH \(pageRows) FROM \(cursor)")
        var commands = [lookUp.declaration(of: cursor), fetch]
        while true {
            guard let result = try run(commands, query.table).last else { return }
            isDeclared = true
            if result.rowCount > 0 { try page(try lookUp.rows(of: result)) }
            if result.rowCount < pageRows { return }
            commands = [fetch]
        }
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
