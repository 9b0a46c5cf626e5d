import Catalogue
import Storage
import Testing
import TestSupport

@testable import Import
@testable import Ledger

@Suite struct ReplayTests {
    /// Rows of several models with drops, merges and made names; chunks of `size` rows.
    @discardableResult
    private func importAll(_ work: RelocationImport, chunkSize size: Int, from model: Int = 0) throws -> RowAccount {
        let users = (1...7).map {
            (pk: Int64($0), fields: #"{"username":"u\#($0 % 6)","name":"","email":"u\#($0)@x.com"}"#)
        }
        let models: [(String, [(pk: Int64, fields: String)])] = [
            ("sentry.organization", [(10, #"{"name":"A","slug":"docs"}"#), (11, #"{"name":"B","slug":"b"}"#)]),
            ("sentry.user", users),
            (
                "sentry.project",
                (1...5).map { (Int64($0), #"{"organization":\#(9 + $0 % 3),"slug":"p\#($0)","name":"p"}"#) }
            ),
            (
                "sentry.organizationmember",
                (1...6).map { (Int64($0), #"{"organization":10,"user_id":\#($0),"token":"t\#($0)"}"#) }
            ),
            (
                "sentry.useroption",
                (1...6).map { (Int64($0), #"{"user":\#(1 + $0 % 2),"key":"k\#($0 % 3)","value":"1"}"#) }
            ),
            (
                "sentry.projectkey",
                (1...6).map { (Int64($0), #"{"project":\#($0),"label":"l","public_key":"","secret_key":""}"#) }
            ),
            ("sentry.querysubscription", (1...5).map { (Int64($0), #"{"project":\#($0),"type":"t"}"#) }),
        ]
        var account = RowAccount()
        for (name, rows) in models.dropFirst(model) {
            for start in stride(from: 0, to: rows.count, by: size) {
                let chunk = Array(rows[start..<min(start + size, rows.count)])
                account.add(try work.add(name, chunk, from: Int64(start) + 1).account)
            }
        }
        try work.provisionSlugs(now: fixedNow)
        for name in Catalogue.standard.derivedModels {
            try work.derive(try #require(Catalogue.standard.model(name)), now: fixedNow)
        }
        return account
    }

    @Test(arguments: Engine.allCases, [false, true])
    func replayingAFinishedRelocationChangesNothing(_ engine: Engine, _ merges: Bool) throws {
        let site = try Site(engine)
        let flags = ImportFlags(mergeUsers: merges)
        let account = try importAll(try site.worker(.organizations, flags), chunkSize: 3)
        #expect(account.totals.total == 37)
        let before = try site.snapshot()
        for size in [1, 2, 3, 4, 1000] {
            #expect(try importAll(try site.worker(.organizations, flags), chunkSize: size) == account)
            #expect(try site.snapshot() == before)
        }
        for model in 0...6 { try importAll(try site.worker(.organizations, flags), chunkSize: 3, from: model) }
        #expect(try site.snapshot() == before)
    }

    @Test(arguments: Engine.allCases) func anotherChunkSizeContinuesWhereAWorkerWasLost(_ engine: Engine) throws {
        let site = try Site(engine)
        let rows = (1...9).map { (pk: Int64($0), fields: #"{"name":"o","slug":"o\#($0)"}"#) }
        try site.worker().add("sentry.organization", Array(rows[0..<4]))
        let work = try site.worker()
        let outcome = try work.add("sentry.organization", rows)
        #expect(outcome.account.totals.inserted == 9)
        #expect(!outcome.isReplay)
        #expect(try site.texts("sentry_organization", "slug") == (1...9).map { "o\($0)" })
        // The key of the first chunk is taken: what is new stands under its own first row.
        #expect(try site.column("sentry_regionimportchunk", "min_ordinal") == [.integer(1), .integer(5)])
        #expect(try site.column("sentry_regionimportchunk", "max_ordinal") == [.integer(4), .integer(9)])
        #expect(try site.worker().add("sentry.organization", rows).isReplay)
    }

    @Test(arguments: Engine.allCases) func aRowThatIsNewInAReplayFindsAFreeKey(_ engine: Engine) throws {
        let site = try Site(engine)
        let teams: [(pk: Int64, fields: String)] = [
            (1, #"{"organization":11,"slug":"x","name":"x"}"#), (2, #"{"organization":10,"slug":"y","name":"y"}"#),
        ]
        let first = try site.worker()
        try first.add("sentry.organization", [(10, #"{"name":"A","slug":"a"}"#)])
        #expect(try first.add("sentry.team", teams).account.totals.inserted == 1)
        let second = try site.worker()
        try second.add("sentry.organization", [(11, #"{"name":"B","slug":"b"}"#)], from: 2)
        #expect(try second.add("sentry.team", teams).account.totals.inserted == 2)
        #expect(try site.texts("sentry_team", "slug") == ["y", "x"])
    }

    @Test(arguments: Engine.allCases, ["sentry.user", "sentry.organization", "sentry.option", "sentry.apitoken"])
    func ofTwoWorkersOneWritesAndTheOtherReuses(_ engine: Engine, _ name: String) throws {
        let site = try Site(engine)
        let prior = try site.worker(.global)
        try prior.add("sentry.user", [(1, #"{"username":"first","name":"","email":"f@x.com"}"#)])
        let fields: (Int) -> String = { number in
            switch name {
            case "sentry.user": #"{"username":"u\#(number)","name":"","email":"u\#(number)@x.com"}"#
            case "sentry.organization": #"{"name":"o","slug":"o\#(number)"}"#
            case "sentry.option": #"{"key":"k\#(number)","value":"1"}"#
            default: #"{"user":1,"token":"t\#(number)","refresh_token":null}"#
            }
        }
        let rows = (2...40).map { (pk: Int64($0), fields: fields($0)) }
        nonisolated(unsafe) let shared = site
        let accounts = try inParallel(2) { _ in
            let work = try shared.worker(.global, on: try shared.connect())
            return try work.add(name, rows, from: 2).account
        }
        #expect(accounts[0] == accounts[1])
        #expect(accounts[0].totals.inserted == 39)
        let table = try #require(Catalogue.standard.model(name)).table.name
        #expect(try site.rows(table).count == (name == "sentry.user" ? 40 : 39))
        if name == "sentry.user" {
            #expect(try site.texts("auth_user", "username").allSatisfy { $0?.contains("-") == false })
        }
        let chunks = try site.rows("sentry_controlimportchunk") + site.rows("sentry_regionimportchunk")
        #expect(chunks.count == 2)
    }

    /// The loser begins when the winner is done: it has not seen the winner's rows, and meets them as its own.
    @Test(arguments: Engine.allCases) func aLateWorkerTakesTheWinnersResult(_ engine: Engine) throws {
        let site = try Site(engine)
        let late = try site.worker(on: try site.connect())
        let users: [(pk: Int64, fields: String)] = [
            (1, #"{"username":"Ab","name":"","email":""}"#), (2, #"{"username":"Cd","name":"","email":""}"#),
        ]
        let winner = try site.worker()
        try winner.add("sentry.user", users)
        let outcome = try late.add("sentry.user", users)
        #expect(outcome.isReplay)
        #expect(outcome.account.totals.inserted == 2)
        #expect(try late.newPK("sentry.user", 2) == winner.newPK("sentry.user", 2))
        #expect(try site.texts("auth_user", "username") == ["Ab", "Cd"])
        #expect(try site.rows("sentry_controlimportchunkreplica").count == 1)
    }

    /// A worker of a list that is gone still writes, while another works the list of the same file with other chunks.
    @Test(arguments: Engine.allCases) func overlappingChunksOfTwoListsAreWrittenOnce(_ engine: Engine) throws {
        let site = try Site(engine)
        try addBasics(try site.worker())
        let rows = (1...6).map { (pk: Int64($0), fields: #"{"project":40,"type":"t\#($0)"}"#) }
        let name = "sentry.querysubscription"
        let late = try site.worker(on: try site.connect())
        let owner = try site.worker()
        try owner.add(name, Array(rows[0..<4]))
        // Rows 3 and 4 are there already, under the other list's first row.
        let outcome = try late.add(name, Array(rows[2..<6]), from: 3)
        #expect(outcome.account.totals.inserted == 4)
        try owner.add(name, Array(rows[4..<6]), from: 5)
        #expect(try site.texts("sentry_querysubscription", "type") == (1...6).map { "t\($0)" })
        #expect(try late.newPK(name, 4) == owner.newPK(name, 4))
        #expect(try late.newPK(name, 6) == owner.newPK(name, 6))
    }

    /// As above, with both transactions open at once.
    @Test(arguments: Engine.allCases) func overlappingChunksAtTheSameTimeAreWrittenOnce(_ engine: Engine) throws {
        let site = try Site(engine)
        try addBasics(try site.worker())
        let rows = (1...120).map { (pk: Int64($0), fields: #"{"project":40,"type":"t\#($0)"}"#) }
        nonisolated(unsafe) let shared = site
        let workers = try (0..<3).map { _ in try site.worker(on: try site.connect()) }
        nonisolated(unsafe) let working = workers
        _ = try inParallel(3) { number in
            let size = [7, 10, 16][number]
            for start in stride(from: 0, to: rows.count, by: size) {
                let chunk = Array(rows[start..<min(start + size, rows.count)])
                try working[number].add("sentry.querysubscription", chunk, from: Int64(start) + 1)
            }
        }
        let types = try shared.texts("sentry_querysubscription", "type").compactMap { $0 }
        #expect(types.sorted() == rows.map { "t\($0.pk)" }.sorted())
    }

    @Test(arguments: Engine.allCases) func aLostCopyOfAChunkIsMadeByTheNextWorker(_ engine: Engine) throws {
        let site = try Site(engine, isSplit: true, separately: true)
        let work = try site.worker()
        try addBasics(work)
        let copies = try site.rows("sentry_controlimportchunkreplica")
        #expect(copies.map { $0["model"] } == [.text("sentry.user")])
        let own = try site.rows("sentry_controlimportchunk")
        #expect(own.map { $0["inserted_map"] } == copies.map { $0["inserted_map"] })
        // As after a crash between the two commits.
        try site.execute("DELETE FROM sentry_controlimportchunkreplica")
        let next = try site.worker()
        let healed = try site.rows("sentry_controlimportchunkreplica")
        #expect(healed.map { $0["inserted_map"] } == copies.map { $0["inserted_map"] })
        #expect(try next.newPK("sentry.user", 20) == work.newPK("sentry.user", 20))
        try addBasics(next)
        #expect(try site.rows("sentry_controlimportchunkreplica").count == 1)
        #expect(try site.rows("auth_user").count == 1)
        // References cross the silos.
        try next.add("sentry.organizationmember", [(1, #"{"organization":10,"user_id":20}"#)])
        #expect(try site.texts("sentry_organizationmember", "user_email") == ["a@x.com"])
    }

    @Test(arguments: Engine.allCases) func aModelOfTheOtherSiloIsRefused(_ engine: Engine) throws {
        let site = try Site(engine, isSplit: true, separately: true)
        let swapped = Destination(region: site.destination.control, control: site.destination.region)
        let sound = try site.worker()
        // A worker whose databases are mixed up finds no chunk rows of its silo either.
        #expect(throws: ImportFailure.self) { try site.worker(on: swapped) }
        let halfSwapped = Destination(region: site.destination.region, control: try site.connect().region)
        try site.execute("CREATE TABLE sentry_controlimportchunk AS SELECT * FROM sentry_regionimportchunk")
        let work = try site.worker(on: halfSwapped)
        let finding = try work.refusal("sentry.user", [(1, #"{"username":"a","name":"","email":""}"#)])
        #expect(finding.kind == .incorrectSiloMode)
        #expect(finding.model == "sentry.user")
        try sound.add("sentry.user", [(1, #"{"username":"a","name":"","email":""}"#)])
    }

    // MARK: One transaction

    @Test(arguments: Engine.allCases, [false, true])
    func oneTransactionLeavesNothingWhenItFails(_ engine: Engine, _ isSplit: Bool) throws {
        let site = try Site(engine, isSplit: isSplit)
        let work = try site.worker()
        try site.destination.region.begin()
        if isSplit { try site.destination.control.begin() }
        try addBasics(work)
        let finding = try work.refusal("sentry.rule", [(1, #"{"project":40,"label":null,"data":"{}"}"#)])
        expect(finding, .integrityError, "sentry.rule", 1, pk: 1)
        site.destination.rollback()
        #expect(try site.snapshot().isEmpty)
        #expect(try !work.isOvertaken())
    }

    @Test(arguments: Engine.allCases) func oneTransactionThatWasOvertakenSaysSo(_ engine: Engine) throws {
        let site = try Site(engine)
        let late = try site.worker(on: try site.connect())
        try addBasics(try site.worker())
        #expect(try late.isOvertaken())
        #expect(try !site.worker().isOvertaken())
    }

    /// Between the two commits: the region's rows get the ids that the control silo knows, or are there after all.
    @Test(arguments: Engine.allCases) func aWorkerLostBetweenTwoCommitsIsFollowed(_ engine: Engine) throws {
        let site = try Site(engine, isSplit: true, separately: true)
        let other = try site.connect()
        func begin(_ destination: Destination) throws -> RelocationImport {
            let work = try site.worker(on: destination)
            try destination.region.begin()
            try destination.control.begin()
            // No row of the control silo: its chunk row's copy would wait for the slow worker.
            try work.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
            try work.derive(try #require(Catalogue.standard.model("sentry.organization")), now: fixedNow)
            try work.prepareCommits()
            return work
        }
        let lost = try begin(other)
        let planned = try lost.newPK("sentry.organization", 10)
        try other.control.commit()
        let follower = try site.worker()
        #expect(try !follower.isOvertaken())
        // It was only slow: its second commit comes when the follower is there already.
        try other.region.commit()
        #expect(try follower.isOvertaken())
        try site.execute("DELETE FROM sentry_regionimportchunk; DELETE FROM sentry_organization")

        let next = try begin(site.destination)
        try site.destination.control.commit()
        try site.destination.region.commit()
        #expect(try next.newPK("sentry.organization", 10) == planned)
        #expect(
            try site.column("sentry_organizationmapping", "organization_id") == site.column("sentry_organization", "id")
        )
        try next.finishCommits()
        #expect(try site.rows("sentry_controlimportchunk").isEmpty)
        #expect(try site.worker().newPK("sentry.organization", 10) == planned)
    }

    @Test(arguments: Engine.allCases) func aFailedGlobalImportLeavesRowsAndNumbersAsTheyWere(_ engine: Engine) throws {
        let site = try Site(engine)
        try addBasics(try site.worker())
        let before = try site.snapshot()
        let work = try site.worker(.global, uuid: uuidB)
        try site.destination.region.begin()
        try work.clear()
        #expect(try site.rows("auth_user").isEmpty)
        try work.add("sentry.organization", [(77, #"{"name":"G","slug":"g"}"#)])
        #expect(try work.newPK("sentry.organization", 77) == 1)
        _ = try work.refusal("sentry.organization", [(78, #"{"name":null,"slug":"h"}"#)], from: 2)
        site.destination.rollback()
        #expect(try site.snapshot() == before)
        let next = try site.worker(uuid: uuidB)
        try next.add("sentry.organization", [(5, #"{"name":"N","slug":"n"}"#)])
        #expect(try next.newPK("sentry.organization", 5) > 1)
    }

    @Test(arguments: Engine.allCases) func aGlobalImportStartsItsNumbersAgain(_ engine: Engine) throws {
        let site = try Site(engine)
        try addBasics(try site.worker())
        let work = try site.worker(.global, uuid: uuidB)
        try site.destination.region.begin()
        try work.clear()
        try work.add(
            "sentry.organization", [(77, #"{"name":"G","slug":"g"}"#), (78, #"{"name":"H","slug":"h"}"#)])
        try work.add("sentry.project", [(900, #"{"organization":77,"slug":"p","name":"p"}"#)])
        try site.destination.region.commit()
        #expect(try site.column("sentry_organization", "id") == [.integer(1), .integer(2)])
        #expect(try site.column("sentry_project", "id") == [.integer(900)])
        #expect(try site.rows("auth_user").isEmpty)
        let later = try site.worker()
        try later.add("sentry.organization", [(10, #"{"name":"L","slug":"l"}"#)])
        #expect(try later.newPK("sentry.organization", 10) == 3)
        // What is there of this import is not cleared away by the worker that takes it over.
        let replay = try site.worker(.global, uuid: uuidB)
        try site.destination.region.begin()
        try replay.clear()
        try site.destination.region.commit()
        #expect(try site.rows("sentry_organization").count == 3)
    }
}
