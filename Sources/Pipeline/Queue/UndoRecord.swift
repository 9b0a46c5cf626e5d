/// What a record says of an undo.
public struct UndoRecord: Sendable, Equatable {
    /// Opaque JSON of the operator's program; empty if none was asked for.
    public var request = ""
    /// Opaque JSON of the worker: what is removed.
    public var summary = ""
    /// Whether rows are removed, or about to be.
    public var isBegun = false
    /// Why the last one was refused; empty if it was not.
    public var refusal = ""
    /// What kind of refusal that is; nil for none.
    public var cause: Cause?

    public enum Cause: String, Sendable {
        /// Others refer to the rows.
        case references
        /// The import cannot be undone here.
        case impossible
        /// The destination knows no such import.
        case unknown
    }

    public init() {}

    init(_ record: RecordFields) {
        request = record.text("undoRequest")
        summary = record.text("undoSummary")
        isBegun = record.text("undoBegun") == "1"
        refusal = record.text("undoRefused")
        cause = Cause(rawValue: record.text("undoCause"))
    }
}
