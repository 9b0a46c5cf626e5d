public import Catalogue

/// What a relocation's enqueuer has said of it. Times are microseconds since 1970 UTC.
// Nine properties: facts that Redis holds too, kept together for when it does not.
public struct ImportOrigin: Sendable, Equatable {
    public var scope = ""
    /// JSON, as in Redis.
    public var options = "{}"
    public var fileName = ""
    public var digest = ""
    public var rowsSource: Int64 = 0
    /// Who queued it and from where; empty if unknown.
    public var enqueuedBy = ""
    public var enqueuedAt: Int64?
    public var toolVersion = ""
    /// The worker that began it.
    public var worker = ""

    public init() {}
}

/// How a relocation ended.
public struct ImportEnd: Sendable, Equatable {
    public enum Outcome: String, Sendable {
        case success = "SUCCESS"
        case failure = "FAILURE"
        case cancelled = "CANCELLED"
        /// An undo has begun to remove what the relocation has brought.
        case undoing = "UNDOING"
        /// All of it is gone: the UUID is free.
        case undone = "UNDONE"
    }

    /// The outcome's text; a newer version may write others.
    public let outcome: String
    /// Empty for a success.
    public let reason: String
    /// What became of the rows.
    public let rows: RowAccount.Counts
    /// Microseconds since 1970 UTC.
    public let at: Int64

    public init(_ outcome: Outcome, reason: String = "", rows: RowAccount.Counts, at: Int64 = WallClock.now()) {
        self.init(outcome: outcome.rawValue, reason: reason, rows: rows, at: at)
    }

    init(outcome: String, reason: String, rows: RowAccount.Counts, at: Int64) {
        self.outcome = outcome
        self.reason = reason
        self.rows = rows
        self.at = at
    }
}

/// What the ledger remembers of one relocation.
public struct ImportEntry: Sendable, Equatable {
    let id: Int64
    /// That of the ledger in which the relocation began.
    let format: Int64
    /// Dashed, lower case.
    public let uuid: String
    public let origin: ImportOrigin
    /// Microseconds since 1970 UTC.
    public let beganAt: Int64
    /// nil while it goes on, or if nobody was there to see its end.
    public let end: ImportEnd?
    /// The files that this one has replaced, the oldest first: JSON; empty without any.
    public internal(set) var replaced = ""

    /// Whether it ended so.
    public func ended(_ outcome: ImportEnd.Outcome) -> Bool { end?.outcome == outcome.rawValue }
}
