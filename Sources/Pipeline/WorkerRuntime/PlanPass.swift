import Catalogue
import Import
import Queue
import Relocation
import Storage

/// Finds out what an import would do: works its tasks with the import's own code on an overlay of the destination, whose
/// databases are only read, each at one moment.
struct PlanPass {
    let turn: Turn
    let context: ImportContext
    let preparer: TaskPreparer
    let isOneTransaction: Bool
    /// Whether the pass only confirms a plan: then it shows no chunks as done.
    let confirms: Bool
    /// Models of the file that no catalogue knows.
    var learned: [LearnedModel] = []

    /// What a pass has found.
    struct Result {
        var plan = ImportPlan()
        var rows = ChunkOutcome()
        /// Why the import would fail.
        var finding: Finding?
        /// Why the pass ended early.
        var interruption: Interruption?
        let feed: TaskFeed
    }

    func run() throws -> Result {
        let begin = LeaseClock.now()
        try turn.beginReading()
        defer { turn.destination.rollback() }
        let overlays = try Overlays(over: turn.destination, catalogue, inMemory: turn.held.hidesNames, turn)
        let work = try RelocationImport(context, into: overlays.destination, catalogue: catalogue)
        var result = Result(feed: turn.feed(preparer))
        var account = PlanAccount()
        do {
            try perform(work, overlays, &result, &account)
        } catch ImportFailure.permanent(let finding) {
            result.finding = finding
        }
        result.plan = account.plan(of: work.map, overlays, catalogue)
        result.plan.finding = result.finding?.json()
        result.plan.learned = learned
        if result.interruption == nil {
            do throws(StorageError) {
                try PlanCollisions(turn: turn, overlays: overlays).tell(work.map, &result.plan)
                try overlays.tellRoom(&result.plan)
            } catch {
                throw turn.failure(error)
            }
        }
        result.plan.seconds = Self.estimate(milliseconds: LeaseClock.now() - begin)
        return result
    }

    var catalogue: Catalogue { turn.settings.destination.catalogue }

    private func perform(
        _ work: RelocationImport, _ overlays: Overlays, _ result: inout Result, _ account: inout PlanAccount
    ) throws {
        defer { overlays.destination.rollback() }
        let progress = TransactionProgress(turn.held)
        if isOneTransaction {
            try overlays.destination.begin(deferringWrites: false, catalogue)
            if context.scope == .global { try work.clear(onProgress: progress.tell) }
        }
        var tasks = WholeList(result.feed, preparer)
        while let task = try tasks.next() {
            if turn.stop.isRequested {
                result.interruption = .stop
                return
            }
            // The steps around the rows write none.
            if try task.prepared.flow() != nil { continue }
            var outcome = try turn.perform(task.prepared, at: task.index, causedBy: task.cause, work).task
            // No row was written, so that none is to be remembered.
            outcome.rows.written = []
            turn.held.current = nil
            account.add(outcome.rows)
            result.rows.add(outcome.rows)
            tasks.add(outcome.followUps, after: task)
            let request = try progress.show(
                chunks: confirms ? 0 : tasks.feed.unacknowledged, rows: result.rows.account.totals.total)
            if request != .none {
                result.interruption = .operators(request)
                return
            }
        }
        if isOneTransaction { try overlays.destination.commit(catalogue) }
    }

    /// An import takes longer than its plan, because it waits for commits: a round figure, and the plan says "about".
    private static let importPerPlan = 1.5

    private static func estimate(milliseconds: Int64) -> Int {
        max(Int((Double(milliseconds) * importPerPlan / 1_000).rounded(.up)), 1)
    }
}

/// An overlay for each database of a destination.
struct Overlays {
    let destination: Destination
    private let all: [OverlayDatabase]
    private let base: Destination

    init(over base: Destination, _ catalogue: Catalogue, inMemory: Bool, _ turn: Turn) throws(ImportFailure) {
        self.base = base
        do {
            let region = try OverlayDatabase(
                over: base.region, catalogue: catalogue, layouts: base.layouts, inMemory: inMemory)
            guard base.isSplit else {
                destination = Destination(region: region, control: nil, over: base)
                all = [region]
                return
            }
            let control = try OverlayDatabase(
                over: base.control, catalogue: catalogue, layouts: base.layouts, inMemory: inMemory)
            destination = Destination(region: region, control: control, over: base)
            all = [region, control]
        } catch {
            throw turn.failure(error)
        }
    }

    /// Whether a row was made here.
    func isFresh(_ id: Int64, of model: Model) -> Bool {
        let overlay = all.count == 1 || model.silo == .region ? all[0] : all[1]
        return overlay.isFresh(id, of: model.table)
    }

    /// Table → rows that were inserted.
    var insertedRows: [String: Int] {
        all.reduce(into: [:]) { rows, overlay in rows.merge(overlay.insertedRows) { $0.saturatedAdding($1) } }
    }

    /// A database needs the rows' room twice: in its files and in its log.
    private static let copies: Int64 = 2

    func tellRoom(_ plan: inout ImportPlan) throws(StorageError) {
        let databases = base.isSplit ? [("region", base.region), ("control", base.control)] : [("all", base.region)]
        for (overlay, (name, database)) in zip(all, databases) {
            plan.room.append(
                ImportPlan.Room(
                    database: name, bytesNeeded: try overlay.writtenBytes() * Self.copies,
                    bytesFree: try database.schema.condition().freeBytes))
        }
    }
}
