/// How many chunks of one relocation are committed together: enough that a commit's flush to disk is small beside what
/// it makes durable, so few that a worker that is lost takes little work with it and others soon have their turn.
public struct CommitBatchPolicy: Sendable, Equatable {
    /// Rows after which a group is closed.
    public var maxRows = 20_000
    /// Milliseconds after which a group is closed: well within a lease.
    var maxMilliseconds: Int64 = 250
    /// Tasks that are worked one by one after a worker was lost or a database was in trouble: the next one may be the
    /// one that does it.
    var cautiousTasks = 32

    public static let rowLimits = 1...1_000_000

    public init() {}

    init(maxRows: Int, maxMilliseconds: Int64) {
        self.maxRows = maxRows
        self.maxMilliseconds = maxMilliseconds
    }

    /// Every chunk by itself.
    static let single = CommitBatchPolicy(maxRows: 0, maxMilliseconds: 0)

    func takesMore(afterRows rows: Int, milliseconds: Int64) -> Bool {
        rows < maxRows && milliseconds < maxMilliseconds
    }
}
