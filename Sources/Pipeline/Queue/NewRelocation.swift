/// What an enqueuer knows of a relocation before its first task is pushed.
public struct NewRelocation: Sendable, Equatable {
    /// Dashed, lower case.
    public var uuid: String
    public var scope: String
    /// Opaque JSON for the worker.
    public var options: String
    /// Tells one source file from another.
    public var digest: String
    public var sourceName: String
    public var rowsSource: Int
    /// Rows accounted for already: those dropped before anything was queued.
    public var counters: [String: Int]
    public var warnings: [String]

    public init(
        uuid: String, scope: String, options: String = "{}", digest: String = "", sourceName: String = "",
        rowsSource: Int = 0, counters: [String: Int] = [:], warnings: [String] = []
    ) {
        self.uuid = uuid
        self.scope = scope
        self.options = options
        self.digest = digest
        self.sourceName = sourceName
        self.rowsSource = rowsSource
        self.counters = counters
        self.warnings = warnings
    }
}

/// The answer to `begin`.
public enum Begin: Sendable, Equatable {
    /// The relocation is the caller's to fill: the token proves it in `push`, `publish` and `abandon`.
    case staged(uploadToken: Int64)
    /// It is queued or finished already; nothing was changed.
    case exists(RelocationStatus)
}
