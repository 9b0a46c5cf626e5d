/// A source row that an import has given another name than the file says: a user name, a slug or a label.
public struct RenamedRow: Sendable, Hashable {
    public let model: String
    public let sourcePK: Int64?
    /// The name in the file; empty if it has none.
    public let from: String
    /// The name in the destination.
    public let to: String

    public init(model: String, sourcePK: Int64?, from: String, to: String) {
        self.model = model
        self.sourcePK = sourcePK
        self.from = from
        self.to = to
    }
}

extension RenamedRow {
    /// The row as one text, for Redis: `sentry.user|5`; without a source key `sentry.user|`.
    public var subject: String { "\(model)|\(sourcePK.map(String.init) ?? "")" }

    /// Nil if the subject names no row.
    public init?(subject: String, from: String, to: String) {
        let parts = subject.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        let sourcePK = Int64(parts[1])
        guard sourcePK != nil || parts[1].isEmpty else { return nil }
        self.init(model: String(parts[0]), sourcePK: sourcePK, from: from, to: to)
    }
}
