import Catalogue
import Ledger
import Storage

/// What a rule needs to decide on one chunk's rows, and what writes them.
final class Batch {
    let model: Model
    /// The database of the model's own silo, inside the chunk's transaction.
    let database: any Database
    let map: PrimaryKeyMap
    /// Microseconds since 1970 UTC, the same for the whole chunk.
    let now: Int64
    /// How the destination stores the model's rows; nil if as in the catalogue.
    let layout: TableLayout?
    private let work: RelocationImport
    /// Source key → the id that its new row must have. Other rows get fresh ids.
    private let plannedIDs: [Int64: Int64]
    /// Ids of the model's rows that were inserted.
    private(set) var insertedIDs: [Int64] = []

    /// - Parameter map: what rows of the chunk may refer to.
    init(_ work: RelocationImport, model: Model, map: PrimaryKeyMap, now: Int64) {
        self.work = work
        self.model = model
        self.map = map
        self.now = now
        database = work.destination.database(of: model.silo)
        layout = work.destination.layouts[model.table.name]
        plannedIDs = work.ledger.plannedIDs(of: model)
    }

    var context: ImportContext { work.context }
    var destination: Destination { work.destination }
    var memory: ImportMemory { work.memory }
    var random: SecureRandom { work.random }
    var suffixes: NameSuffixes { work.suffixes }

    /// Whether a rule may rely on the memory instead of asking the database. A conflict that the memory does not know of
    /// shows when the rows are written; the chunk is then tried again by itself.
    var isTriedAgain: Bool { database.defersWrites }

    /// Fields of the model that become null if the row they refer to was not imported.
    var nulledReferences: Set<String> { work.catalogue.nulledReferences[model.name] ?? [] }

    /// Whether a reference becomes null, instead of dropping its row, if what it refers to was not imported.
    func isNulledWhenMissing(_ column: Column) -> Bool {
        nulledReferences.contains(column.field) || isReferenceGone(column)
    }

    /// Whether the destination cannot hold what a column refers to: the column, or the other model, is not there.
    func isReferenceGone(_ column: Column) -> Bool {
        if layout?.isGone(column.name) == true { return true }
        guard column.isNullable, !destination.layouts.isEmpty, let target = column.reference?.model,
            let table = work.catalogue.model(target)?.table
        else { return false }
        return destination.layouts[table.name]?.isGone == true
    }

    var isGlobal: Bool { context.scope == .global }

    /// Microseconds `days` from now.
    func inDays(_ days: Int64) -> Value { .timestamp(now + days * 86_400_000_000) }

    // MARK: Reading and writing the model's table, with errors in the import's words

    func select(_ query: Select) throws(ImportFailure) -> [[Value]] {
        do { return try database.select(query) } catch { throw .from(error, model: model) }
    }

    /// Gives each row its planned id or a fresh one.
    func number(_ rows: inout [Row]) throws(ImportFailure) {
        guard !rows.isEmpty else { return }
        let id = model.idColumn
        let ids = try plannedIDs.isEmpty ? reserveIDs(rows.count, for: model.table) : ArraySlice(ids(for: rows))
        for (index, fresh) in zip(rows.indices, ids) { rows[index].values[id] = .integer(fresh) }
    }

    private func ids(for rows: [Row]) throws(ImportFailure) -> [Int64] {
        var planned = plannedIDs
        // Of rows with the same source key the last gets the planned id, as in the map that it comes from.
        let ids = Array(rows.reversed().map { $0.sourcePK.flatMap { planned.removeValue(forKey: $0) } }.reversed())
        var fresh = try reserveIDs(ids.count { $0 == nil }, for: model.table).makeIterator()
        return ids.compactMap { $0 ?? fresh.next() }
    }

    /// Inserts rows that carry their ids.
    func insert(_ rows: [Row]) throws(ImportFailure) {
        guard !rows.isEmpty else { return }
        let written = model.writtenColumns
        let values =
            written.count == model.columns.count
            ? rows.map(\.values) : rows.map { row in written.map { row.values[$0] } }
        do {
            try database.insert(
                Insert(into: model.table, columns: written.map { model.columns[$0].name }, rows: values))
        } catch {
            throw .from(error, model: model, rows: rows)
        }
        insertedIDs += rows.compactMap { $0.values[model.idColumn].integer }
    }

    /// Updates stored rows, in the order of their ids.
    ///
    /// - Parameters:
    ///   - rows: id → the row whose values it takes.
    ///   - keyColumns: columns that stay as they are.
    func update(_ rows: [Int64: Row], keeping keyColumns: Set<Int>) throws(ImportFailure) {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.key < $1.key }
        let written = model.writtenColumns.filter { $0 != model.idColumn && !keyColumns.contains($0) }
        let values = rows.map { id, row in [.integer(id)] + written.map { row.values[$0] } }
        do {
            try overwrite(Update(model.table, set: written.map { model.columns[$0].name }, rows: values))
        } catch {
            throw .from(error, model: model, rows: rows.map(\.value))
        }
    }

    /// Remembers for an undo what the rows held. A Global import clears tables: it cannot be undone.
    private func overwrite(_ update: Update) throws(StorageError) {
        guard !isGlobal else { return try database.update(update) }
        try work.ledger.note(
            overwriting: update.rows.map { $0[0] }, update.columns, of: update.table, in: database
        ) { () throws(StorageError) in try database.update(update) }
    }

    /// Makes the next fresh id of the model's table greater than all it holds.
    func advanceSequence() throws(ImportFailure) {
        do { try database.advanceSequence(of: model.table) } catch { throw .from(error, model: model) }
    }

    // MARK: Writing other tables

    func update(_ update: Update) throws(ImportFailure) {
        do { try overwrite(update) } catch { throw .from(error, model: model) }
    }

    /// Inserts rows of another table that this batch's rows bring with them.
    ///
    /// - Parameter causes: the row of this batch that each comes from, to name it in an error.
    func insert(
        into table: Table, _ columns: [String], _ values: [[Value]], causes: [Row] = [], ignoringConflicts: Bool = false
    ) throws(ImportFailure) {
        guard !values.isEmpty else { return }
        let ids = try reserveIDs(values.count, for: table)
        let rows = zip(ids, values).map { [Value.integer($0)] + $1 }
        do {
            if work.catalogue.isModelTable(table) { try note(inserted: Array(ids), into: table) }
            try database.insert(
                Insert(into: table, columns: ["id"] + columns, rows: rows, ignoringConflicts: ignoringConflicts))
        } catch {
            throw .from(error, model: model, rows: causes)
        }
    }

    /// The rows of which another table holds nothing. Only a row that gets back an id that it had can have left something.
    func without(survivorsIn table: Table, column: String, of rows: [Row]) throws(ImportFailure) -> [Row] {
        let old = Set(plannedIDs.values)
        let ids = rows.map { $0.values[model.idColumn] }.filter { $0.integer.map(old.contains) ?? false }
        guard !ids.isEmpty else { return rows }
        let found = Set(try select(Select([column], from: table, where: [.isIn(column, ids)])).map { $0[0] })
        return rows.filter { !found.contains($0.values[model.idColumn]) }
    }

    /// Remembers rows for an undo that no chunk row will name. Which rows of other tables are the import's, their references
    /// tell.
    func note(inserted ids: [Int64], into table: Table) throws(StorageError) {
        if !isGlobal { try work.ledger.note(inserted: ids, into: table) }
    }

    private func reserveIDs(_ count: Int, for table: Table) throws(ImportFailure) -> ArraySlice<Int64> {
        do { return try memory.ids.take(count, for: table, from: database) } catch { throw .from(error, model: model) }
    }
}

extension Batch {
    /// The table of another model that a rule reads or writes.
    func table(ofModel name: String) throws(ImportFailure) -> Table {
        do { return try work.catalogue.requireModel(name).table } catch { throw ImportFailure(error) }
    }

    /// A table of no model.
    func table(_ name: String) throws(ImportFailure) -> Table {
        do { return try work.catalogue.requireTable(name) } catch { throw ImportFailure(error) }
    }
}

extension Model {
    /// Indices of the columns that an import writes, `id` included.
    var writtenColumns: [Int] { columns.indices.filter { !columns[$0].isDatabaseOnly } }
}
