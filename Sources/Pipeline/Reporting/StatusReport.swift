public import Catalogue
public import Queue

/// The status of a relocation, for people and scripts.
public struct StatusReport: Sendable {
    public let status: RelocationStatus
    public let account: RowAccount

    public init(_ status: RelocationStatus) {
        self.status = status
        account = RowAccount(counters: status.counters)
    }

    /// A findings file in the reference's form; `[]` when there are none.
    public var findingsFile: String {
        status.findings.isEmpty ? "[]" : "[\n  " + status.findings.joined(separator: ",\n  ") + "\n]"
    }

    /// Whether it succeeded or failed.
    package var hasEnded: Bool { [.success, .failure].contains(status.status) }

    /// Rows that are accounted for.
    public var rowsDone: Int { account.totals.total }
}
