public import Catalogue
public import Cutting
public import ExportFormat
import Failpoints
import Flow
import Intake
public import Queue
import Reporting
public import TaskFormat
import Traces

/// One enqueue: checks the whole file, then cuts it into tasks, stages them in Redis and publishes them in one step. No
/// worker sees a task before that step. A job that fails earlier removes what it staged.
///
/// Redis may stall or restart meanwhile: each call is repeated for up to `outageLimitMilliseconds`.
// More than eight properties: one per option.
public struct EnqueueJob {
    public var scope: ImportScope
    /// The path of the export; `-` is standard input.
    public var source: String
    /// The name under which the export is shown; nil: that of the file at its path.
    package var sourceName: String?
    /// What opens the export, if it is encrypted.
    public var opener: TarballOpener?
    public var filter: ExportFilter?
    public var options = RelocationOptions()
    /// What becomes of an export of another version.
    public var versions = VersionPolicy.adapting(from: nil)
    /// Whose workers import it.
    public var destination = DestinationName.standard
    /// Seals the tasks' payloads; nil leaves them plain.
    public var keyring: PayloadKeyring?
    /// Dashed, lower case.
    public var uuid: String
    /// The plan that the import holds to; nil for none.
    package var plan: PlanDocument?
    /// The version of the destination: newer ones than 24.9 take more models and fields.
    public var destinationVersion = SentryVersion.current
    /// Whether workers learn models that no catalogue knows from the destination.
    public var learns = false
    /// `model.field` → the model that it refers to, as the operator confirms.
    public var learnReferences: [String: String] = [:]
    /// Whether the file may take the place of another one under the same UUID.
    public var replacesFile = false
    /// For a relocation with steps: what its scan has decided, and the step at which it pauses.
    package var scan: ScanReport?
    package var autopause: RelocationStep?
    /// Whether it is refused while its owner has another relocation that has not ended: else a worker refuses it.
    package var ownerMustBeFree = false
    /// Opens the export that a worker of another destination sends; nil if there is a file.
    var transferKey: KeyPair?
    /// Who enqueues, for the history.
    package var actor = Operator(name: "")
    /// Milliseconds for which Redis may be unreachable during one call; nil: as long as an upload lease; 0: not at all.
    public var outageLimitMilliseconds: Int?

    public init(scope: ImportScope, source: String, uuid: String) {
        self.scope = scope
        self.source = source
        self.uuid = uuid
    }

    /// Opens the export.
    public func open() throws(ExportError) -> ExportSource {
        try ExportSource.open(path: source, opener: opener, limits: .standard, catalogue: .of(destinationVersion))
    }

    /// The first pass: decodes and counts everything; nothing leaves the process. Throws the first fault.
    ///
    /// - Parameter onProgress: gets the bytes read so far
    public func check(
        _ source: ExportSource, onProgress: @escaping (Int64) -> Void
    ) throws(ExportError) -> ExportSurvey {
        try Traces.span(.check) { () throws(ExportError) in
            let survey = try source.survey(
                scope: scope, filter: filter, chunkSize: options.chunkSize, versions: versions, learns: learns,
                onProgress: onProgress)
            try survey.learned.mustHave(learnReferences)
            return survey
        }
    }

    /// Whether Redis can be reached and takes tasks: asked before a long file is read.
    public static func ask(_ configuration: QueueConfiguration) throws {
        guard try RelocationQueue(configuration).serverReport().isReadOnly else { return }
        throw QueueError.replica
    }

    /// How an enqueue ended.
    public enum Outcome: Sendable, Equatable {
        /// - Parameter destination: nil if no worker has served its name yet
        case queued(tasks: Int, destination: DestinationEntry?)
        /// The same import is already queued and continues by itself.
        case already(RelocationStatus)
    }

    /// Callbacks to the caller during an enqueue.
    public struct Observer {
        /// Receives warnings about Redis for the operator.
        public var warn: (String) -> Void = { _ in }
        /// Called before the first task is staged. From then on the process must clean up before it ends.
        public var willStage: () -> Void = {}
        /// Whether the operator asks to stop. Checked before each task.
        public var isInterrupted: () -> Bool = { false }

        public init() {}
    }

    /// The second pass: pushes the tasks and publishes them together.
    ///
    /// Does not repeat the first connection, so that a wrong address shows at once.
    public func queue(
        _ source: ExportSource, _ survey: ExportSurvey, _ configuration: QueueConfiguration,
        observer: Observer = Observer()
    ) throws -> Outcome {
        try traced { try stage(source, survey, configuration, observer) }
    }

    /// Pushes within a span. Workers go on below it.
    func traced(_ push: () throws -> Outcome) throws -> Outcome {
        try Traces.span(.push) {
            Traces.note([
                "relocation.uuid": .text(uuid), "relocation.scope": .text(scope.rawValue),
                "relocation.destination": .text(destination.text),
            ])
            let outcome = try push()
            if case .queued(let tasks, _) = outcome { Traces.note(["relocation.tasks": .number(tasks)]) }
            return outcome
        }
    }

    private func stage(
        _ source: ExportSource, _ survey: ExportSurvey, _ configuration: QueueConfiguration, _ observer: Observer
    ) throws -> Outcome {
        let queue = RetryingQueue(
            try RelocationQueue(configuration), limitMilliseconds: outageLimitMilliseconds,
            isInterrupted: observer.isInterrupted)
        for warning in try queue.serverReport().warnings { observer.warn(warning) }
        let earlier = try earlierImport(queue, survey).map(Self.warning)
        if let earlier { observer.warn(earlier) }
        let destination = try queue.destination(destination)
        observer.willStage()
        try Failpoint.reach("enqueue.begin.before")
        var relocation = relocation(survey, warnings: survey.warnings + (earlier.map { [$0] } ?? []))
        if replacesFile {
            try replaceFile(
                &relocation, FileReplacement(queue: queue, uuid: uuid, source: source, survey: survey), observer)
        }
        switch try begin(queue, relocation) {
        case .already(let status): return .already(status)
        case .staged(let token):
            return .queued(tasks: try fill(queue, token, source, survey, observer), destination: destination)
        }
    }

    /// Pushes and publishes the tasks of a relocation that has begun; removes it on failure.
    private func fill(
        _ queue: RetryingQueue, _ token: Int64, _ source: ExportSource, _ survey: ExportSurvey, _ observer: Observer
    ) throws -> Int {
        do {
            try Failpoint.reach("enqueue.begin.after")
            try queue.list(leftOut: survey.leftOutRows.map(\.json), uuid: uuid, token: token)
            let tasks = try push(source, survey, queue, token, observer)
            try Failpoint.reach("enqueue.publish.before")
            try queue.publish(uuid: uuid, token: token, chunksTotal: tasks)
            try Failpoint.reach("enqueue.publish.after")
            return tasks
        } catch {
            // If the removal fails too, the next enqueue of this UUID replaces the rest. Workers never see it.
            _ = try? queue.queue.abandon(uuid: uuid, token: token)
            throw error
        }
    }

    enum Beginning {
        case staged(Int64)
        case already(RelocationStatus)
    }

    /// The same file under another UUID: then its rows would be written twice.
    private func earlierImport(_ queue: RetryingQueue, _ survey: ExportSurvey) throws -> RelocationStatus? {
        guard options.otherPurpose == nil, let earlier = try queue.earlier(than: uuid, digest: survey.sha256),
            earlier.endedBy != .undo
        else { return nil }
        return RelocationOptions(json: earlier.options)?.otherPurpose == nil ? earlier : nil
    }

    private static func warning(_ earlier: RelocationStatus) -> String {
        "the same file was enqueued before as \(earlier.uuid) (\(earlier.scope) into \(earlier.destinationName), "
            + "\(earlier.status.rawValue), \(Timestamp.text(earlier.createdAt))): this is another import, which writes the rows once more. Only "
            + "--import-uuid continues an earlier one"
    }

    func relocation(_ survey: ExportSurvey, warnings: [String]) -> NewRelocation {
        var relocation = emptyRelocation(survey)
        relocation.describe(survey)
        relocation.warnings = warnings
        relocation.losses = Self.shortened(survey.losses)
        return relocation
    }

    private static let recordedLosses = 500

    /// A list that fits a record.
    private static func shortened(_ losses: [String]) -> [String] {
        let more = losses.count - recordedLosses
        return more <= 0 ? losses : losses.prefix(recordedLosses) + ["\(more) more, which --check names"]
    }

    /// What is known before the file is read.
    ///
    /// - Parameter survey: of a file that was read all the same
    func emptyRelocation(_ survey: ExportSurvey? = nil) -> NewRelocation {
        var relocation = NewRelocation(uuid: uuid, scope: scope.rawValue)
        relocation.destination = destination
        var options = options
        options.filter = filter?.digest(options.verifies ?? uuid)
        options.versions = versions.text
        if destinationVersion > .current { options.destinationVersion = destinationVersion.description }
        if learns { survey?.tellLearned(&options, confirmed: learnReferences) }
        options.plan = plan?.uuid
        relocation.options = options.json
        relocation.toolVersion = ToolVersion.current
        relocation.sourceName =
            options.relocate?.source.map { "destination \($0)" } ?? SourceName.shown(sourceName ?? source)
        relocation.enqueuedBy = actor.text
        relocation.traceParent = Traces.parent
        guard let request = options.relocate, !options.plans else { return relocation }
        relocation.flow = FlowPlace(pauseAtStep: autopause)
        relocation.owner = RelocationOwner(name: request.owner)
        relocation.owner?.mustBeFree = ownerMustBeFree
        return relocation
    }

    /// Throws if the file cannot take the place of the earlier one.
    private func replaceFile(
        _ relocation: inout NewRelocation, _ replacement: FileReplacement, _ observer: Observer
    ) throws {
        let status = try replacement.queue.status(uuid)
        relocation.replaces = try replacement.accepted(status)
        guard let skipped = status?.skipped.count, skipped > 0 else { return }
        observer.warn("what was skipped (\(skipped)) is tried again, as the new file has it")
    }

    func begin(_ queue: RetryingQueue, _ relocation: NewRelocation) throws -> Beginning {
        switch try OperationError.refusing({ try queue.begin(relocation) }) {
        case .staged(let token): return .staged(token)
        case .ownerIsBusy(let other): throw OperationError.ownerIsBusy(other)
        case .exists(let status): return try replace(status, with: relocation, queue)
        }
    }

    /// Replaces an import that has ended; leaves one alone that is still queued or running.
    private func replace(
        _ status: RelocationStatus, with relocation: NewRelocation, _ queue: RetryingQueue
    ) throws -> Beginning {
        if status.step == .undoing, status.endedBy != .undo { throw OperationError.halfUndone(uuid) }
        // A worker has refused the earlier one, and nothing of it was written; or nothing of it is left.
        let isFree = status.endedBy == .undo || status.failureCause == .otherImport && status.replaces.isEmpty
        if !isFree { try requireSame(relocation, as: status) }
        guard status.destinationName == relocation.destination.text else {
            throw OperationError(
                .badData,
                "The UUID \(uuid) belongs to an import into the destination \(status.destinationName). Give that "
                    + "--destination, or another --import-uuid.")
        }
        let hasEnded = status.status == .failure || status.status == .success
        guard hasEnded || !relocation.replaces.isEmpty else { return .already(status) }
        switch try OperationError.refusing({ try queue.begin(relocation, replacing: true) }) {
        case .staged(let token): return .staged(token)
        case .ownerIsBusy(let other): throw OperationError.ownerIsBusy(other)
        case .exists(let status):
            // It has moved on since its rows were compared.
            if !relocation.replaces.isEmpty { try FileReplacement.requireEnded(status) }
            return .already(status)
        }
    }

    private func requireSame(_ relocation: NewRelocation, as status: RelocationStatus) throws(OperationError) {
        if let purpose = RelocationOptions(json: status.options)?.otherPurpose {
            throw OperationError(
                .badData, "\(uuid) is \(purpose), no import. Give the --import-uuid of an import, or none.")
        }
        let own = ImportIdentity(
            scope: relocation.scope, digest: relocation.replaces.isEmpty ? relocation.digest : "",
            options: relocation.options)
        let differences = own.differences(
            from: ImportIdentity(scope: status.scope, digest: status.replacedDigest, options: status.options))
        guard !differences.isEmpty else { return }
        let earlier = ImportIdentity.words(
            name: status.sourceName, scope: status.scope, enqueuedBy: status.enqueuedBy)
        throw OperationError(
            .badData,
            ImportIdentity.refusal(uuid, of: PlainText.line(earlier), differences: differences.map(PlainText.line)))
    }

    private func push(
        _ source: ExportSource, _ survey: ExportSurvey, _ queue: RetryingQueue, _ token: Int64,
        _ observer: Observer
    ) throws -> Int {
        var batch = queue.batch(of: uuid, token, keyring)
        if let plan {
            try batch.add(.plan, "the plan that the import holds to", payload: Array(plan.taskPlan(survey).json.utf8))
        }
        if options.relocate != nil, !options.plans { try addTasks(FlowTask.beforeRows, to: &batch) }
        try source.cut(survey) { chunk in
            if observer.isInterrupted() {
                throw OperationError.interruptedEnqueue
            }
            try batch.add(kind, chunk)
        }
        if options.verifies == nil { try batch.add(.finish, scope.rawValue) }
        return try batch.finish()
    }

    /// What is to be done with the rows.
    private var kind: TaskKind {
        if options.plans { return .plan }
        return options.verifies == nil ? .chunk : .verify
    }
}

extension OperationError {
    static func ownerIsBusy(_ other: String) -> OperationError {
        OperationError(
            .ownerIsBusy, "The owner's relocation \(other) has not ended: wait for it, or cancel it.")
    }

    static func halfUndone(_ uuid: String) -> OperationError {
        OperationError(
            .conflict, "The relocation \(uuid) is being undone. Finish that first: relocation-enqueue undo \(uuid)")
    }
}
