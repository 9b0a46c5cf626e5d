internal import Catalogue

extension PostgresDatabase {
    /// Rows from which a COPY, with its extra round trip, is faster than arrays.
    static let copyThreshold = 64
    /// Bytes sent to the server at once during a COPY.
    private static let copyPieceBytes = 65_536
    /// Rows tried one by one in one round trip.
    private static let retryRows = 256

    func insert(_ batch: Insert) throws(StorageError) {
        guard !batch.rows.isEmpty else { return }
        let writer = try RowInserter(batch)
        if defersWrites { return try post(writer, of: batch.table, copies: !batch.avoidsCopy) }
        let copies =
            batch.rows.count >= Self.copyThreshold && !batch.ignoringConflicts && !batch.checksConstraints
            && !batch.avoidsCopy
        try write(batch.rows, of: batch.table, command: writer.command) { () throws(PostgresFailure) in
            if copies { return try copy(writer) }
            let command = try writer.command(for: batch.rows[...])
            if batch.checksConstraints {
                try performChecked([command])
            } else {
                try performProtected([command])
            }
        }
    }

    func update(_ batch: Update) throws(StorageError) {
        guard !batch.rows.isEmpty, !batch.columns.isEmpty else { return }
        let writer = try RowUpdater(batch)
        if defersWrites {
            return try deferring(batch.table) { () throws(PostgresFailure) in
                try post(try writer.command(for: batch.rows[...]))
            }
        }
        try write(batch.rows, of: batch.table, command: writer.command) { () throws(PostgresFailure) in
            try performProtected([try writer.command(for: batch.rows[...])])
        }
    }

    @discardableResult
    func delete(from table: Table, where conditions: [Condition]) throws(StorageError) -> Int {
        let conditions = try PostgresConditions(conditions, in: table)
        let sql = "DELETE FROM \(table.postgresName)\(conditions.sql)"
        let command = PostgresCommand(sql, conditions.parameters)
        return try protected(table) { () throws(PostgresFailure) in
            try performProtected([command])[0].affectedRows
        }
    }

    // MARK: - Deferred

    private func post(_ writer: RowInserter, of table: Table, copies: Bool) throws(StorageError) {
        try deferring(table) { () throws(PostgresFailure) in
            guard copies, writer.rows.count >= Self.copyThreshold else {
                return try post(try writer.command(for: writer.rows[...]))
            }
            let buffer = WireBuffer(capacity: Self.copyPieceBytes * 4)
            buffer.appendCopyHead()
            do throws(StorageError) {
                for index in writer.rows.indices { try writer.append(row: index, to: buffer) }
            } catch {
                throw PostgresFailure(own: error)
            }
            buffer.appendCopyTail()
            try postCopy(writer.copyStatement, buffer.bytes)
        }
    }

    private func deferring(
        _ table: Table, _ body: () throws(PostgresFailure) -> Void
    ) throws(StorageError) {
        try beforeStatement?()
        do { try body() } catch { throw error.storageError(table: table) }
    }

    // MARK: - Protected

    /// Runs a write in the transaction, or in one of its own; a failure leaves nothing of it.
    func protected<Result>(
        _ table: Table?, _ body: () throws(PostgresFailure) -> Result
    ) throws(StorageError) -> Result {
        guard isInTransaction else { return try protectedAlone(table, body) }
        try beforeStatement?()
        do {
            return try body()
        } catch {
            let problem = error.storageError(table: table)
            do {
                try restoreSavepoint()
            } catch {
                // The connection was lost, or the transaction had failed before this write. The problem says why.
            }
            throw problem
        }
    }

    /// Runs a write in a transaction of its own.
    private func protectedAlone<Result>(
        _ table: Table?, _ body: () throws(PostgresFailure) -> Result
    ) throws(StorageError) -> Result {
        try withTransaction { () throws(StorageError) in try protected(table, body) }
    }

    /// Runs commands in a savepoint, all in one round trip.
    @discardableResult
    func performProtected(
        _ commands: [PostgresCommand], within milliseconds: Int? = nil
    ) throws(PostgresFailure) -> [PostgresResult] {
        let start = PostgresCommand("SAVEPOINT relocation")
        let end = PostgresCommand("RELEASE SAVEPOINT relocation")
        return Array(try perform([start] + commands + [end], within: milliseconds).dropFirst().dropLast())
    }

    /// Runs commands in a savepoint and checks deferred constraints after them, all in one round trip. What comes
    /// later in the transaction is deferred again.
    func performChecked(_ commands: [PostgresCommand], within milliseconds: Int? = nil) throws(PostgresFailure) {
        let check = ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"]
        do throws(PostgresFailure) {
            try performProtected(commands + check.map { PostgresCommand($0) }, within: milliseconds)
        } catch {
            // The savepoint and the commands come before.
            guard let index = error.commandIndex, index > commands.count else { throw error }
            throw PostgresFailure(earlierRows: brokenReference(error) ?? error.storageError())
        }
    }

    // MARK: - The failing row

    /// Writes rows at once; when one of them is at fault, finds the first.
    private func write(
        _ rows: [[Value]], of table: Table,
        command: (ArraySlice<[Value]>) throws(PostgresFailure) -> PostgresCommand,
        atOnce: () throws(PostgresFailure) -> Void
    ) throws(StorageError) {
        try protected(table) { () throws(PostgresFailure) in
            do throws(PostgresFailure) {
                try atOnce()
            } catch {
                guard error.isRowError else { throw error }
                if rows.count == 1 { throw error.naming(table, row: 0) }
                try writeOneByOne(rows, of: table, command: command)
            }
        }
    }

    /// Writes the rows in order, each on its own, and fails with the first that fails. If none fails (the row that
    /// caused the conflict is gone by now), all are written.
    private func writeOneByOne(
        _ rows: [[Value]], of table: Table,
        command: (ArraySlice<[Value]>) throws(PostgresFailure) -> PostgresCommand
    ) throws(PostgresFailure) {
        if isInFailedTransaction {
            try restoreSavepoint(keeping: true)
        } else {
            try perform([PostgresCommand("SAVEPOINT relocation")])
        }
        for start in stride(from: 0, to: rows.count, by: Self.retryRows) {
            try writeOneByOne(rows, start..<min(start + Self.retryRows, rows.count), of: table, command: command)
        }
        try perform([PostgresCommand("RELEASE SAVEPOINT relocation")])
    }

    /// Writes some of the rows in one round trip.
    private func writeOneByOne(
        _ rows: [[Value]], _ range: Range<Int>, of table: Table,
        command: (ArraySlice<[Value]>) throws(PostgresFailure) -> PostgresCommand
    ) throws(PostgresFailure) {
        var commands: [PostgresCommand] = []
        var mismatch: PostgresFailure?
        for index in range where mismatch == nil {
            do throws(PostgresFailure) {
                commands.append(try command(rows[index...index]))
            } catch {
                mismatch = error.naming(table, row: index)
            }
        }
        // The rows before the mismatch come first: one of them may fail.
        do throws(PostgresFailure) {
            try perform(commands)
        } catch {
            throw error.naming(table, row: range.lowerBound + max(error.commandIndex ?? 0, 0))
        }
        guard let mismatch else { return }
        try perform([
            PostgresCommand("ROLLBACK TO SAVEPOINT relocation"), PostgresCommand("RELEASE SAVEPOINT relocation"),
        ])
        throw mismatch
    }

    // MARK: - COPY

    private func copy(_ writer: RowInserter) throws(PostgresFailure) {
        let buffer = WireBuffer(capacity: Self.copyPieceBytes * 2)
        var next = 0
        buffer.appendCopyHead()
        try performCopy(writer.copyStatement) { () throws(StorageError) in
            if next > 0 { buffer.removeAll() }
            guard next <= writer.rows.count else { return nil }
            while next < writer.rows.count, buffer.count < Self.copyPieceBytes {
                try writer.append(row: next, to: buffer)
                next += 1
            }
            if buffer.count < Self.copyPieceBytes || next == writer.rows.count {
                buffer.appendCopyTail()
                next = writer.rows.count + 1
            }
            return buffer.bytes
        }
    }
}

extension PostgresFailure {
    /// The same failure as a ``StorageError`` that names the row.
    func naming(_ table: Table, row index: Int) -> PostgresFailure {
        guard isRowError else { return self }
        return PostgresFailure(located: storageError(table: table, rowIndex: index), sqlState: sqlState)
    }

    private init(located: StorageError, sqlState: String?) {
        self.init(own: located)
        self.sqlState = sqlState
    }
}

extension WireBuffer {
    /// The signature of PostgreSQL's binary COPY format, no flags, no extension.
    func appendCopyHead() {
        append("PGCOPY\n")
        append(UInt8(0xFF))
        append("\r\n")
        append(UInt8(0))
        append(Int32(0))
        append(Int32(0))
    }

    func appendCopyTail() { append(Int16(-1)) }
}
