public import Catalogue
import Ledger

/// A source row that was not written, for the operator's list.
public struct DroppedRow: Sendable, Equatable {
    public let model: String
    public let sourcePK: Int64?
    public let ordinal: Int64
    public let reason: DropReason
    /// The source key of the row that it refers to and that was not imported, if that is the reason.
    public let missingPK: Int64?

    public init(
        model: String, sourcePK: Int64?, ordinal: Int64, reason: DropReason, missingPK: Int64? = nil
    ) {
        self.model = model
        self.sourcePK = sourcePK
        self.ordinal = ordinal
        self.reason = reason
        self.missingPK = missingPK
    }
}

/// What became of one chunk's rows.
public struct ChunkOutcome: Sendable {
    public var account = RowAccount()
    /// Dropped rows in file order.
    public var drops: [DroppedRow] = []
    /// Rows that got another name, in file order.
    public var renames: [RenamedRow] = []
    /// Further such rows that `renames` leaves out.
    public var otherRenames = 0
    /// Which rows the database holds now.
    public var written: [WrittenRows] = []
    /// Whether all its rows had been written before.
    public var isReplay = false

    public init(renames: [RenamedRow] = []) { self.renames = renames }
}

/// What became of one row.
enum RowResult {
    /// The destination key, what the row counts as, and the slug that it has now.
    case written(Int64, MappingKind, slug: String?)
    case dropped(DropReason)
}
