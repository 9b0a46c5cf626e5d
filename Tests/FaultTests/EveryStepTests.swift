import Catalogue
import Foundation
import Queue
import Testing
import TestSupport

/// Disturbs an import at its n-th step, for every n, until an import has no n-th step. The end state never differs.
@Suite struct EveryStepTests {
    /// One destination and way of working.
    struct Setting: Sendable, CustomTestStringConvertible {
        let engine: DatabaseSite.Engine
        let isSplit: Bool
        let isAtomic: Bool
        let number: Int

        var testDescription: String {
            "\(engine.rawValue)\(isSplit ? ", split silos" : "")\(isAtomic ? ", atomic" : "")"
        }

        /// The modes in which to disturb a step: one per step, in rotation, and another one per setting at the same
        /// step. Split or atomic settings skip each second step. With `RELOCATION_FAULTS=all`: each step in all modes.
        func modes(atStep step: Int) -> [FaultMode] {
            if isExhaustive { return FaultMode.allCases }
            if isSplit || isAtomic, step % 2 == 0 { return [] }
            return [FaultMode.allCases[(step / (isSplit || isAtomic ? 2 : 1) + number) % FaultMode.allCases.count]]
        }
    }

    static let isExhaustive = ProcessInfo.processInfo.environment["RELOCATION_FAULTS"] == "all"

    static let settings = (0..<8).map { number in
        Setting(
            engine: number < 4 ? .sqlite : .postgres, isSplit: number & 2 != 0, isAtomic: number & 1 != 0,
            number: number)
    }

    @Test(arguments: settings) func aFaultDoesNotChangeTheEndState(_ setting: Setting) async throws {
        try await onOwnThread { try Self.disturbEveryStep(setting) }
    }

    private static func disturbEveryStep(_ setting: Setting) throws {
        let began = ContinuousClock.now
        let site = try FaultSite(setting.engine, isSplit: setting.isSplit, isAtomic: setting.isAtomic)
        let reference = try Reference(site)
        var faults = 0
        var step = 0
        var isMet = true
        // On a busy machine an import may have a step less: a commit batch closes at its time limit, too.
        while isMet || step <= reference.steps {
            step += 1
            for mode in setting.modes(atStep: step) {
                let schedule = FaultSchedule(mode, at: step)
                let found = try site.run(schedule)
                isMet = schedule.place != nil
                guard let place = schedule.place else { continue }
                faults += 1
                reference.check(found, "\(setting.testDescription): \(mode.rawValue) at step \(step), \(place)")
            }
        }
        print(
            "\(setting.testDescription): \(faults) faults at \(reference.steps) steps, \(ContinuousClock.now - began)")
    }

    /// The result of undisturbed imports.
    private struct Reference {
        let outcome: FaultSite.Outcome
        let expected: ExpectedState
        let steps: Int

        init(_ site: FaultSite) throws {
            outcome = try site.run(FaultSchedule())
            let schedule = FaultSchedule()
            let others = [try site.run(schedule), try site.run(FaultSchedule())]
            expected = ExpectedState(outcome.snapshot, others.map(\.snapshot))
            steps = schedule.steps
            #expect(outcome.status.status == .success)
            #expect(outcome.status.counters.values.reduce(0, +) == FaultyExport.rows.count)
            // Otherwise the comparison would prove little.
            #expect(expected.coverage.stable * 10 > expected.coverage.all * 8, "\(expected.coverage)")
            for other in others { check(other, "nothing") }
        }

        func check(_ found: FaultSite.Outcome, _ fault: String) {
            #expect(found.status.status == .success, "\(fault)")
            #expect(found.recordedEnd == "SUCCESS", "\(fault)")
            #expect(found.status.recordedRows == outcome.status.recordedRows, "\(fault)")
            #expect(found.status.counters == outcome.status.counters, "\(fault)")
            #expect(found.listed == outcome.listed, "\(fault)")
            if let difference = expected.difference(from: found.snapshot) {
                Issue.record("\(difference), after \(fault)")
            }
        }
    }
}

/// Runs blocking work away from the pool of threads that all tests share.
func onOwnThread(_ work: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let thread = Thread { continuation.resume(with: Result { try work() }) }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
