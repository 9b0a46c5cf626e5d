/// What is known of one relocation at one moment. Times are milliseconds since 1970 on Redis' clock; 0 means never.
// More than eight properties: one per field of the record; they are read together and shown together.
public struct RelocationStatus: Sendable, Equatable {
    public var uuid: String
    public var scope: String
    /// The version of the record: `Script.format` of the enqueuer that wrote it.
    public var format = 1
    public var status = RelocationState.inProgress
    public var step = RelocationStep.importing
    /// Empty unless the relocation failed.
    public var failureReason = ""
    /// What an operator did to end it; nil if none did.
    public var endedBy: OperatorEnd?
    /// nil unless it failed for one of these.
    public var failureCause: FailureCause?
    /// Each a JSON object in the reference's form.
    public var findings: [String] = []
    /// Follow-up tasks are counted as they are added.
    public var chunksTotal = 0
    /// Finished and removed chunks, or those shown by `progress` while one transaction holds them all.
    public var chunksDone = 0
    public var rowsSource = 0
    /// Rows that an open transaction holds; not accounted for yet.
    public var rowsUncommitted = 0
    /// What its worker does, for people; empty if that is a task.
    public var doing = ""
    /// Subject → rows that the destination held of it when last acknowledged. A destination that holds fewer has lost
    /// them.
    public var recordedRows: [String: Int] = [:]
    /// Of a relocation with steps: when its record in the destination was last changed, as of the last acknowledgement, in
    /// microseconds since 1970; 0 before the first. A destination whose record is older has lost steps.
    public var recordChanged = 0
    /// What became of the rows: counter → rows.
    public var counters: [String: Int] = [:]
    /// Rows that got another name; `renamedRows` gives the first ones.
    public var renamed = 0
    /// Consecutive failed attempts at the current task. A crash of a worker does not count.
    public var attempts = 0
    /// Attempts after which it fails; 0 if none has failed yet.
    public var maxAttempts = 0
    /// How often in a row the destination went away while this relocation was worked.
    public var outages = 0
    public var nextAttemptAt: Int64 = 0
    /// The last transient error of the current task; empty if there was none.
    public var lastError = ""
    /// The name of the destination it was queued for.
    public var destinationName = DestinationName.standard.text
    /// Where the database of that name is, for people; empty if no worker has served the name.
    public var destinationAddress = ""
    /// Why the workers of its destination take nothing; empty if nothing troubles them.
    public var destinationTrouble = ""
    /// The identity of the database it is bound to; empty before its first import.
    public var destination = ""
    /// The worker that holds it; empty if none does.
    public var owner = ""
    public var leaseExpiresAt: Int64 = 0
    /// While it is uploaded: from then on its enqueuer counts as gone.
    public var uploadExpiresAt: Int64 = 0
    /// Opaque JSON of the enqueuer.
    public var options = ""
    public var digest = ""
    public var sourceName = ""
    /// Opaque JSON of the enqueuer: which keys the file's rows have.
    public var keyBounds = ""
    /// See ``NewRelocation/replaces``.
    public var replaces = ""
    /// Who queued it and from where, and with which version; empty in records of older enqueuers.
    public var enqueuedBy = ""
    public var toolVersion = ""
    /// See ``NewRelocation/traceParent``.
    public var traceParent = ""
    public var warnings: [String] = []
    /// See ``NewRelocation/losses``; empty in records of older enqueuers.
    public var losses: [String] = []
    /// See ``NewRelocation/adapted``; empty in records of older enqueuers.
    public var adapted = ""
    public var adaptedRows: [String] = []
    public var createdAt: Int64 = 0
    public var updatedAt: Int64 = 0
    /// Since when it could be claimed, before its last claim; 0 in records of older workers.
    public var readyAt: Int64 = 0
    /// The first claim.
    public var startedAt: Int64 = 0
    /// Success or failure.
    public var completedAt: Int64 = 0
    /// What was pushed, in bytes; 0 once the payload is gone.
    public var payloadBytes = 0
    /// The chunks and rows an operator skipped, each a JSON object.
    public var skipped: [String] = []
    /// The rows that workers must leave out, because an operator skipped them.
    public var skippedRows: [RowPlace] = []
    /// The task at which it failed, a JSON object; empty unless it failed at one.
    public var failedTask = ""
    /// How often a lease ran out and another worker took over.
    public var takeovers = 0
    /// Workers that crashed one after the other at the current task.
    public var consecutiveCrashes = 0
    /// The owner is asked to stop at the next chunk boundary.
    public var pauseRequested = false
    /// The owner is asked to give up at the next chunk boundary.
    public var cancelRequested = false
    /// Whether its enqueuer has handed it to the workers.
    public var isPublished = false
    /// Where it is in the ordered tasks; nil for a plain import.
    public var flow: FlowPlace?
    /// How often a relocation with steps has failed.
    public var failures = 0
    /// Opaque JSON of the worker: what its tasks have to say.
    public var flowNotes = ""
    /// Parts of the export that another destination's worker has delivered; 0 before it has.
    public var delivered = 0
    /// What an import would do.
    public var plan = PlanRecord()
    /// What an undo of it wants, tells and has come to.
    public var undo = UndoRecord()
    /// The kind of task that a worker must know to go on; empty if any worker can.
    public var needs = ""

    /// A relocation that was never claimed.
    public init(uuid: String, scope: String) {
        self.uuid = uuid
        self.scope = scope
    }

    /// Whether its enqueuer still pushes tasks. A relocation with steps is in that step for a little longer.
    public var isUploading: Bool { step == .uploading && !isPublished }

    /// What an operator asked of its worker.
    public var request: OperatorRequest {
        if cancelRequested { return .cancel }
        return pauseRequested ? .pause : .none
    }
}
