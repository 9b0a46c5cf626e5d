public import Catalogue
import Ledger

/// What became of one chunk's rows.
public struct ChunkOutcome: Sendable {
    public var account = RowAccount()
    /// Dropped rows in file order.
    public var drops: [DroppedRow] = []
    /// Rows that got another name, in file order.
    public var renames: [RenamedRow] = []
    /// Further such rows that `renames` leaves out.
    public var otherRenames = 0
    /// Rules among the written rows that the destination does not run, in file order.
    public var idleRules: [IdleRule] = []
    /// Written rows that hold something else than in the file, in file order.
    public var changes: [ChangedRow] = []
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
