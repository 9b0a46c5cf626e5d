public import Catalogue
public import Cutting
public import ExportFormat
import Failpoints
public import Queue
public import TaskFormat

/// One enqueue: proves the file sound, then cuts it into tasks and hands them to the workers in one step. Until that
/// step no worker sees anything; a job that fails before takes back what it staged.
public struct EnqueueJob {
    public var scope: ImportScope
    /// Path of the export; `-` is standard input.
    public var source: String
    public var privateKey: [UInt8]?
    public var filter: ExportFilter?
    public var options = RelocationOptions()
    /// Seals every task; nil leaves them as they are.
    public var keyring: PayloadKeyring?
    /// Dashed, lower case.
    public var uuid: String

    public init(scope: ImportScope, source: String, uuid: String) {
        self.scope = scope
        self.source = source
        self.uuid = uuid
    }

    /// The first pass: everything is decoded and counted, nothing leaves the process.
    public func check() throws(ExportError) -> (ExportSource, ExportSurvey) {
        let source = try ExportSource.open(path: source, privateKeyPEM: privateKey, limits: .standard)
        return (source, try source.survey(scope: scope, filter: filter, chunkSize: options.chunkSize))
    }

    /// What an enqueue came to.
    public enum Outcome: Sendable, Equatable {
        case queued(tasks: Int)
        /// The same import is there already and goes on by itself.
        case already(RelocationStatus)
    }

    /// Who follows an enqueue.
    public struct Observer {
        /// Is told what an operator should know of Redis.
        public var warn: (String) -> Void = { _ in }
        /// Is told before the first task is staged: from then on the process ends in order.
        public var willStage: () -> Void = {}
        /// Whether the operator asks to stop; asked before every task.
        public var isInterrupted: () -> Bool = { false }

        public init() {}
    }

    /// The second pass: pushes the tasks and publishes them together.
    public func queue(
        _ source: ExportSource, _ survey: ExportSurvey, _ configuration: QueueConfiguration,
        observer: Observer = Observer()
    ) throws -> Outcome {
        let queue = try RelocationQueue(configuration)
        for warning in try queue.serverReport().warnings { observer.warn(warning) }
        observer.willStage()
        let token: Int64
        try Failpoint.reach("enqueue.begin.before")
        switch try begin(queue, survey) {
        case .already(let status): return .already(status)
        case .staged(let staged): token = staged
        }
        do {
            try Failpoint.reach("enqueue.begin.after")
            let tasks = try push(source, survey, queue, token, observer)
            try Failpoint.reach("enqueue.publish.before")
            try queue.publish(uuid: uuid, token: token, chunksTotal: tasks)
            try Failpoint.reach("enqueue.publish.after")
            return .queued(tasks: tasks)
        } catch {
            // What cannot be taken back now is begun anew by the next enqueue of this UUID; workers never see it.
            _ = try? queue.abandon(uuid: uuid, token: token)
            throw error
        }
    }

    private enum Beginning {
        case staged(Int64)
        case already(RelocationStatus)
    }

    private func begin(_ queue: RelocationQueue, _ survey: ExportSurvey) throws -> Beginning {
        var relocation = NewRelocation(uuid: uuid, scope: scope.rawValue)
        relocation.options = options.json
        relocation.digest = survey.sha256
        relocation.sourceName = SourceName.shown(source)
        relocation.rowsSource = Int(survey.rowsTotal)
        relocation.counters = survey.leftOut.counters
        relocation.warnings = survey.warnings
        switch try queue.begin(relocation) {
        case .staged(let token): return .staged(token)
        case .exists(let status):
            guard status.digest == survey.sha256, status.scope == scope.rawValue else {
                throw OperationError(
                    .badData,
                    "The import UUID \(uuid) belongs to another file or scope; leave --import-uuid out for a new one")
            }
            switch status.status {
            case .inProgress, .paused, .unknown: return .already(status)
            case .failure, .success:
                guard case .staged(let token) = try queue.begin(relocation, replacing: true) else {
                    return .already(status)
                }
                return .staged(token)
            }
        }
    }

    private func push(
        _ source: ExportSource, _ survey: ExportSurvey, _ queue: RelocationQueue, _ token: Int64,
        _ observer: Observer
    ) throws -> Int {
        var batch = TaskBatch(queue: queue, uuid: uuid, token: token, keyring: keyring)
        var isProvisioned = false
        try source.cut(survey) { chunk in
            if observer.isInterrupted() {
                throw OperationError(.interrupted, "Interrupted: nothing was queued.")
            }
            if ExportSurvey.deferredModels.contains(chunk.model), !isProvisioned {
                isProvisioned = true
                try batch.add(.provision, "sentry.organization")
            }
            try batch.add(
                .chunk, chunk.model, minOrdinal: chunk.minOrdinal, rows: chunk.rows, sourceBytes: chunk.sourceBytes,
                payload: chunk.payload)
        }
        if scope != .users, !isProvisioned { try batch.add(.provision, "sentry.organization") }
        for model in Catalogue.standard.derivedModels where survey.rowsQueued(of: model) > 0 {
            try batch.add(.derive, model)
        }
        return try batch.finish()
    }
}

/// Tasks on their way to Redis, pushed many at a time.
private struct TaskBatch {
    let queue: RelocationQueue
    let uuid: String
    let token: Int64
    let keyring: PayloadKeyring?
    private var tasks: [QueueTask] = []
    private var bytes = 0
    private var total = 0

    private static let maxBytes = 1 << 20
    private static let maxTasks = 256

    init(queue: RelocationQueue, uuid: String, token: Int64, keyring: PayloadKeyring?) {
        self.queue = queue
        self.uuid = uuid
        self.token = token
        self.keyring = keyring
    }

    /// A task without a payload carries no rows.
    mutating func add(
        _ kind: TaskKind, _ name: String, minOrdinal: Int64 = 0, rows: Int = 0, sourceBytes: Int = 0,
        payload: [UInt8] = []
    ) throws {
        var payload = payload
        if let keyring {
            let identity = PayloadIdentity(uuid: uuid, kind: kind, model: name, minOrdinal: minOrdinal, rows: rows)
            payload = try SealedPayload.seal(payload, as: identity, with: keyring)
        }
        tasks.append(
            QueueTask(
                kind: kind.rawValue, name: name, minOrdinal: minOrdinal, rows: rows, sourceBytes: sourceBytes,
                payload: payload))
        bytes += payload.count
        if tasks.count >= Self.maxTasks || bytes >= Self.maxBytes { try push() }
    }

    /// Pushes the rest; returns how many tasks there were.
    mutating func finish() throws -> Int {
        try push()
        return total
    }

    private mutating func push() throws {
        guard !tasks.isEmpty else { return }
        try queue.push(tasks, uuid: uuid, token: token)
        try Failpoint.reach("enqueue.push.after")
        total += tasks.count
        tasks = []
        bytes = 0
    }
}
