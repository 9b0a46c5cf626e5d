import Catalogue
import Testing
import TestSupport

@testable import Import
@testable import Ledger
@testable import Storage

/// Destinations of other versions: each change of a schema is adapted to, or refused with the reason before anything is
/// written.
@Suite struct OtherDestinationTests {
    static let seeds = Array(0..<56)

    private static let rows: [(model: String, rows: [(pk: Int64, fields: String)])] = [
        ("sentry.organization", [(10, #"{"name":"Acme","slug":"acme","flags":"1"}"#)]),
        ("sentry.team", [(30, #"{"organization":10,"slug":"core","name":"Core"}"#)]),
        (
            "sentry.user",
            [
                (20, #"{"username":"ann@example.com","name":"Ann","email":"ann@example.com"}"#),
                (21, #"{"username":"bob@example.com","name":"Bob","email":"bob@example.com","avatar_type":1}"#),
            ]
        ),
        (
            "sentry.savedsearch",
            [(25, #"{"organization":10,"type":0,"name":"S","query":"is:unresolved","sort":"date"}"#)]
        ),
        ("sentry.project", [(40, #"{"organization":10,"slug":"web","name":"Web"}"#)]),
        (
            "sentry.organizationmember",
            [(50, #"{"organization":10,"user_id":20,"role":"owner"}"#), (51, #"{"organization":10,"user_id":21}"#)]
        ),
        ("sentry.dashboard", [(60, #"{"organization":10,"title":"D","created_by_id":20,"filters":{"a":[1]}}"#)]),
        ("sentry.projectkey", [(70, #"{"project":40,"public_key":"a","secret_key":"b","label":"L"}"#)]),
        ("sentry.rule", [(80, #"{"project":40,"label":"R","data":"{\"actions\":[]}"}"#)]),
        ("sentry.organizationmemberteam", [(90, #"{"organizationmember":50,"team":30}"#)]),
        ("sentry.useremail", [(95, #"{"user":20,"email":"ann@example.com","is_verified":true}"#)]),
    ]

    @Test func everyKindIsSeeded() {
        #expect(Set(Self.seeds.map { "\(SchemaChange(seed: $0).kind)" }).count == SchemaChange.Kind.allCases.count)
    }

    @Test("A changed table", arguments: Engine.allCases, seeds) func changed(_ engine: Engine, _ seed: Int) throws {
        let change = SchemaChange(seed: seed)
        guard engine == .postgres || change.sqlite != nil else { return }
        let site = try Site(engine)
        if engine == .postgres {
            for sql in change.postgres { try site.execute(sql) }
        } else {
            try site.execute(change.sqlite ?? "")
        }
        let raw = try site.connect()
        let fit = try raw.fit(.standard)
        let fatal = fit.mismatches.filter(\.isFatal)
        if !fatal.isEmpty {
            #expect(fatal.contains { $0.table == change.table }, "\(change): \(fatal)")
            #expect(
                [.addedWithout, .shortened, .retyped, .dropped].contains(change.kind),
                "\(change) is no reason: \(fatal)")
            return
        }
        #expect([.addedWithout, .shortened].contains(change.kind) == false || fit.isExact, "\(change)")
        let planned = try planned(try site.connect(), fit)
        let first = try imported(raw, fit)
        #expect(first.outcomes == planned.outcomes, "\(change)")
        let rows = first.contents.mapValues(\.count).filter { $1 > 0 }
        #expect(planned.tables.filter { $1 > 0 } == rows, "\(change)")
        let again = try imported(try site.connect(), fit)
        #expect(again.account == first.account, "\(change)")
        #expect(first.contents == again.contents, "\(change)")
    }

    private struct Result {
        var account = RowAccount.Counts()
        /// Of each model, what is adapted included.
        var outcomes: [RowAccount] = []
        var contents: [String: [[Value]]] = [:]
        /// Table → rows that a plan inserts.
        var tables: [String: Int] = [:]
    }

    /// What an import on an overlay finds.
    private func planned(_ raw: Destination, _ fit: SchemaFit) throws -> Result {
        let base = Destination(raw, by: fit)
        try base.region.beginReading(snapshot: nil)
        defer { base.rollback() }
        let overlay = try OverlayDatabase(
            over: base.region, catalogue: fit.catalogue, layouts: base.layouts, inMemory: true)
        var result = try imported(Destination(region: overlay, control: nil, over: base), fit.catalogue)
        result.tables = overlay.insertedRows
        return result
    }

    /// Every row becomes something; foreign keys are checked by each commit.
    private func imported(_ raw: Destination, _ fit: SchemaFit) throws -> Result {
        let destination = Destination(raw, by: fit)
        var result = try imported(destination, fit.catalogue)
        result.contents = try Site.contents(destination, fit.catalogue)
        return result
    }

    private func imported(_ destination: Destination, _ catalogue: Catalogue) throws -> Result {
        let work = try RelocationImport(
            ImportContext(importUUID: uuidA, scope: .organizations), into: destination, catalogue: catalogue)
        var result = Result()
        var account = RowAccount()
        for (name, rows) in Self.rows {
            let model = try #require(catalogue.model(name))
            let outcome = try work.importChunk(
                model: model, minOrdinal: 1, rows: sourceRows(name, rows, of: catalogue), now: fixedNow)
            #expect(outcome.account.totals.total == rows.count)
            account.add(outcome.account)
            result.outcomes.append(outcome.account)
        }
        try work.provisionSlugs(now: fixedNow)
        for model in work.modelsToDerive { try work.derive(model, now: fixedNow) }
        result.account = account.totals
        // What is written already loses nothing again.
        result.account.adapted = [:]
        return result
    }

    @Test(arguments: Engine.allCases) func whatIsGoneIsCounted(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.execute("ALTER TABLE auth_user DROP COLUMN avatar_type")
        let fit = try site.connect().fit(.standard)
        #expect(fit.mismatches.filter(\.isFatal) == [])
        let words = "Sentry of about 24.9, guessed from its columns: 84 models exact, 1 adapted, 0 not possible"
        #expect(fit.summary == words)
        #expect(
            fit.models.first { $0.verdict == .adapted }?.reasons == ["avatar_type is not there: values are left out"])
        let work = try RelocationImport(
            ImportContext(importUUID: uuidA, scope: .users), into: Destination(site.connect(), by: fit),
            catalogue: fit.catalogue)
        let rows = try sourceRows("sentry.user", Self.rows[2].rows)
        let outcome = try work.importChunk(
            model: try #require(fit.catalogue.model("sentry.user")), minOrdinal: 1, rows: rows, now: fixedNow)
        #expect(
            outcome.account.models["sentry.user"]?.adapted
                == ["avatar_type: the destination has no such column": 1])
        #expect(outcome.account.totals.inserted == 2)
    }

    @Test(arguments: Engine.allCases) func textsBecomeJSONAndBack(_ engine: Engine) throws {
        let site = try Site(engine)
        if engine == .postgres {
            try site.execute("ALTER TABLE sentry_rule ALTER COLUMN data TYPE jsonb USING data::jsonb")
            try site.execute("ALTER TABLE sentry_rule ALTER COLUMN label TYPE text")
        } else {
            try site.execute(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, '"data" text', '"data" jsonb')
                WHERE type = 'table' AND name = 'sentry_rule';
                PRAGMA writable_schema = RESET
                """)
        }
        let raw = try site.connect()
        let fit = try raw.fit(.standard)
        #expect(fit.layouts.keys.sorted() == ["sentry_rule"])
        _ = try imported(raw, fit)
        let table = try #require(fit.catalogue.table("sentry_rule"))
        let read = try Destination(site.connect(), by: fit).region.select(Select(["data", "label"], from: table))
        #expect(read.first?[1] == .text("R"))
        #expect(read.first?[0].text?.filter { $0 != " " } == #"{"actions":[]}"#)
    }
}
