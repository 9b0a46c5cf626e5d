import Catalogue
import Storage
import Testing
import TestSupport

@testable import Import
@testable import Ledger

/// What a chunk costs the server: statements counted there, those around transactions left out, and calls of the seam,
/// each of which is one round trip, or two for a COPY.
@Suite(.serialized) struct StatementCountTests {
    private struct Cost: Equatable {
        var statements = 0
        var calls = 0
    }

    private static let server = Result {
        try PostgresServer(settings: ["shared_preload_libraries": "pg_stat_statements"])
    }

    /// The cost of each model's second chunk of `size` rows: the first also prepares and reads what the relocation
    /// needs once.
    private func costs(_ engine: Engine, chunksOf size: Int64) throws -> [String: Cost] {
        let server = try engine == .postgres ? Self.server.get() : nil
        let site = try server.map { try Site(.postgres, on: $0) } ?? Site(engine)
        try server?.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        func statements() throws -> Int {
            let sum = """
                SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
                WHERE datname LIKE 'test%'
                """
            return Int(try server?.sql(sum) ?? "0") ?? -1
        }
        let work = try site.worker(.global)
        let calls = Tally()
        site.destination.setBeforeStatement { calls.count += 1 }
        defer { site.destination.setBeforeStatement(nil) }
        var costs: [String: Cost] = [:]
        for model in Catalogue.standard.models {
            let rows = PlainRows(model)
            try work.add(model.name, rows.rows(1...size))
            let before = (try statements(), calls.count)
            let outcome = try work.add(model.name, rows.rows(size + 1...2 * size), from: size + 1)
            costs[model.name] = Cost(statements: try statements() - before.0, calls: calls.count - before.1)
            #expect(outcome.reasons == [], "\(model.name)")
        }
        return costs
    }

    private final class Tally { var count = 0 }

    @Test(arguments: Engine.allCases) func aLargeChunkCostsNoMoreThanASmallOne(_ engine: Engine) throws {
        let small = try costs(engine, chunksOf: 2)
        let large = try costs(engine, chunksOf: 50)
        // Beyond the rows from which a COPY is faster, which comes with a savepoint of its own.
        let copied = try costs(engine, chunksOf: 200)
        for model in Catalogue.standard.models {
            let least = try #require(small[model.name])
            let most = try #require(copied[model.name])
            #expect(large[model.name] == least, "\(model.name)")
            #expect(most.calls == least.calls, "\(model.name)")
            #expect(most.statements <= least.statements + 6, "\(model.name): \(least) \(most)")
            // Begin, ids, rows, the chunk row's id and itself, the count of chunk rows, commit; another row for the other
            // silo's copy.
            let plain = model.silo == .control ? 9 : 7
            #expect(
                try least.calls <= (RuleBook(.standard).rule(for: model) is GenericRule ? plain : 13),
                "\(model.name): \(least)")
            #expect(least.statements <= least.calls, "\(model.name): \(least)")
        }
    }
}
