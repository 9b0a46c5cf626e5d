import Catalogue
import Ledger
import Storage

/// One chunk's rows on their way into the database, with what the rules may look at.
final class Batch {
    let model: Model
    /// The database of the model's own silo, inside the chunk's transaction.
    let database: any Database
    let map: PrimaryKeyMap
    /// Microseconds since 1970 UTC, the same for the whole chunk.
    let now: Int64
    private let work: RelocationImport
    /// Source key → the id that its new row must have; any fresh one where there is none.
    private let plannedIDs: [Int64: Int64]

    /// - Parameter map: what rows of the chunk may refer to.
    init(_ work: RelocationImport, model: Model, map: PrimaryKeyMap, now: Int64) {
        self.work = work
        self.model = model
        self.map = map
        self.now = now
        database = work.destination.database(of: model.silo)
        plannedIDs = work.ledger.plannedIDs(of: model)
    }

    var context: ImportContext { work.context }
    var destination: Destination { work.destination }
    var memory: ImportMemory { work.memory }
    var random: SecureRandom { work.random }

    /// Whether a rule may rely on what the memory says instead of asking: a conflict that it does not know of is met when
    /// the rows are written, and the chunk is then tried again by itself.
    var isTriedAgain: Bool { database.defersWrites }

    var isGlobal: Bool { context.scope == .global }

    /// Microseconds `days` from now.
    func inDays(_ days: Int64) -> Value { .timestamp(now + days * 86_400_000_000) }

    // MARK: Reading and writing, with errors in the import's words

    func select(_ query: Select) throws(ImportFailure) -> [[Value]] {
        do { return try database.select(query) } catch { throw .from(error, model: model) }
    }

    /// Numbers the rows with fresh ids and writes them whole; checks them first.
    func insert(_ rows: inout [Row]) throws(ImportFailure) {
        try RowCheck(model).check(rows)
        guard !rows.isEmpty else { return }
        let id = model.idColumn
        let ids = try plannedIDs.isEmpty ? reserveIDs(rows.count, for: model.table) : ArraySlice(ids(for: rows))
        for (index, fresh) in zip(rows.indices, ids) { rows[index].values[id] = .integer(fresh) }
        try insertNumbered(rows)
    }

    /// Planned ids where there are any, fresh ones for the rest.
    private func ids(for rows: [Row]) throws(ImportFailure) -> [Int64] {
        var planned = plannedIDs
        // Of rows with one source key the last has the planned id, as in the map it comes from.
        let ids = Array(rows.reversed().map { $0.sourcePK.flatMap { planned.removeValue(forKey: $0) } }.reversed())
        var fresh = try reserveIDs(ids.count { $0 == nil }, for: model.table).makeIterator()
        return ids.compactMap { $0 ?? fresh.next() }
    }

    /// Writes rows that carry their ids.
    func insertNumbered(_ rows: [Row]) throws(ImportFailure) {
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
    }

    /// Writes columns of rows that exist already, found by the ids they carry.
    ///
    /// - Parameter keeping: columns by which the rows were found: they hold what is to be written.
    func update(_ rows: [Row], keeping: Set<Int> = []) throws(ImportFailure) {
        guard !rows.isEmpty else { return }
        try RowCheck(model).check(rows)
        let id = model.idColumn
        let written = model.writtenColumns.filter { $0 != id && !keeping.contains($0) }
        let values = rows.map { row in [row.values[id]] + written.map { row.values[$0] } }
        do {
            try database.update(Update(model.table, set: written.map { model.columns[$0].name }, rows: values))
        } catch {
            throw .from(error, model: model, rows: rows)
        }
    }

    /// Writes rows of another table that come of this batch's rows, one for each of `causes` where given.
    func insert(
        into table: Table, _ columns: [String], _ values: [[Value]], causes: [Row] = [], ignoringConflicts: Bool = false
    ) throws(ImportFailure) {
        guard !values.isEmpty else { return }
        let ids = try reserveIDs(values.count, for: table)
        try insert(into: table, columns, values, numbered: ids, causes: causes, ignoringConflicts: ignoringConflicts)
    }

    /// The same under ids that are reserved already.
    func insert(
        into table: Table, _ columns: [String], _ values: [[Value]], numbered ids: ArraySlice<Int64>,
        causes: [Row] = [], ignoringConflicts: Bool = false
    ) throws(ImportFailure) {
        guard !values.isEmpty else { return }
        let rows = zip(ids, values).map { [Value.integer($0)] + $1 }
        do {
            try database.insert(
                Insert(into: table, columns: ["id"] + columns, rows: rows, ignoringConflicts: ignoringConflicts))
        } catch {
            throw .from(error, model: model, rows: causes)
        }
    }

    func reserveIDs(_ count: Int, for table: Table) throws(ImportFailure) -> ArraySlice<Int64> {
        do { return try memory.ids.take(count, for: table, from: database) } catch { throw .from(error, model: model) }
    }
}

extension Batch {
    /// The table of another model that a rule reads or writes.
    func table(ofModel name: String) throws(ImportFailure) -> Table {
        do { return try work.catalogue.requireModel(name).table } catch { throw ImportFailure(error) }
    }

    /// A table of no model that a rule writes.
    func table(_ name: String) throws(ImportFailure) -> Table {
        do { return try work.catalogue.requireTable(name) } catch { throw ImportFailure(error) }
    }
}

extension Model {
    /// Indices of the columns an import writes, `id` included.
    var writtenColumns: [Int] { columns.indices.filter { !columns[$0].isDatabaseOnly } }
}
