public import Catalogue
public import Queue

/// The status of a relocation, for people and scripts.
public struct StatusReport: Sendable {
    public let status: RelocationStatus
    public let account: RowAccount
    /// The first rows that got another name; nil if they were not read.
    public let renamed: [RenamedRow]?

    /// Without the renamed rows.
    public init(_ status: RelocationStatus) { self.init(status, renamed: nil) }

    /// - Parameter renamed: what `RelocationQueue.renamedRows` gives
    public init(_ status: RelocationStatus, renamed: [Renaming]?) {
        self.status = status
        self.renamed = renamed?.compactMap { RenamedRow(subject: $0.subject, from: $0.from, to: $0.to) }
        account = RowAccount(counters: status.counters)
    }

    /// A findings file in the reference's form; `[]` when there are none.
    public var findingsFile: String {
        status.findings.isEmpty ? "[]" : "[\n  " + status.findings.joined(separator: ",\n  ") + "\n]"
    }

    /// Rows that got another name.
    package var renamedTotal: Int { max(status.renamed, renamed?.count ?? 0) }

    /// The last transient error of its current task; while it waits, else what holds its destination's workers up.
    package var trouble: String {
        guard status.lastError.isEmpty, status.status == .inProgress else { return status.lastError }
        return status.destinationTrouble
    }

    /// Whether it succeeded or failed.
    package var hasEnded: Bool { [.success, .failure].contains(status.status) }

    /// Rows that are accounted for.
    public var rowsDone: Int { account.totals.total }
}
