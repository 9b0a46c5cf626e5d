import Catalogue
import Storage
import Testing
import TestSupport

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat
@testable import Import
@testable import Ledger

/// Files in which rows stand before those they refer to: they are dropped, once and for all.
@Suite struct HiddenRowTests {
    /// Organizations 10 and 11, teams before, between and behind them, and members that refer to two models.
    private static let file: [(model: String, pk: Int64, fields: String)] = [
        ("sentry.team", 1, #"{"organization":10,"slug":"early","name":"n"}"#),
        ("sentry.organization", 10, #"{"name":"A","slug":"a"}"#),
        ("sentry.team", 2, #"{"organization":10,"slug":"two","name":"n"}"#),
        ("sentry.team", 3, #"{"organization":11,"slug":"three","name":"n"}"#),
        ("sentry.team", 4, #"{"organization":10,"slug":"four","name":"n"}"#),
        ("sentry.organizationmember", 1, #"{"organization":10,"user_id":20}"#),
        ("sentry.organizationmember", 2, #"{"organization":10,"email":"x@x.com","inviter_id":20}"#),
        ("sentry.organization", 11, #"{"name":"B","slug":"b"}"#),
        ("sentry.organization", 12, #"{"name":"C","slug":"c"}"#),
        ("sentry.team", 5, #"{"organization":11,"slug":"five","name":"n"}"#),
        ("sentry.team", 6, #"{"organization":12,"slug":"six","name":"n"}"#),
        ("sentry.user", 20, #"{"username":"a@x.com","name":"A","email":"a@x.com"}"#),
        ("sentry.organizationmember", 3, #"{"organization":12,"user_id":20}"#),
    ]

    /// The file's chunks, as the enqueuer cuts them.
    private static func chunks(size: Int) throws -> [Chunk] {
        let folder = try TemporaryFolder()
        let rows = file.map { #"{"model":"\#($0.model)","pk":\#($0.pk),"fields":\#($0.fields)}"# }
        let path = try folder.write("[\(rows.joined(separator: ","))]", to: "export.json")
        let source = try ExportSource.open(path: path, limits: .standard, catalogue: .standard)
        let survey = try source.survey(scope: .organizations, filter: nil, chunkSize: size)
        var chunks: [Chunk] = []
        try source.cut(survey) { chunks.append($0) }
        return chunks
    }

    private static func perform(_ chunks: some Sequence<Chunk>, _ work: RelocationImport) throws -> RowAccount {
        var account = RowAccount()
        for chunk in chunks {
            let model = try #require(Catalogue.standard.model(chunk.model))
            let contents = try ChunkDecoder.contents(
                of: chunk.payload, model: model, now: fixedNow, catalogue: .standard)
            account.add(
                try work.importChunk(
                    model: model, minOrdinal: chunk.minOrdinal, rows: contents.rows, hidden: contents.hidden,
                    now: fixedNow
                ).account)
        }
        return account
    }

    /// What became of the rows. The inviter is known the second time, so that nothing is told of the null that was written.
    private static func rows(_ account: RowAccount) -> [String: Int] {
        account.counters.filter { !$0.key.contains("|adapted|") }
    }

    private static func expectRows(_ site: Site) throws {
        #expect(try site.texts("sentry_team", "slug") == ["two", "four", "five", "six"])
        let members = try site.rows("sentry_organizationmember")
        #expect(members.map { $0["email"]?.text } == ["x@x.com", nil])
        // The inviter was unknown when the row was written.
        #expect(members.map { $0["inviter_id"] } == [.null, .null])
    }

    @Test(arguments: Engine.allCases, [1, 2, 1000])
    func aReplayFromAnyChunkChangesNothing(_ engine: Engine, _ size: Int) throws {
        let site = try Site(engine)
        let chunks = try Self.chunks(size: size)
        let account = try Self.perform(chunks, try site.worker())
        try Self.expectRows(site)
        #expect(account.totals.inserted == 10)
        #expect(account.totals.droppedTotal == 3)
        let before = try site.snapshot()
        for start in chunks.indices {
            _ = try Self.perform(chunks[start...], try site.worker())
            #expect(try site.snapshot() == before, "from chunk \(start)")
        }
        for other in [1, 2, 3, 1000] {
            let again = try Self.perform(try Self.chunks(size: other), try site.worker())
            #expect(Self.rows(again) == Self.rows(account))
            #expect(try site.snapshot() == before, "chunks of \(other)")
        }
    }

    /// Each worker is lost after one chunk; the next one takes over there, or one chunk before.
    @Test(arguments: Engine.allCases, [0, 1]) func workersThatTakeOverWriteTheSame(
        _ engine: Engine, _ overlap: Int
    ) throws {
        let site = try Site(engine)
        let chunks = try Self.chunks(size: 2)
        for index in chunks.indices {
            _ = try Self.perform(chunks[max(0, index - overlap)...index], try site.worker())
        }
        try Self.expectRows(site)
    }

    /// With rows written that come later, what the same worker writes in between is seen all the same.
    @Test(arguments: Engine.allCases) func rowsOfAChunkLeftOutAreFoundByLaterOnes(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker().add("sentry.organization", [(12, #"{"name":"C","slug":"c"}"#)], from: 3)
        let work = try site.worker()
        let team = #"{"organization":10,"slug":"t","name":"t"}"#
        #expect(try work.add("sentry.team", [(1, team)], hidden: ["sentry.organization": 1]).reasons.count == 1)
        try work.add("sentry.organization", [(10, #"{"name":"A","slug":"a"}"#)])
        let late = #"{"organization":12,"slug":"u","name":"u"}"#
        let outcome = try work.add("sentry.team", [(2, team), (3, late)], from: 2, hidden: ["sentry.organization": 2])
        #expect(outcome.drops.map(\.sourcePK) == [3])
        #expect(try site.texts("sentry_team", "slug") == ["t"])
    }

    @Test(arguments: Engine.allCases) func oneTransactionTooReplaysToTheSame(_ engine: Engine) throws {
        let site = try Site(engine)
        let chunks = try Self.chunks(size: 3)
        for _ in 0..<2 {
            let work = try site.worker()
            try site.destination.region.begin()
            _ = try Self.perform(chunks, work)
            try site.destination.region.commit()
            try Self.expectRows(site)
        }
    }
}
