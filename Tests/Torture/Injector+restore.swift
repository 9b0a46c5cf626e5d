import Foundation
import TestSupport

extension Injector {
    /// Puts back a copy of the database that is a few seconds old, under the workers' feet.
    ///
    /// What had ended in between is lost for good, and no worker looks at it again: the operator compares what has ended with
    /// the database and enqueues those relocations once more. All others must end as they would have.
    func restoreDatabase(_ fault: Fault) throws -> Bool {
        let site = installation.sites[0]
        let copy = try installation.server.copy(site.databaseURL)
        installation.journal.note("copied")
        pause(fault, 0.5, 4)
        let wasWorked = site.worked > 0
        try installation.server.restore(site.databaseURL, from: copy)
        installation.journal.note("restored")
        site.setRestored()
        return wasWorked
    }

    /// Redis knows nothing, and somebody enqueues another file under the UUID of a relocation that the database knows.
    func enqueueWrongFile(_ fault: Fault) throws -> Bool {
        let site = installation.sites[0]
        let known = try installation.server.ledger(site.databaseURL)
        guard let plan = site.take(of: known.begun, rank: fault.rank) else { return false }
        let others = site.plans.filter { $0.scope == plan.scope && $0.file != plan.file && $0.end == .success }
        guard !others.isEmpty else {
            site.settle(plan, .waiting)
            return false
        }
        return installation.simulatedOperator.enqueueWrongFile(plan, instead: others[fault.rank % others.count], site)
    }
}
