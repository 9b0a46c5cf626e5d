internal import Catalogue

// What a destination of another version makes of writes: as it stores them, and as they read afterwards.
extension TableLayout {
    /// What an insert stores.
    ///
    /// - Returns: nil if no row is stored
    func stored(_ batch: Insert) -> Insert? {
        guard let live, let taken = taken(batch) else { return nil }
        let present = present(batch.columns)
        let filled = filled(besides: batch.columns)
        var insert = Insert(
            into: live, columns: present.map(\.name) + filled.map(\.name),
            rows: taken.map { row in present.map { stored(row[$0.place], in: $0.name) } + filled.map(\.value) },
            ignoringConflicts: batch.ignoringConflicts, checksConstraints: batch.checksConstraints)
        insert.avoidsCopy = avoidsCopy
        return insert
    }

    /// What an update stores.
    ///
    /// - Returns: nil if it changes nothing
    func stored(_ batch: Update) -> Update? {
        let present = present(batch.columns)
        guard let live, !present.isEmpty else { return nil }
        return Update(
            live, set: present.map(\.name),
            rows: batch.rows.map { row in [row[0]] + present.map { stored(row[$0.place + 1], in: $0.name) } })
    }

    /// The rows that the destination takes.
    private func taken(_ batch: Insert) -> [[Value]]? {
        // What a row does not bring must not be null here either. A row that lacks more is one that derives from others.
        let needed = present(batch.columns).filter { required.contains($0.name) }
        guard needed.count == required.count else { return nil }
        let rows = batch.rows.filter { row in needed.allSatisfy { !row[$0.place].isNull } }
        return rows.isEmpty ? nil : rows
    }
}

// The same in the catalogue's terms, for a database that stands for the destination.
extension TableLayout {
    /// The table, as far as the destination holds it.
    var seen: Table { table.relaxed(Set(gone.keys)) }

    /// An insert with the values that are read afterwards.
    ///
    /// - Returns: nil if no row is stored
    func seen(_ batch: Insert) -> Insert? {
        guard live != nil, let rows = taken(batch) else { return nil }
        let brought = Set(batch.columns)
        let added = gone.merging(nullValues) { first, _ in first }.filter { !brought.contains($0.key) }
            .sorted { $0.key < $1.key }
        return Insert(
            into: seen, columns: batch.columns + added.map(\.key),
            rows: rows.map { row in
                zip(batch.columns, row).map { seen($1, in: $0) } + added.map(\.value)
            }, ignoringConflicts: batch.ignoringConflicts, checksConstraints: batch.checksConstraints)
    }

    /// An update with the values that are read afterwards.
    ///
    /// - Returns: nil if it changes nothing
    func seen(_ batch: Update) -> Update? {
        let present = present(batch.columns)
        guard live != nil, !present.isEmpty else { return nil }
        return Update(
            seen, set: present.map(\.name),
            rows: batch.rows.map { row in [row[0]] + present.map { seen(row[$0.place + 1], in: $0.name) } })
    }

    private func seen(_ value: Value, in column: String) -> Value {
        gone[column] ?? (value.isNull ? nullValues[column] ?? .null : value)
    }
}
