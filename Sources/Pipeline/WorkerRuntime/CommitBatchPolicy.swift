/// How many chunks of one relocation commit together. A large commit batch spreads the cost of a flush to disk over many
/// rows. A small one loses little work with a lost worker and lets other relocations run soon.
public struct CommitBatchPolicy: Sendable, Equatable {
    /// Rows after which a commit batch closes.
    public var maxRows = 20_000
    /// Milliseconds after which a commit batch closes; far shorter than a lease.
    var maxMilliseconds: Int64 = 250
    /// Tasks that commit one by one after a worker was lost or a database failed: one of them may be the cause.
    var cautiousTasks = 32

    public static let rowLimits = 1...1_000_000

    public init() {}

    init(maxRows: Int, maxMilliseconds: Int64) {
        self.maxRows = maxRows
        self.maxMilliseconds = maxMilliseconds
    }

    /// Each chunk commits by itself.
    static let single = CommitBatchPolicy(maxRows: 0, maxMilliseconds: 0)

    func takesMore(afterRows rows: Int, milliseconds: Int64) -> Bool {
        rows < maxRows && milliseconds < maxMilliseconds
    }
}
