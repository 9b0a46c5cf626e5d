import Catalogue
import EventFormat
import EventSinks
import Events
import ExportFormat
import Failpoints
import Import
import Ledger
import Queue
import Relocation
import Storage
import TaskFormat
import Traces

/// Works a relocation of events: saves each chunk in one transaction with its row in the ledger, then tells the sink, then
/// Redis. A chunk that the ledger knows is told to the sink once more, with the same bytes.
struct EventsRun {
    let turn: Turn
    let options: EventOptions
    let preparer: TaskPreparer
    /// Whether it only finds out what would be saved.
    var plans = false

    /// What counters and lists call an event.
    static let subject = "event"
    /// The time slice; see ``CommitBatchRun``.
    private static let timeSliceMilliseconds: Int64 = 2000

    private var held: HeldClaim { turn.held }
    private var catalogue: Catalogue { turn.settings.destination.catalogue }

    func run() throws -> RunEnd { plans ? try plan() : try save() }

    private func save() throws -> RunEnd {
        try requireFit()
        let destination = try destination(turn.destination.region)
        try storage { () throws(StorageError) in try destination.reopen() }
        let references = try EventReferences(options, turn.destination, catalogue)
        try continueIssues(destination, references)
        let sink = turn.settings.eventSink.sink(turn.settings.queue)
        let feed = turn.feed(preparer)
        let began = LeaseClock.now()
        while let task = try feed.next() {
            if turn.stop.isRequested { return try held.release("the worker stops") }
            let outcome = try Traces.span(.task(TaskKind.events.rawValue)) {
                try work(task, destination, references, sink)
            }
            let answer = try held.acknowledge(1, outcome, feed, recorded: [Self.subject: destination.savedChunks])
            if answer.request != .none { return try held.release(for: answer.request) }
            let isOver = LeaseClock.now() - began > Self.timeSliceMilliseconds
            if answer.othersWaiting > 0, answer.remaining > 0, isOver { return try held.requeue() }
        }
        try turn.closeEntry()
        return try held.complete()
    }

    /// Finds out what would become of the events, with the same code on an overlay of the destination, which is only read.
    private func plan() throws -> RunEnd {
        try turn.beginReading()
        defer { turn.destination.rollback() }
        let overlays = try Overlays(over: turn.destination, catalogue, inMemory: held.hidesNames, turn)
        let destination = try destination(overlays.destination.region)
        let references = try EventReferences(options, turn.destination, catalogue)
        let progress = TransactionProgress(held)
        let feed = turn.feed(preparer)
        var tasks = WholeList(feed, preparer)
        var outcome = TaskOutcome()
        while let task = try tasks.next() {
            if turn.stop.isRequested { return try held.release("the worker stops") }
            let chunk = try chunk(task.prepared)
            let saved = try storage { () throws(StorageError) in try save(chunk, destination, references) }
            outcome.rows.add(EventAccount(chunk).outcome(saved).rows)
            let rows = outcome.rows.account.totals.total
            let request = try progress.show(chunks: feed.unacknowledged, rows: rows)
            if request != .none { return try held.release(for: request) }
        }
        if feed.unacknowledged > 0 {
            _ = try held.acknowledge(feed.unacknowledged, outcome, feed, recorded: [:])
        }
        return try held.complete()
    }

    private func destination(_ database: any Database) throws(ImportFailure) -> EventsDestination {
        try storage { () throws(StorageError) in
            let destination = try EventsDestination(
                database, catalogue, uuid: held.claim.uuid, keepsOld: options.keepsOld, now: WallClock.now(),
                register: plans ? nil : held.register)
            try destination.requireTables()
            return destination
        }
    }

    /// Throws if the database holds another relocation under the UUID, or has lost chunks.
    private func requireFit() throws {
        let chunks = try storage { () throws(StorageError) in
            try EventLedger(turn.destination.region, uuid: held.claim.uuid).chunks()
        }
        let subjects = RowAccount(counters: held.claim.status.counters).models.keys + [Self.subject]
        let takeOver = TakeOver(
            status: held.claim.status, recordedRows: held.recordedRows, entry: held.register?.found,
            written: Dictionary(subjects.map { ($0, (chunks, nil)) }, uniquingKeysWith: { first, _ in first }))
        if let refusal = takeOver.refusal { throw refusal }
    }

    /// Lets new events find the old issues where projects group otherwise than their source has done.
    private func continueIssues(
        _ destination: EventsDestination, _ references: EventReferences
    ) throws(ImportFailure) {
        var wanted: [Int64: String] = [:]
        for (source, grouping) in options.continuedGroupings ?? [:] {
            guard let project = Int64(source).flatMap(references.project) else { continue }
            wanted[project] = grouping
        }
        try storage { () throws(StorageError) in try destination.continueIssues(of: wanted, now: WallClock.now()) }
    }

    private func storage<Result>(_ work: () throws(StorageError) -> Result) throws(ImportFailure) -> Result {
        do { return try work() } catch {
            // The installation at work has made the same row at the same time: the next attempt finds it.
            throw turn.failure(
                error.kind == .uniqueViolation
                    ? StorageError(.contention, error.message, table: error.table) : error)
        }
    }

    private func work(
        _ task: PreparedTask, _ destination: EventsDestination, _ references: EventReferences, _ sink: any EventSink
    ) throws -> TaskOutcome {
        guard held.lease.isHeld else { throw ImportFailure.leaseLost }
        held.current = (0, task.element)
        turn.heartbeat.beat()
        if case .task(let task) = task.element {
            turn.vitals.board.begin(task: TaskNote(task).text, of: held.claim.uuid)
        }
        let chunk = try chunk(task)
        try Failpoint.reach("chunk.before")
        let saved = try storage { () throws(StorageError) in try save(chunk, destination, references) }
        try Failpoint.reach("batch.commit")
        try publish(saved.messages, to: sink)
        try Failpoint.reach("chunk.after")
        turn.vitals.countChunk()
        turn.vitals.board.finish(rows: chunk.ordinals.count, of: held.claim.uuid)
        held.current = nil
        return EventAccount(chunk).outcome(saved)
    }

    private func chunk(_ task: PreparedTask) throws -> EventsChunk {
        if let chunk = try task.events() { return chunk }
        throw ImportFailure.permanent(
            Finding(
                kind: .deserializationFailed, model: Self.subject,
                reason: "a task of another kind stands in the list of a relocation of events"))
    }

    private func save(
        _ chunk: EventsChunk, _ destination: EventsDestination, _ references: EventReferences
    ) throws(StorageError) -> EventsDestination.Result {
        let now = WallClock.now()
        switch chunk.lines {
        case .events(let lines):
            let inputs = lines.map { line in
                line.flatMap { line in Result { () throws(EventRejection) in try references.event(line) } }
            }
            return try destination.save(inputs, firstOrdinal: chunk.firstOrdinal, digest: chunk.digest, now: now)
        case .groups(let lines):
            let groups = lines.map { line in
                line.flatMap { line in Result { () throws(EventRejection) in try references.group(line) } }
            }
            return try destination.save(groups, firstOrdinal: chunk.firstOrdinal, digest: chunk.digest, now: now)
        }
    }

    /// A sink that is away holds the worker, as a database does that takes nothing.
    private func publish(_ messages: [SinkMessage], to sink: any EventSink) throws {
        turn.heartbeat.allow(milliseconds: turn.settings.destination.timeouts.longStatementMilliseconds)
        defer { turn.heartbeat.allow(milliseconds: 0) }
        do throws(SinkError) {
            try sink.publish(messages)
        } catch {
            throw ImportFailure.transient(StorageError(.full, "the event sink takes nothing: \(error.description)"))
        }
    }
}

/// What became of a chunk, for operators: events and groups of each project count by themselves.
private struct EventAccount {
    private let ordinals: [Int64]
    private let subjects: [String]

    init(_ chunk: EventsChunk) {
        ordinals = chunk.ordinals
        switch chunk.lines {
        case .events(let lines):
            subjects = lines.map { Self.subject(EventsRun.subject, (try? $0.get())?.project) }
        case .groups(let lines): subjects = lines.map { Self.subject("issue", (try? $0.get())?.project) }
        }
    }

    private static func subject(_ what: String, _ project: Int64?) -> String {
        project.map { "\(what) of project \($0)" } ?? what
    }

    func outcome(_ saved: EventsDestination.Result) -> TaskOutcome {
        var rows = ChunkOutcome()
        rows.isReplay = saved.isReplay
        for (subject, fate) in zip(subjects, saved.fates) {
            switch fate {
            case "": rows.account.inserted(model: subject)
            case "replaced": rows.account.overwritten(model: subject)
            case "superseded": rows.account.existing(model: subject)
            default: rows.account.dropped(model: subject, .event(fate))
            }
        }
        rows.drops = saved.rejections.map { place, rejection in
            let at = rejection.place.isEmpty ? "" : "\(rejection.place) "
            // What stands after a colon is left out of lists.
            let reason = "\(at)\(rejection.reason)".replacing(":", with: ",")
            return DroppedRow(
                model: subjects[place], sourcePK: nil, ordinal: ordinals[place], reason: .event(reason))
        }
        return TaskOutcome(rows: rows)
    }
}
