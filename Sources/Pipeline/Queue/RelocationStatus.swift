/// Whether a relocation goes on.
public enum RelocationState: String, Sendable, CaseIterable {
    case inProgress = "IN_PROGRESS"
    case paused = "PAUSE"
    case failure = "FAILURE"
    case success = "SUCCESS"
}

/// How far a relocation has come, in order.
public enum RelocationStep: String, Sendable, CaseIterable {
    case uploading = "UPLOADING"
    case preprocessing = "PREPROCESSING"
    case validating = "VALIDATING"
    case importing = "IMPORTING"
    case postprocessing = "POSTPROCESSING"
    case notifying = "NOTIFYING"
    case completed = "COMPLETED"
}

/// What is known of one relocation at one moment. Times are milliseconds since 1970 on Redis' clock; 0 means never.
public struct RelocationStatus: Sendable, Equatable {
    public var uuid: String
    public var scope: String
    public var status: RelocationState
    public var step: RelocationStep
    /// Empty unless the relocation failed.
    public var failureReason: String
    /// Each a JSON object in the reference's form.
    public var findings: [String]
    public var chunksTotal: Int
    /// Finished and removed chunks, or those shown by `progress` while one transaction holds them all.
    public var chunksDone: Int
    public var rowsSource: Int
    /// What became of the rows: counter → rows.
    public var counters: [String: Int]
    /// Failed attempts in a row at the current task. Losing a worker is none.
    public var attempts: Int
    public var nextAttemptAt: Int64
    /// The last passing trouble of the current task; empty when there was none.
    public var lastTrouble: String
    /// The destination it is bound to; empty before its first import.
    public var destination: String
    /// The worker that holds it; empty when nobody does.
    public var owner: String
    public var leaseExpiresAt: Int64
    /// Opaque JSON of the enqueuer.
    public var options: String
    public var digest: String
    public var sourceName: String
    public var warnings: [String]
    public var createdAt: Int64
    public var updatedAt: Int64
    /// The first claim.
    public var startedAt: Int64
    /// Success or failure.
    public var completedAt: Int64
    /// What was pushed, in bytes; 0 once the payload is gone.
    public var payloadBytes: Int
    /// The chunks an operator skipped, each a JSON object.
    public var skipped: [String]
    /// The task at which it failed, a JSON object; empty unless it failed at one.
    public var failedTask: String
    /// How often a worker vanished and another took over.
    public var takeovers: Int
    /// Workers that vanished in a row at the current task.
    public var losses: Int
    /// The owner is asked to stop at the next chunk boundary.
    public var pauseRequested: Bool
    /// The owner is asked to give up at the next chunk boundary.
    public var cancelRequested: Bool

    /// A relocation nobody has claimed yet.
    public init(
        uuid: String, scope: String, status: RelocationState = .inProgress, step: RelocationStep = .importing,
        failureReason: String = "", findings: [String] = [], chunksTotal: Int = 0, chunksDone: Int = 0,
        rowsSource: Int = 0, counters: [String: Int] = [:], attempts: Int = 0, nextAttemptAt: Int64 = 0,
        lastTrouble: String = "", destination: String = "", owner: String = "", leaseExpiresAt: Int64 = 0,
        options: String = "", digest: String = "", sourceName: String = "", warnings: [String] = [],
        createdAt: Int64 = 0, updatedAt: Int64 = 0, startedAt: Int64 = 0, completedAt: Int64 = 0,
        payloadBytes: Int = 0, skipped: [String] = [], failedTask: String = "", takeovers: Int = 0, losses: Int = 0,
        pauseRequested: Bool = false, cancelRequested: Bool = false
    ) {
        self.uuid = uuid
        self.scope = scope
        self.status = status
        self.step = step
        self.failureReason = failureReason
        self.findings = findings
        self.chunksTotal = chunksTotal
        self.chunksDone = chunksDone
        self.rowsSource = rowsSource
        self.counters = counters
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.lastTrouble = lastTrouble
        self.destination = destination
        self.owner = owner
        self.leaseExpiresAt = leaseExpiresAt
        self.options = options
        self.digest = digest
        self.sourceName = sourceName
        self.warnings = warnings
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.startedAt = startedAt
        self.completedAt = completedAt
        self.payloadBytes = payloadBytes
        self.skipped = skipped
        self.failedTask = failedTask
        self.takeovers = takeovers
        self.losses = losses
        self.pauseRequested = pauseRequested
        self.cancelRequested = cancelRequested
    }
}
