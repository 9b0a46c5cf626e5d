/// What an enqueuer knows of a relocation before its first task is pushed.
// More than eight properties: one per field of the record.
public struct NewRelocation: Sendable, Equatable {
    /// Dashed, lower case.
    public var uuid: String
    public var scope: String
    /// Whose workers import it.
    public var destination = DestinationName.standard
    /// Opaque JSON for the worker.
    public var options = "{}"
    /// Tells one source file from another.
    public var digest = ""
    public var sourceName = ""
    /// Opaque JSON for the worker: which keys the file's rows have.
    public var keyBounds = ""
    /// Not empty if the file may differ from the one that the UUID belongs to, as far as its rows are not written: the
    /// digest of that one, or ``unknownFile``. A worker compares the rows before it writes.
    public var replaces = ""
    /// Who queues it and from where.
    public var enqueuedBy = ""
    public var toolVersion = ""
    public var rowsSource = 0
    /// Rows accounted for already: those dropped before anything was queued.
    public var counters: [String: Int] = [:]
    public var warnings: [String] = []
    /// What Sentry's own import would lose of the file without a word.
    public var losses: [String] = []
    /// Opaque JSON: what was adapted, and how often.
    public var adapted = "{}"
    /// The first rows that were adapted, each an opaque JSON object.
    public var adaptedRows: [String] = []

    /// Where it stands in a trace, for the workers' spans: a header `traceparent`; empty for no trace.
    public var traceParent = ""

    /// For one with steps: what operators have planned; nil for a plain import.
    public var flow: FlowPlace?
    /// For one with steps: for whom it is; nil for a plain import.
    public var owner: RelocationOwner?

    /// In place of a digest.
    public static let unknownFile = "?"

    public init(uuid: String, scope: String) {
        self.uuid = uuid
        self.scope = scope
    }
}

extension NewRelocation {
    /// The fields of the record that come from the enqueuer.
    var fields: [RedisArgument] {
        [
            "format", .number(Script.format), "scope", .text(scope), "options", .text(options),
            "sourceName", .text(sourceName), "enqueuedBy", .text(enqueuedBy), "toolVersion", .text(toolVersion),
            "replaces", .text(replaces),
        ] + fileFields + (flow?.fields ?? []) + (traceParent.isEmpty ? [] : ["traceParent", .text(traceParent)])
    }

    /// Those that follow from the file.
    var fileFields: [RedisArgument] {
        [
            "digest", .text(digest), "rowsSource", .number(rowsSource), "keyBounds", .text(keyBounds),
            "warnings", .text(TextList.encode(warnings)), "silentLosses", .text(TextList.encode(losses)),
            "adapted", .text(adapted),
            "adaptedRows", .text(TextList.encode(adaptedRows)),
        ]
    }
}
