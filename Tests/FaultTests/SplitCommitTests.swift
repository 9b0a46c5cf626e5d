import Testing
import TestSupport

/// One transaction over two databases, which commit one after the other.
@Suite struct SplitCommitTests {
    /// What only a commit would notice is noticed before the first of the two.
    @Test(arguments: DatabaseSite.Engine.allCases) func aConstraintOfTheSecondKeepsTheFirstFromCommitting(
        _ engine: DatabaseSite.Engine
    ) async throws {
        try await onThreadOfItsOwn {
            let site = try FaultSite(engine, isSplit: true, isAtomic: true)
            let before = try site.site.snapshot()
            try site.site.misleadTeams()
            let failure = #expect(throws: SystemFailure.self) { try site.run(FaultSchedule()) }
            #expect(failure?.description.contains("IntegrityError") == true, "\(String(describing: failure))")
            #expect(try site.site.snapshot().tables == before.tables)
        }
    }
}
