import Queue

internal import Synchronization

/// What the slots of this worker work on: they write it, and the lease keeper tells it to others.
final class WorkerBoard: Sendable {
    private struct Work {
        let uuid: String
        /// On the lease clock.
        let since: Int64
        var task = ""
        var rows = 0
    }

    /// By number of the slot.
    private let work = Mutex<[Int: Work]>([:])

    func begin(_ uuid: String, slot: Int) {
        work.withLock { $0[slot] = Work(uuid: uuid, since: LeaseClock.now()) }
    }

    func end(slot: Int) { work.withLock { $0[slot] = nil } }

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
        work.withLock { all in
            for (slot, var work) in all where work.uuid == uuid {
                change(&work)
                all[slot] = work
            }
        }
    }

    /// What each slot that is not idle works on.
    func slots(now: Int64 = LeaseClock.now()) -> [SlotWork] {
        work.withLock { $0 }.sorted { $0.key < $1.key }.map { slot, work in
            var report = SlotWork(slot: slot, uuid: work.uuid)
            report.task = work.task
            report.milliseconds = max(0, now - work.since)
            report.rows = work.rows
            return report
        }
    }
}
