internal import Catalogue

extension SQLiteDatabase {
    /// Starts above the highest of three numbers: the table's ids, its sequence, and what this connection has handed
    /// out. Because of the third, ids stay consumed although a rollback resets the sequence.
    func reserveIDs(_ count: Int, for table: Table) throws(StorageError) -> [Int64] {
        guard count > 0 else { return [] }
        if defersWrites, let last = reserved.lastHere(of: table.flatName) {
            try beforeStatement?()
            let ids = try next(count, after: last, in: table.flatName)
            deferred.post { [self] () throws(StorageError) in
                try checkTransaction()
                try setSequence(of: table.flatName, to: last + Int64(count))
            }
            return ids
        }
        try prepareStatement()
        return try atomically { () throws(StorageError) in
            let last = max(try lastID(of: table.flatName), reserved.last(of: table.flatName))
            let ids = try next(count, after: last, in: table.flatName)
            try setSequence(of: table.flatName, to: last + Int64(count))
            return ids
        }
    }

    private func next(_ count: Int, after last: Int64, in table: String) throws(StorageError) -> [Int64] {
        let (end, overflows) = last.addingReportingOverflow(Int64(count))
        guard !overflows else { throw .noIDsLeft(in: table) }
        reserved.reserve(upTo: end, of: table, inTransaction: isInTransaction)
        return Array(last + 1...end)
    }

    func advanceSequence(of table: Table) throws(StorageError) {
        try prepareStatement()
        reserved.forgetHere(table.flatName)
        try atomically { () throws(StorageError) in
            let last = try lastID(of: table.flatName)
            if last > 0 { try setSequence(of: table.flatName, to: last) }
        }
    }

    /// SQLite's sequences are rows: they are reset within the transaction, and a rollback restores them.
    func clear(tables: [String], onProgress: (Clearing) -> Void) throws(StorageError) {
        try prepareStatement()
        try atomically { () throws(StorageError) in
            for (place, name) in tables.enumerated() where try exists(name) {
                onProgress(.table(place + 1, of: tables.count))
                try connection.statement("DELETE FROM \(SQLText.quoted(name))").run()
                try connection.statement("DELETE FROM sqlite_sequence WHERE name = ?").run([.text(name)])
                writtenTables.insert(name)
            }
            onProgress(.references)
            try checkReferences()
        }
        reserved.clear(tables, inTransaction: isInTransaction)
    }

    func exists(_ name: String) throws(StorageError) -> Bool {
        try integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [.text(name)]) == 1
    }

    private func lastID(of table: String) throws(StorageError) -> Int64 {
        let highest = try integer("SELECT max(\"id\") FROM \(SQLText.quoted(table))") ?? 0
        let sequence = try integer("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", [.text(table)]) ?? 0
        return max(highest, sequence, 0)
    }

    private func setSequence(of table: String, to value: Int64) throws(StorageError) {
        try connection.statement("UPDATE sqlite_sequence SET seq = ? WHERE name = ?").run([
            .integer(value), .text(table),
        ])
        guard connection.changes == 0 else { return }
        try connection.statement("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)").run([
            .text(table), .integer(value),
        ])
    }

    /// Fails if a row points at a row that does not exist.
    func checkReferences() throws(StorageError) {
        guard connection.hasBrokenReferences else { return }
        throw brokenReference(in: writtenTables) ?? brokenReference(in: nil)
            ?? StorageError(.foreignKeyViolation, "a row points at a row that does not exist")
    }

    /// The row that broke a foreign key. SQLite itself does not name it.
    ///
    /// - Parameter tables: the tables to search; nil for all.
    func brokenReference(in tables: Set<String>?) -> StorageError? {
        do {
            let statement = try connection.statement(
                """
                SELECT c."table", c.rowid, group_concat(f."from")
                FROM pragma_foreign_key_check c
                JOIN pragma_foreign_key_list(c."table") f ON f.id = c.fkid
                GROUP BY c."table", c.rowid, c.fkid ORDER BY c."table", c.rowid
                """)
            try statement.bind([])
            defer { statement.reset() }
            while try statement.step() {
                let table = statement.text(0)
                if let tables, !tables.contains(table) { continue }
                let column = statement.text(2)
                let place = StorageError.Place(
                    table: table, constraint: column, columns: [column], rowID: statement.integer(1))
                return .violation(.foreignKeyViolation, at: place)
            }
            return nil
        } catch {
            // The caller reports the violation without its row.
            return nil
        }
    }
}
