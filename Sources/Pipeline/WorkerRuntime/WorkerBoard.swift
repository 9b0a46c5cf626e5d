import Queue

internal import Synchronization

/// What this worker process tells others of itself: its slots write, the lease keeper sends it to Redis.
final class WorkerBoard: Sendable {
    private struct Work {
        let uuid: String
        /// On the lease clock.
        let since: Int64
        var task = ""
        var rows = 0
    }

    private struct State {
        var destination = ""
        var trouble = ""
        /// By number of the slot.
        var work: [Int: Work] = [:]
    }

    private let state = Mutex(State())

    /// The worker has reached its destination.
    func serve(_ identity: String) { state.withLock { $0.destination = identity } }

    /// What keeps the worker from working; empty once nothing does.
    func setTrouble(_ text: String) { state.withLock { $0.trouble = text } }

    func begin(_ uuid: String, slot: Int) {
        state.withLock { $0.work[slot] = Work(uuid: uuid, since: LeaseClock.now()) }
    }

    func end(slot: Int) { state.withLock { $0.work[slot] = nil } }

    /// A task of a relocation begins.
    func begin(task: String, of uuid: String) { update(uuid) { $0.task = task } }

    /// The task at hand is done.
    func finish(rows: Int, of uuid: String) {
        update(uuid) { work in
            work.task = ""
            work.rows += rows
        }
    }

    private func update(_ uuid: String, _ change: (inout Work) -> Void) {
        state.withLock { state in
            for (slot, var work) in state.work where work.uuid == uuid {
                change(&work)
                state.work[slot] = work
            }
        }
    }

    /// Everything, as Redis takes it.
    func entry(_ settings: WorkerSettings, _ stop: StopSignal, now: Int64 = LeaseClock.now()) -> WorkerEntry {
        var entry = WorkerEntry(
            name: settings.name, instance: settings.instance, host: settings.host, pid: settings.processID)
        entry.version = settings.version
        entry.destinationName = settings.destinationName
        entry.concurrency = settings.concurrency
        entry.isDraining = settings.drains
        entry.isStopping = stop.isRequested
        entry.isQuiet = stop.isQuiet
        state.withLock { state in
            entry.destination = state.destination
            entry.trouble = state.trouble
            entry.slots = state.work.sorted { $0.key < $1.key }.map { slot, work in
                var report = SlotWork(slot: slot, uuid: work.uuid)
                report.task = work.task
                report.milliseconds = max(0, now - work.since)
                report.rows = work.rows
                return report
            }
        }
        return entry
    }
}
