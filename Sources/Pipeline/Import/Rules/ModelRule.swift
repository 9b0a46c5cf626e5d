import Catalogue
import Ledger
import Storage

/// How one model's rows differ from the generic way, which rewrites their references and inserts them under fresh ids.
/// A rule is made once per model and holds the positions of the columns that it touches.
///
/// A rule decides, then `apply` writes what it has decided. The only writing hook is ``insertImplicitRows(of:_:)``.
protocol ModelRule: Sendable {
    var model: Model { get }

    /// Whether rows of a user that was merged into an existing one are dropped.
    var belongsToUser: Bool { get }

    /// The column that names a row to people. The status shows the inserted rows that got another name than the file
    /// says.
    var nameColumn: Int? { get }

    /// Further columns that name a row, if they are not empty: of those that differ from the file, the first one is told.
    var otherNameColumns: [Int] { get }

    /// Changes a row after its references were rewritten; a reason drops it.
    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason?

    /// The scope of each row, for models that have two.
    func scopes(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RelocationScope]

    /// Determines what becomes of each row, in order: what is inserted and with which values, what is updated, what is
    /// dropped. Reads the database at most: it writes nothing and reserves no ids, and no transaction need be open. It may
    /// take notes in the batch's memory.
    ///
    /// - Throws: the finding of the first row that fails a validation.
    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions

    /// The rows with what ``decide(_:_:)`` takes over from stored rows of other models, for a comparison.
    func completed(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [Row]

    /// Inserts the rows that saving a row makes in other tables at once. What can wait until the file's last row is left
    /// to a ``Completion``.
    ///
    /// - Parameter rows: the inserted rows, with their ids.
    func insertImplicitRows(of rows: [Row], _ batch: Batch) throws(ImportFailure)
}

extension ModelRule {
    var belongsToUser: Bool { false }
    var nameColumn: Int? { model.slugColumn }
    var otherNameColumns: [Int] { [] }
    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason? { nil }
    func scopes(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RelocationScope] {
        rows.map { _ in model.scopes.first ?? .excluded }
    }
    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions { Decisions(inserting: rows) }
    func completed(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [Row] { rows }
    func insertImplicitRows(of rows: [Row], _ batch: Batch) throws(ImportFailure) {}
}

/// The way of every model without a rule of its own.
struct GenericRule: ModelRule {
    let model: Model
}
