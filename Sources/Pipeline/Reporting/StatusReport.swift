public import Catalogue
public import Queue

/// The status of a relocation, for people and scripts.
public struct StatusReport: Sendable {
    public let status: RelocationStatus
    public let account: RowAccount
    /// What a verification has found; nil for an import.
    public let verification: VerificationReport?
    /// What an undo removes; nil if none was asked for.
    public let undo: UndoReport?
    /// The first rows that got another name; nil if they were not read.
    public let renamed: [RenamedRow]?
    /// The failures that retries have left behind; nil if they were not read.
    public let earlier: [EarlierFailure]?
    /// The workers; nil if they were not asked for.
    public private(set) var workforce: Workforce?

    /// What the record says.
    public init(_ status: RelocationStatus) { self.init(status, renamed: nil) }

    /// - Parameters:
    ///   - renamed: what `RelocationQueue.renamedRows` gives
    ///   - earlier: what `RelocationQueue.earlierFailures` gives
    ///   - workforce: what `RelocationQueue.workforce` gives
    public init(
        _ status: RelocationStatus, renamed: [Renaming]?, earlier: [EarlierFailure]? = nil, workforce: Workforce? = nil
    ) {
        self.status = status
        self.earlier = earlier
        self.workforce = workforce
        self.renamed = renamed?.compactMap { RenamedRow(subject: $0.subject, from: $0.from, to: $0.to) }
        account = RowAccount(counters: status.counters)
        verification = VerificationReport(status)
        undo = UndoReport(status)
    }

    /// The same among these workers.
    package func among(_ workforce: Workforce) -> StatusReport {
        var report = self
        report.workforce = workforce
        return report
    }

    /// What it waits for, or who works on it.
    ///
    /// - Parameter now: milliseconds since 1970; Redis' clock counts if the workers were asked for
    package func situation(now: Int64) -> Situation { Situation(status, workforce, now: workforce?.now ?? now) }

    /// Rows that got another name.
    package var renamedTotal: Int { max(status.renamed, renamed?.count ?? 0) }

    /// The last transient error of its current task; while it waits, else what holds its destination's workers up.
    package var trouble: String {
        guard status.lastError.isEmpty, status.status == .inProgress else { return status.lastError }
        return status.destinationTrouble
    }

    /// Why no worker can serve its destination before the schema is another; nil if one can, or if it has ended.
    package var schemaTrouble: String? {
        let isSchema = status.destinationTrouble.hasPrefix(RelocationQueue.schemaTrouble)
        return isSchema && !hasEnded ? status.destinationTrouble : nil
    }

    /// `import`, `relocate` (with steps), `plan`, `verify`, `repair` (a verification that writes), or `undo` (of an import that
    /// is, or was, undone).
    package var kind: String {
        if let verification { return verification.repairs ? "repair" : "verify" }
        if status.step == .undoing || status.endedBy == .undo { return "undo" }
        if isPlan { return "plan" }
        return status.flow == nil ? "import" : "relocate"
    }

    /// Whether it succeeded or failed.
    package var hasEnded: Bool { [.success, .failure].contains(status.status) }

    /// Whether no undo goes on.
    package var undoHasEnded: Bool { status.step != .undoing || hasEnded }

    /// Rows that are accounted for, or that an open transaction holds.
    public var rowsDone: Int {
        status.step == .undoing ? status.rowsUncommitted : account.totals.total.saturatedAdding(status.rowsUncommitted)
    }

    /// What ``rowsDone`` is at the end.
    public var rowsExpected: Int { status.step == .undoing ? undo?.summary.total ?? 0 : status.rowsSource }
}
