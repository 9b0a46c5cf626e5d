import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

/// A rule's decision reads the database at most, and what it decides is what is written.
@Suite struct DecideTests {
    private static let everyChange = ImportFlags(mergeUsers: true, overwriteConfigs: true, hideOrganizations: true)

    private struct Decided {
        let rule: any ModelRule
        let batch: Batch
        let rows: [Row]
        let decisions: Decisions
    }

    private func decide(_ model: Model, _ numbers: ClosedRange<Int64>, _ work: RelocationImport) throws -> Decided {
        let batch = work.batch(model, fixedNow)
        let rule = try work.rules.rule(for: model)
        let rows = try sourceRows(model.name, PlainRows(model).rows(numbers), from: numbers.lowerBound)
        var kept: [Row] = []
        for case .kept(let row) in try Normaliser(rule, batch).normalise(rows) { kept.append(row) }
        #expect(kept.count == rows.count, "\(model.name)")
        return Decided(rule: rule, batch: batch, rows: kept, decisions: try rule.decide(kept, batch))
    }

    /// Runs `body` inside a transaction that refuses writes and fresh ids.
    ///
    /// - Parameter table: One that has rows.
    private func readingOnly(_ table: Table, _ database: any Database, _ body: () throws -> Void) throws {
        var failure: (any Error)?
        do throws(StorageError) {
            try database.read(Select(["id"], from: table, limit: 1), pageRows: 1) { _ throws(StorageError) in
                do { try body() } catch {
                    failure = error
                    throw StorageError(.other, "the body failed")
                }
            }
        } catch {
            throw failure ?? error
        }
    }

    /// New rows and rows that are stored already, of every model.
    @Test(arguments: Engine.allCases, [ImportFlags(), everyChange])
    func decidingWritesNothing(_ engine: Engine, _ flags: ImportFlags) throws {
        let site = try Site(engine)
        let work = try site.worker(.global, flags)
        for model in Catalogue.standard.models { try work.add(model.name, PlainRows(model).rows(1...3)) }
        try work.complete()
        let before = try site.snapshot()
        for model in Catalogue.standard.models {
            try readingOnly(model.table, site.destination.region) {
                for numbers: ClosedRange<Int64> in [2...3, 1...3] {
                    let decided = try decide(model, numbers, work)
                    let fates = decided.decisions.fates?.count ?? decided.decisions.inserts.count
                    #expect(fates == decided.rows.count, "\(model.name)")
                }
            }
        }
        #expect(try site.snapshot() == before)
    }

    @Test(arguments: Engine.allCases) func applyingNeedsATransactionThatWrites(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        let model = try #require(Catalogue.standard.model("sentry.organization"))
        try work.add(model.name, PlainRows(model).rows(1...1))
        var isRefused = false
        try? readingOnly(model.table, site.destination.region) {
            let decided = try decide(model, 2...2, work)
            do { _ = try decided.rule.apply(decided.decisions, decided.batch) } catch ImportFailure.transient(let error)
            {
                isRefused = error.kind == .readOnly
                throw error
            }
        }
        #expect(isRefused)
        #expect(try site.rows("sentry_organization").count == 1)
    }

    /// Every value of an inserted row but its id is decided before anything is written.
    @Test(arguments: Engine.allCases, [ImportFlags(), everyChange])
    func whatIsDecidedIsWritten(_ engine: Engine, _ flags: ImportFlags) throws {
        let site = try Site(engine)
        let work = try site.worker(.global, flags)
        let database = site.destination.region
        for model in Catalogue.standard.models {
            let decided = try decide(model, 1...3, work)
            let fates = decided.decisions.fates ?? (0..<3).map { .inserted($0, .inserted) }
            try database.begin()
            let results = try decided.rule.apply(decided.decisions, decided.batch)
            #expect(results.count == 3 && fates.count == 3, "\(model.name)")
            for (fate, result) in zip(fates, results) {
                guard case .inserted(let place, let kind) = fate, case .written(let id, kind, _) = result else {
                    Issue.record("\(model.name): \(fate) became \(result)")
                    continue
                }
                #expect(try stored(model, id, database) == written(decided.decisions.inserts[place], model))
            }
            work.undo(database)
            try work.add(model.name, PlainRows(model).rows(1...3))
        }
    }

    private func stored(_ model: Model, _ id: Int64, _ database: any Database) throws -> [String] {
        let columns = model.writtenColumns.filter { $0 != model.idColumn }.map { model.columns[$0].name }
        let found = try database.select(Select(columns, from: model.table, where: [.equals("id", .integer(id))]))
        return zip(columns, try #require(found.first)).map { "\($0): \($1)" }
    }

    private func written(_ row: Row, _ model: Model) -> [String] {
        model.writtenColumns.filter { $0 != model.idColumn }.map { "\(model.columns[$0].name): \(row.values[$0])" }
    }

    /// Seeing an address makes a user active who has been idle for a minute: an update of another table.
    @Test(arguments: Engine.allCases) func anUpdateOfAnotherTableIsDecidedToo(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        let users = try #require(Catalogue.standard.model("sentry.user"))
        try work.add(
            users.name,
            [
                (1, #"{"username":"a","name":"","email":"","last_active":"2023-11-14T22:13:00Z"}"#),
                (2, #"{"username":"b","name":"","email":"","last_active":"2023-11-14T22:12:00Z"}"#),
                (3, #"{"username":"c","name":"","email":"","last_active":null}"#),
            ])
        let decided = try decide(try #require(Catalogue.standard.model("sentry.userip")), 1...3, work)
        let update = try #require(decided.decisions.relatedUpdates.first)
        #expect(update.table.name == "auth_user" && update.columns == ["last_active"])
        #expect(
            try update.rows == [2, 3].map { [.integer(try work.newPK(users.name, $0)), .timestamp(fixedNow)] })
    }
}
