import Catalogue
import Storage
import Testing

@testable import Import

/// A database that is replaced by an older copy of itself while a worker works.
@Suite struct RestoredDatabaseTests {
    private static let organizations = (1...4).map {
        (pk: Int64($0), fields: #"{"name":"o\#($0)","slug":"o\#($0)"}"#)
    }

    /// An older copy lacks the newest chunk row at least.
    private func loseNewestChunk(_ site: Site) throws {
        try site.execute(
            "DELETE FROM sentry_regionimportchunk WHERE id = (SELECT max(id) FROM sentry_regionimportchunk)")
        try site.execute("DELETE FROM sentry_organization WHERE slug IN ('o3', 'o4')")
    }

    @Test(arguments: Engine.allCases) func nothingMoreOfTheSameModelIsWritten(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add("sentry.organization", Array(Self.organizations[0..<2]))
        try work.add("sentry.organization", Array(Self.organizations[2..<4]), from: 3)
        try loseNewestChunk(site)
        let finding = try work.refusal("sentry.organization", [(5, #"{"name":"o5","slug":"o5"}"#)], from: 5)
        #expect(finding.kind == .databaseError)
        #expect(finding.reason.contains("holds 2 of the 3 chunk rows of sentry.organization"), "\(finding.reason)")
        #expect(try site.texts("sentry_organization", "slug") == ["o1", "o2"])
    }

    @Test(arguments: Engine.allCases) func nothingOfAnotherModelIsWritten(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add("sentry.organization", Array(Self.organizations[0..<2]))
        try work.add("sentry.organization", Array(Self.organizations[2..<4]), from: 3)
        try loseNewestChunk(site)
        let finding = try work.refusal("sentry.user", [(1, #"{"username":"u","name":"","email":"u@x.com"}"#)])
        #expect(finding.reason.contains("holds 1 of the 2 chunk rows of sentry.organization"), "\(finding.reason)")
        #expect(try site.rows("auth_user").isEmpty)
    }

    @Test(arguments: Engine.allCases) func aTransactionOfSeveralChunksIsNotCommitted(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add("sentry.organization", Self.organizations)
        try loseNewestChunk(site)
        try site.destination.region.begin()
        try work.add("sentry.user", [(1, #"{"username":"u","name":"","email":"u@x.com"}"#)])
        #expect(throws: ImportFailure.self) { try work.confirmAlone() }
        site.destination.rollback()
        // The end of the relocation is a success of nothing, too.
        #expect(throws: ImportFailure.self) { try work.confirmAlone() }
    }

    /// A worker takes a relocation over and finds rows; the database loses them before it writes anything of its own.
    @Test(arguments: Engine.allCases) func rowsFoundAtATakeOverMustStillBeThereAtTheFirstCommit(_ engine: Engine) throws
    {
        let site = try Site(engine)
        try site.worker().add("sentry.organization", Self.organizations)
        let successor = try site.worker()
        try site.execute("DELETE FROM sentry_regionimportchunk")
        try site.execute("DELETE FROM sentry_organization")
        let finding = try successor.refusal("sentry.user", [(1, #"{"username":"u","name":"","email":"u@x.com"}"#)])
        #expect(finding.reason.contains("holds 0 of the 1 chunk rows of sentry.organization"), "\(finding.reason)")
        #expect(try site.rows("auth_user").isEmpty)
    }

    /// A worker that finds everything written has nothing to write: it must not end the relocation with success either.
    @Test(arguments: Engine.allCases, ["region", "control"])
    func aReplayOfEverythingConfirmsWhatItHasFound(_ engine: Engine, _ silo: String) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add("sentry.user", [(1, #"{"username":"u","name":"","email":"u@x.com"}"#)])
        try work.add("sentry.organization", Self.organizations)
        let successor = try site.worker()
        try successor.add("sentry.organization", Self.organizations)
        try site.execute("DELETE FROM sentry_\(silo)importchunk")
        #expect(throws: ImportFailure.self) { try successor.confirmAlone() }
        let late = try site.worker()
        try late.confirmAlone()
    }

    @Test(arguments: Engine.allCases) func aDatabaseThatKeepsItsRowsIsNotSuspected(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add("sentry.organization", Self.organizations)
        try site.destination.region.begin()
        try work.add("sentry.user", [(1, #"{"username":"u","name":"","email":"u@x.com"}"#)])
        try work.confirmAlone()
        try site.destination.region.commit()
        try work.confirmAlone()
    }

    /// Slugs, implicit rows and mirror rows have no chunk row.
    @Test(arguments: Engine.allCases) func lostDerivedRowsAreNoticed(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.registeredWorker()
        try addBasics(work)
        #expect(work.recordedRows["derived"] == nil)
        try work.provisionSlugs()
        #expect(work.recordedRows["derived"] == 1)
        for model in work.modelsToDerive { try work.derive(model) }
        let parts = try #require(work.recordedRows["derived"])
        #expect(parts > 3, "slugs, implicit rows, mirror rows")
        try work.confirmAlone()
        for model in work.modelsToDerive { try work.derive(model) }
        #expect(work.recordedRows["derived"] == parts, "a replay writes no part twice")
        #expect(try site.registeredWorker().recordedRows["derived"] == parts)

        let table = engine == .sqlite ? "relocation_written" : "relocation.written"
        try site.execute("DELETE FROM \(table) WHERE model = 'derived' AND digest LIKE '%slugs'")
        #expect(throws: ImportFailure.self) { try work.confirmAlone() }
        #expect(try site.registeredWorker().recordedRows["derived"] == parts - 1)
    }
}
