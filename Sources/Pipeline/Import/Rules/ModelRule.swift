import Catalogue
import Ledger
import Storage

/// What one model's rows go through beyond the generic way: rewrite references, insert under a fresh id. A rule is
/// made once a model and holds the positions of the columns it touches.
protocol ModelRule: Sendable {
    var model: Model { get }

    /// Fields whose unmapped reference becomes null instead of dropping the row.
    var referencesNulledWhenMissing: Set<String> { get }

    /// Rows of a user that was merged into an existing one are dropped.
    var belongsToUser: Bool { get }

    /// Before references are rewritten; may read the database once for all rows. Keeps their number and order.
    func prepare(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [Row]

    /// After a row's references were rewritten; a reason drops it.
    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason?

    /// The scope of each row, for models that have two.
    func scopes(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RelocationScope]

    /// Writes the rows in order; one result a row. The default inserts them all.
    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult]

    /// What inserting does to the values, before the default write numbers and inserts them.
    func beforeInsert(_ rows: inout [Row], _ batch: Batch) throws(ImportFailure)

    /// What inserting does to other tables; the rows carry their ids.
    func afterInsert(_ rows: [Row], _ batch: Batch) throws(ImportFailure)
}

extension ModelRule {
    var referencesNulledWhenMissing: Set<String> { [] }
    var belongsToUser: Bool { false }
    func prepare(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [Row] { rows }
    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason? { nil }
    func scopes(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RelocationScope] {
        rows.map { _ in model.scopes.first ?? .excluded }
    }
    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        try insertAll(rows, batch)
    }
    func beforeInsert(_ rows: inout [Row], _ batch: Batch) throws(ImportFailure) {}
    func afterInsert(_ rows: [Row], _ batch: Batch) throws(ImportFailure) {}

    /// The generic write: every row is new.
    func insertAll(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        var rows = rows
        try beforeInsert(&rows, batch)
        try batch.insert(&rows)
        try afterInsert(rows, batch)
        return rows.map { inserted($0) }
    }

    /// The result of a row that carries its id.
    func inserted(_ row: Row) -> RowResult {
        .written(id(of: row), .inserted, slug: model.slugColumn.flatMap { row.values[$0].text })
    }

    func id(of row: Row) -> Int64 { row.values[model.idColumn].integer ?? 0 }
}

/// The way of every model without a rule of its own.
struct GenericRule: ModelRule {
    let model: Model
}
