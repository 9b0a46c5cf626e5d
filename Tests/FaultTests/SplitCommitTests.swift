import Testing
import TestSupport

/// One transaction that spans two databases. They commit one after the other.
@Suite struct SplitCommitTests {
    /// A deferred constraint is checked in both databases before the first of them commits.
    @Test(arguments: DatabaseSite.Engine.allCases) func aViolationInTheSecondDatabaseStopsTheFirstCommit(
        _ engine: DatabaseSite.Engine
    ) async throws {
        try await onOwnThread {
            let site = try FaultSite(engine, isSplit: true, isAtomic: true)
            let before = try site.site.snapshot()
            try site.site.breakTeamReferences()
            let failure = #expect(throws: SystemFailure.self) { try site.run(FaultSchedule()) }
            #expect(failure?.description.contains("IntegrityError") == true, "\(String(describing: failure))")
            #expect(try site.site.snapshot().tables == before.tables)
        }
    }
}
