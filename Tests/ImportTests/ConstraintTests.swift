import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct ConstraintTests {
    private static let good = #"{"project":40,"label":"r","data":"{}"}"#

    /// Rules of a project: each a way to break the second of them.
    @Test(
        arguments: Engine.allCases,
        [
            (Finding.Kind.integrityError, #"{"project":40,"label":null,"data":"{}"}"#),
            (.integrityError, #"{"project":40,"label":"r","data":"{}","status":-1}"#),
            (.integrityError, #"{"project":40,"label":"r","data":"{}","owner_team":30,"owner_user_id":20}"#),
            (.integrityError, #"{"project":null,"label":"r","data":"{}"}"#),
            (.databaseError, #"{"project":40,"label":"\#(String(repeating: "x", count: 257))","data":"{}"}"#),
            (.unknown, #"{"project":40,"label":"r","data":"{}","source":2147483648}"#),
            // The reference asserts before it sends, and the database fits values before it looks for nulls.
            (.unknown, #"{"project":40,"label":null,"data":"{}","source":2147483648}"#),
            (.databaseError, #"{"project":null,"label":"\#(String(repeating: "x", count: 257))","data":"{}"}"#),
            (.integrityError, #"{"project":40,"label":null,"data":"{}","status":-1}"#),
        ]) func theFindingNamesTheRow(_ engine: Engine, _ fault: (kind: Finding.Kind, fields: String)) throws
    {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let finding = try work.refusal("sentry.rule", [(70, Self.good), (71, fault.fields), (72, Self.good)], from: 41)
        expect(finding, fault.kind, "sentry.rule", 42, pk: 71)
        #expect(try site.rows("sentry_rule").isEmpty)
        #expect(try site.rows("sentry_regionimportchunk").allSatisfy { $0["model"] != .text("sentry.rule") })
        // The same worker goes on where the rows are sound.
        #expect(try work.add("sentry.rule", [(70, Self.good)], from: 41).account.totals.inserted == 1)
    }

    /// An operator must decide which of the two it is.
    @Test(arguments: Engine.allCases) func aClashNamesTheOtherRow(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let fields = #"{"organization_id":10,"name":"e"}"#
        let help = "has it: change organization_id, name of one of the two, or leave the row out"
        let twin = try work.refusal("sentry.environment", [(1, fields), (2, fields)])
        expect(twin, .integrityError, "sentry.environment", 2, pk: 2)
        #expect(twin.plainReason == "\(twin.reason); row 1 (pk 1) of the file \(help)")

        try work.add("sentry.environment", [(1, fields)])
        let clash = try work.refusal("sentry.environment", [(2, fields)], from: 2)
        let id = try #require(try site.column("sentry_environment", "id").first?.integer)
        let named = try clash.namingHolder(in: site.destination, .standard)
        #expect(named.plainReason == "\(clash.reason); the row with the id \(id) (\"e\") in the destination \(help)")
        #expect(named.reason == clash.reason && named.loggedReason == clash.reason, "names are not for logs")
    }

    /// As the reference does, a text is stored without its NUL characters, and has to fit without them.
    @Test(arguments: Engine.allCases) func aTextIsStoredWithoutNUL(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let full = String(repeating: "x", count: 256)
        try work.add("sentry.rule", [(70, #"{"project":40,"label":"\u0000\#(full)\u0000","data":"{}"}"#)])
        #expect(try site.texts("sentry_rule", "label") == [full])
    }

    /// Where each row holds its number for `$`, and the second the bad field in place of the good one.
    struct Break: Sendable, CustomTestStringConvertible {
        let kind: Finding.Kind
        let model: String
        let common: String
        let good: String
        let bad: String

        var testDescription: String { "\(model) \(bad)" }

        func row(_ number: Int) -> (pk: Int64, fields: String) {
            let fields = "{\(common),\(number == 2 ? bad : good)}"
            return (Int64(number), fields.replacing("$", with: "\(number)"))
        }

        private static let search = #""organization":10,"user_id":20,"query":"q$""#
        private static let sampling =
            #""organization":10,"query":"q","condition":"{}","start_date":"2024-01-01T00:00:00Z","#
            + #""end_date":"2024-01-01T00:00:00Z","num_samples":1,"condition_hash":"h","rule_id":$"#

        static let all = [
            Break(.databaseError, "recentsearch", search, good: #""type":32767"#, bad: #""type":32768"#),
            // The type is fitted before the check is run.
            Break(.databaseError, "recentsearch", search, good: #""type":0"#, bad: #""type":-32769"#),
            Break(.integrityError, "recentsearch", search, good: #""type":0"#, bad: #""type":-32768"#),
            Break(.integrityError, "recentsearch", search, good: #""type":0"#, bad: #""type":null"#),
            Break(
                .integrityError, "environment", #""organization_id":10"#, good: #""name":"e$""#, bad: #""name":"e1""#),
            Break(
                .integrityError, "team", #""organization":10,"name":"n","slug":"t$""#, good: #""status":0"#,
                bad: #""status":-1"#),
            Break(
                .integrityError, "customdynamicsamplingrule", sampling, good: #""sample_rate":0.5"#,
                bad: #""sample_rate":null"#),
        ]

        private init(_ kind: Finding.Kind, _ model: String, _ common: String, good: String, bad: String) {
            self.kind = kind
            self.model = "sentry.\(model)"
            self.common = common
            self.good = good
            self.bad = bad
        }
    }

    @Test(arguments: Engine.allCases, Break.all)
    func everyKindOfConstraintNamesItsRow(_ engine: Engine, _ fault: Break) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let finding = try work.refusal(fault.model, (1...3).map(fault.row), from: 41)
        expect(finding, fault.kind, fault.model, 42, pk: 2)
        try work.add(fault.model, [fault.row(1), fault.row(3)], from: 41)
    }

    @Test(arguments: Engine.allCases) func spacesBeyondTheLengthAreCut(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let label = String(repeating: "é", count: 256)
        try work.add("sentry.rule", [(1, #"{"project":40,"label":"\#(label)   ","data":"{}"}"#)])
        #expect(try site.texts("sentry_rule", "label") == [label])
    }

    /// A later row's fault is found before the statement is sent, an earlier one's only by the database.
    @Test(arguments: Engine.allCases, [false, true])
    func theFirstFailingRowOfTheFileIsNamed(_ engine: Engine, _ isAtomic: Bool) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let environment = { (name: String) in #"{"organization_id":10,"name":\#(name)}"# }
        if isAtomic { try site.destination.region.begin() }
        let finding = try work.refusal(
            "sentry.environment",
            [
                (1, environment(#""a""#)), (2, environment(#""b""#)), (3, environment(#""a""#)),
                (4, environment("null")), (5, environment(#""\#(String(repeating: "x", count: 65))""#)),
            ])
        expect(finding, .integrityError, "sentry.environment", 3, pk: 3)
        if isAtomic { site.destination.rollback() }
        #expect(try site.rows("sentry_environment").isEmpty)
    }

    @Test(arguments: Engine.allCases) func aRowThatALaterOneReplacesIsCheckedToo(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let finding = try work.refusal(
            "sentry.useremail",
            [
                (1, #"{"user":20,"email":"z@x.com"}"#),
                (2, #"{"user":20,"email":"\#(String(repeating: "x", count: 76))"}"#),
                (3, #"{"user":20,"email":null}"#),
            ])
        expect(finding, .databaseError, "sentry.useremail", 2, pk: 2)
    }

    /// In a transaction of several chunks, too, it is found at the end of the chunk that breaks it.
    @Test(arguments: Engine.allCases, [false, true])
    func aReferenceThatIsGoneIsFoundAtTheEndOfTheChunk(_ engine: Engine, _ isAtomic: Bool) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add(
            "sentry.organization", [(1, #"{"name":"A","slug":"a"}"#), (2, #"{"name":"B","slug":"b"}"#)])
        try site.execute("DELETE FROM sentry_organization WHERE slug = 'b'")
        if isAtomic {
            try site.destination.region.begin()
            try work.add("sentry.user", [(1, #"{"username":"u","name":"","email":"u@x.com"}"#)])
            try work.add("sentry.team", [(9, #"{"organization":1,"slug":"w","name":"w"}"#)])
        }
        let finding = try work.refusal(
            "sentry.team",
            [
                (1, #"{"organization":1,"slug":"x","name":"x"}"#), (2, #"{"organization":2,"slug":"y","name":"y"}"#),
                (3, #"{"organization":1,"slug":"z","name":"z"}"#), (4, #"{"organization":2,"slug":"q","name":"q"}"#),
            ], from: 21)
        expect(finding, .integrityError, "sentry.team", 22, pk: 2)
        #expect(finding.reason.contains("organization_id points at a row that does not exist"), "\(finding.reason)")
        if isAtomic { site.destination.rollback() }
        #expect(try site.rows("sentry_team").isEmpty)
        #expect(try site.rows("auth_user").isEmpty)
    }

    @Test(arguments: Engine.allCases) func aGlobalImportIsHeldBackByWhatPointsAtItsTables(_ engine: Engine) throws {
        let site = try Site(engine)
        try addBasics(try site.worker())
        try site.execute(
            """
            CREATE TABLE plugin_note (id integer PRIMARY KEY, user_id bigint REFERENCES auth_user (id)
                DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO plugin_note SELECT 1, id FROM auth_user
            """)
        let before = try site.snapshot()
        let work = try site.worker(.global, uuid: uuidB)
        try site.destination.region.begin()
        do {
            try work.clear()
            Issue.record("the tables were cleared")
        } catch {
            guard case .permanent(let finding) = error else { throw error }
            #expect(finding.kind == .integrityError)
            #expect(finding.reason.contains("plugin_note"), "\(finding.reason)")
        }
        site.destination.rollback()
        #expect(try site.snapshot() == before)
    }

    @Test(arguments: Engine.allCases) func aMissingReferenceDropsEvenWhereNullIsAllowed(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let outcome = try work.add(
            "sentry.rule",
            [
                (1, #"{"project":40,"label":"r","data":"{}","owner_user_id":99}"#), (2, Self.good),
                (3, #"{"project":41,"label":"r","data":"{}"}"#),
            ])
        #expect(
            outcome.reasons == [
                "missingReference:owner_user_id->sentry.user", "missingReference:project->sentry.project",
            ])
        #expect(outcome.drops.map(\.sourcePK) == [1, 3])
        let chunk = try #require(try site.rows("sentry_regionimportchunk").last)
        #expect(chunk["min_ordinal"] == .integer(1))
        #expect(chunk["max_ordinal"] == .integer(1))
        #expect(chunk["min_source_pk"] == .integer(2))
    }

    @Test func whatNoWorkerMayWriteIsRefused() throws {
        let site = try Site(.sqlite)
        let work = try site.worker()
        let user: [(pk: Int64, fields: String)] = [(1, #"{"username":"a","name":"","email":""}"#)]
        let model = try #require(Catalogue.standard.model("sentry.user"))
        let rows = try sourceRows("sentry.user", user)
        func refusal(_ work: RelocationImport, _ ordinal: Int64) -> Finding? {
            do {
                _ = try work.importChunk(model: model, minOrdinal: ordinal, rows: rows)
            } catch {
                if case .permanent(let finding) = error { return finding }
            }
            return nil
        }
        #expect(refusal(work, 0)?.kind == .invalidMinOrdinal)
        #expect(refusal(try site.worker(uuid: ""), 1)?.kind == .missingImportUUID)
        #expect(try site.rows("auth_user").isEmpty)
    }
}
