public import Catalogue
internal import TextForms

// Writes go to the scratch, which first gets the rows of the base that they concern.
extension OverlayDatabase {
    public func insert(_ batch: Insert) throws(StorageError) {
        guard let layout = layouts[batch.table.name] else { return try write(batch) }
        if let seen = layout.seen(batch) { try write(seen) }
    }

    public func update(_ batch: Update) throws(StorageError) {
        guard let layout = layouts[batch.table.name] else { return try write(batch) }
        if let seen = layout.seen(batch) { try write(seen) }
    }

    private func write(_ batch: Insert) throws(StorageError) {
        guard !batch.rows.isEmpty else { return }
        try prepare(batch.table)
        try copyRivals(of: batch.rows, batch.columns, in: batch.table)
        try scratch.insert(
            Insert(
                into: batch.table, columns: batch.columns, rows: batch.rows, ignoringConflicts: batch.ignoringConflicts)
        )
        state.countInserted(batch.rows.count, into: batch.table.name)
        try noteIDs(batch)
        notePointers(batch.rows, batch.columns, in: batch.table)
        if batch.checksConstraints { try checkConstraints() }
    }

    private func write(_ batch: Update) throws(StorageError) {
        guard !batch.rows.isEmpty, !batch.columns.isEmpty else { return }
        try prepare(batch.table)
        try copy(batch.rows.map { $0[0] }, of: batch.table)
        try copyRivals(of: try whole(batch), copiedColumns(batch.table), in: batch.table)
        try scratch.update(batch)
        notePointers(batch.rows, ["id"] + batch.columns, in: batch.table)
    }

    @discardableResult
    public func delete(from table: Table, where conditions: [Condition]) throws(StorageError) -> Int {
        let found = try select(Select(["id"], from: table, where: conditions)).compactMap { $0[0].integer }
        state.hide(found, of: table.name)
        if state.created.contains(table.name) { try scratch.delete(from: table, where: conditions) }
        return found.count
    }

    public func clear(tables: [String], onProgress: (Clearing) -> Void) throws(StorageError) {
        for (place, name) in tables.enumerated() {
            onProgress(.table(place + 1, of: tables.count))
            state.clear(name)
            if state.created.contains(name), let table = catalogue.table(name) {
                try scratch.delete(from: table, where: [])
            }
            (firstIDs[name], nextIDs[name]) = (1, 1)
        }
        onProgress(.references)
        for reference in try base.schema.references()
        where state.cleared.contains(reference.target) && !state.cleared.contains(reference.table) {
            try requireUnset(reference)
        }
    }

    /// Throws if a row of a table that stays points at one that was deleted.
    private func requireUnset(_ reference: LiveReference) throws(StorageError) {
        let columns = reference.hasID ? ["id", reference.column] : [reference.column]
        let table = catalogue.table(reference.table) ?? Table(unknown: reference.table, integers: columns)
        let conditions = [Condition.isNotNull(reference.column)]
        let isSet =
            reference.hasID
            ? try !base.select(Select(["id"], from: table, where: conditions, limit: 1)).isEmpty
            : try base.count(table, where: conditions, alone: "plan of \(reference.table)") > 0
        guard isSet else { return }
        throw .violation(
            .foreignKeyViolation,
            at: StorageError.Place(table: table.name, constraint: reference.column, columns: [reference.column]))
    }

    // MARK: Rows of the base

    /// Makes the table in the scratch.
    private func prepare(_ table: Table) throws(StorageError) {
        try beforeStatement?()
        guard !state.created.contains(table.name) else { return }
        try scratch.schema.createOwn([table])
        state.created.insert(table.name)
    }

    /// Columns that the base fills by itself need not be there.
    private func copiedColumns(_ table: Table) -> [String] { table.columns.filter { !$0.isDatabaseOnly }.map(\.name) }

    /// Takes rows of the base over, those of them that it has and shows.
    private func copy(_ ids: [Value], of table: Table) throws(StorageError) {
        guard !state.cleared.contains(table.name) else { return }
        let wanted = ids.filter { id in
            guard let number = id.integer else { return false }
            return !isFresh(id, of: table.name) && !state.hides(number, of: table.name)
        }
        guard !wanted.isEmpty else { return }
        let columns = copiedColumns(table)
        let rows = try base.select(Select(columns, from: table, where: [.isIn("id", wanted)]))
        try scratch.insert(Insert(into: table, columns: columns, rows: rows))
        state.hide(wanted.compactMap(\.integer), of: table.name)
    }

    /// The rows that an update changes, as they will be.
    private func whole(_ batch: Update) throws(StorageError) -> [[Value]] {
        let columns = copiedColumns(batch.table)
        let changes = Dictionary(batch.rows.map { ($0[0], $0) }, uniquingKeysWith: { $1 })
        let places = Dictionary(
            batch.columns.enumerated().map { ($1, $0 + 1) }, uniquingKeysWith: { first, _ in first })
        guard let id = columns.firstIndex(of: "id") else { return [] }
        let stored = try scratch.select(
            Select(columns, from: batch.table, where: [.isIn("id", batch.rows.map { $0[0] })]))
        return stored.map { row in
            guard let change = changes[row[id]] else { return row }
            return zip(columns, row).map { column, value in places[column].map { change[$0] } ?? value }
        }
    }

    /// Takes over the rows of the base that hold the same as one of these rows in the columns of a unique index.
    private func copyRivals(of rows: [[Value]], _ columns: [String], in table: Table) throws(StorageError) {
        guard !state.cleared.contains(table.name) else { return }
        for unique in [["id"]] + table.uniques.map(\.columns) {
            let places = unique.compactMap { columns.firstIndex(of: $0) }
            guard places.count == unique.count else { continue }
            let keys = RivalKeys(unique, of: table)
            let wanted = rows.map { row in places.map { row[$0] } }.filter {
                !$0.contains(.null) && mayExist($0, unique, table)
            }
            guard !wanted.isEmpty else { continue }
            let conditions = unique.enumerated().map { place, column in
                Condition.isIn(column, Array(Set(wanted.map { $0[place] })))
            }
            let sought = Set(wanted.map(keys.key))
            let found = try base.select(Select(["id"] + unique, from: table, where: conditions))
            try copy(found.filter { sought.contains(keys.key(Array($0.dropFirst()))) }.map { $0[0] }, of: table)
        }
    }

    /// Whether the base can hold these values: not if one of them is an id that was made here.
    private func mayExist(_ values: [Value], _ columns: [String], _ table: Table) -> Bool {
        for (value, name) in zip(values, columns) {
            if let column = table.column(name), let target = target(of: column, in: table), isFresh(value, of: target) {
                return false
            }
        }
        return true
    }

    // MARK: References

    private func notePointers(_ rows: [[Value]], _ columns: [String], in table: Table) {
        let idPlace = columns.firstIndex(of: "id")
        for (place, name) in columns.enumerated() {
            guard let target = table.column(name)?.constrainedTable else { continue }
            for row in rows {
                guard let id = row[place].integer, !isFresh(row[place], of: target) else { continue }
                state.note(
                    OverlayState.Pointer(table: target, id: id),
                    at: OverlayState.Place(table: table.name, column: name, id: idPlace.flatMap { row[$0].integer }))
            }
        }
    }
}

/// The values of a unique index as the base compares them.
private struct RivalKeys {
    private let folds: [Bool]

    init(_ columns: [String], of table: Table) { folds = columns.map { table.column($0)?.type == .citext } }

    func key(_ values: [Value]) -> [Value] {
        zip(values, folds).map { value, folds in
            guard folds, let text = value.text else { return value }
            return .text(LowerCaseFolding.folded(text))
        }
    }
}
