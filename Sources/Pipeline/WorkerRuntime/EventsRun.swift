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

/// Works a relocation of events: saves each chunk in one transaction with its row in the ledger, then tells the sink, then
/// Redis. A chunk that the ledger knows is told to the sink once more, with the same bytes.
struct EventsRun {
    let turn: Turn
    let options: EventOptions
    let preparer: TaskPreparer

    /// What counters and lists call an event.
    static let subject = "event"
    /// The time slice; see ``CommitBatchRun``.
    private static let timeSliceMilliseconds: Int64 = 2000

    private var held: HeldClaim { turn.held }
    private var catalogue: Catalogue { turn.settings.destination.catalogue }

    func run() throws -> RunEnd {
        let destination = try storage { () throws(StorageError) in
            let destination = try EventsDestination(
                turn.destination.region, catalogue, uuid: held.claim.uuid, keepsOld: options.keepsOld,
                now: WallClock.now())
            try destination.requireTables()
            return destination
        }
        let projects = try ProjectMap(options, turn.destination, catalogue)
        let sink = turn.settings.eventSink.sink(turn.settings.queue)
        let feed = turn.feed(preparer)
        let began = LeaseClock.now()
        while let task = try feed.next() {
            if turn.stop.isRequested { return try held.release("the worker stops") }
            let outcome = try work(task, destination, projects, sink)
            let answer = try held.acknowledge(1, outcome, feed, recorded: [:])
            if answer.request != .none { return try held.release(for: answer.request) }
            let isOver = LeaseClock.now() - began > Self.timeSliceMilliseconds
            if answer.othersWaiting > 0, answer.remaining > 0, isOver { return try held.requeue() }
        }
        return try held.complete()
    }

    private func storage<Result>(_ work: () throws(StorageError) -> Result) throws(ImportFailure) -> Result {
        do { return try work() } catch { throw turn.failure(error) }
    }

    private func work(
        _ task: PreparedTask, _ destination: EventsDestination, _ projects: ProjectMap, _ sink: any EventSink
    ) throws -> TaskOutcome {
        guard held.lease.isHeld else { throw ImportFailure.leaseLost }
        held.current = (0, task.element)
        turn.heartbeat.beat()
        if case .task(let task) = task.element {
            turn.vitals.board.begin(task: TaskNote(task).text, of: held.claim.uuid)
        }
        guard let chunk = try task.events() else {
            throw ImportFailure.permanent(
                Finding(
                    kind: .deserializationFailed, model: Self.subject,
                    reason: "a task of another kind stands in the list of a relocation of events"))
        }
        try Failpoint.reach("chunk.before")
        let saved = try storage { () throws(StorageError) in
            try destination.save(
                chunk.lines.map(projects.input), firstOrdinal: chunk.firstOrdinal, digest: chunk.digest,
                now: WallClock.now())
        }
        try Failpoint.reach("batch.commit")
        try publish(saved.messages, to: sink)
        try Failpoint.reach("chunk.after")
        turn.vitals.countChunk()
        turn.vitals.board.finish(rows: chunk.lines.count, of: held.claim.uuid)
        held.current = nil
        return outcome(saved, chunk)
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

    private func outcome(_ saved: EventsDestination.Result, _ chunk: EventsChunk) -> TaskOutcome {
        var rows = ChunkOutcome()
        rows.isReplay = saved.isReplay
        for fate in saved.fates {
            switch fate {
            case "": rows.account.inserted(model: Self.subject)
            case "replaced": rows.account.overwritten(model: Self.subject)
            case "superseded": rows.account.existing(model: Self.subject)
            default: rows.account.dropped(model: Self.subject, .event(fate))
            }
        }
        rows.drops = saved.rejections.map { place, rejection in
            let at = rejection.place.isEmpty ? "" : "\(rejection.place) "
            // What stands after a colon is left out of lists.
            let reason = "\(at)\(rejection.reason)".replacing(":", with: ",")
            return DroppedRow(
                model: Self.subject, sourcePK: nil, ordinal: chunk.ordinals[place], reason: .event(reason))
        }
        return TaskOutcome(rows: rows)
    }
}

/// The destination's project of each project of the source.
struct ProjectMap {
    private let known: [Int64: Int64]?
    private let map: PrimaryKeyMap?

    /// - Throws: if the destination knows nothing of the relocation that the projects came with
    init(_ options: EventOptions, _ destination: Destination, _ catalogue: Catalogue) throws(ImportFailure) {
        guard let uuid = options.relocation else {
            known = Dictionary(
                (options.projects ?? [:]).compactMap { source, target in Int64(source).map { ($0, target) } },
                uniquingKeysWith: { first, _ in first })
            map = nil
            return
        }
        known = nil
        let context = ImportContext(importUUID: uuid, scope: .organizations)
        let map = try RelocationImport(context, into: destination, catalogue: catalogue).map
        guard !map.isEmpty else {
            throw ImportFailure.permanent(
                Finding(
                    kind: .unknown, model: EventsRun.subject,
                    reason: "the destination knows no import \(uuid), whose projects the events belong to"))
        }
        self.map = map
    }

    func input(_ line: Result<EventLine, EventRejection>) -> Result<EventSaving.Input, EventRejection> {
        line.flatMap { line in
            guard let target = known?[line.project] ?? map?.entries(of: "sentry.project")[line.project]?.newPK else {
                return .failure(
                    EventRejection(
                        "unknown-project", at: "project",
                        "the project \(line.project) of the source has none in the destination"))
            }
            var body = line.body
            body["project"] = .integer(target)
            return .success(EventSaving.Input(project: target, body: body))
        }
    }
}
