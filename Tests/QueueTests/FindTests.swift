import TestSupport
import Testing

@testable import Queue

/// Relocations are looked for by what an operator knows of them.
@Suite struct FindTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
    }

    /// Records as an enqueuer leaves them, `number` milliseconds after 1970; every third has failed.
    private func fill(_ numbers: ClosedRange<Int>) throws {
        var commands = RedisCommands()
        for number in numbers {
            commands.append([
                "HSET", .text("{test}:record:\(uuid(number))"), "status", number % 3 == 0 ? "FAILURE" : "IN_PROGRESS",
                "step", "IMPORTING", "scope", number % 2 == 0 ? "users" : "config", "sourceName",
                .text("f\(number).json"),
                "createdAt", .number(number), "chunksTotal", "4", "chunksDone", "1", "published", "1",
                "options", #"{"chunkSize":3000,"format":2,"mergeUsers":true}"#, "destination",
                .text("sqlite:/db\(number % 5)"),
            ])
            commands.append(["HSET", .text("{test}:counters:\(uuid(number))"), "sentry.user|inserted", "7"])
            commands.append(["ZADD", "{test}:index", .number(number), .text(uuid(number))])
        }
        _ = try queue.connection.exchange(commands)
    }

    private func find(_ change: (inout RelocationQuery) -> Void) throws -> FoundRelocations {
        var query = RelocationQuery()
        query.isWhole = false
        change(&query)
        return try queue.find(query)
    }

    @Test func theNewestComeFirstAndTheRestIsCounted() throws {
        try fill(1...30)
        let all = try find { _ in }
        #expect(all.relocations.map(\.uuid) == (1...30).reversed().map(uuid) && all.more == 0)
        for limit in [1, 29, 30, 31] {
            let some = try find { $0.limit = limit }
            #expect(some.relocations.map(\.uuid) == (1...30).reversed().prefix(limit).map(uuid))
            #expect(some.more == max(0, 30 - limit), "\(limit)")
        }
        let whole = try find { $0.isWhole = true }.relocations[0]
        #expect(try whole == queue.status(uuid(30)) && whole.counters == ["sentry.user|inserted": 7])
        let fields = all.relocations[0]
        #expect(fields.counters == [:] && fields.options == whole.options && fields.sourceName == "f30.json")
        #expect(fields.status == whole.status && fields.chunksTotal == 4 && fields.createdAt == 30)
    }

    @Test func whatHasChangedIsFound() throws {
        try fill(1...5)
        for number in [2, 4] {
            _ = try fixture.server.cli(["HSET", "{test}:record:\(uuid(number))", "updatedAt", String(number * 10)])
        }
        func changed(since time: Int64) throws -> [Int] {
            try find { $0.changedSince = time }.relocations.map { Int($0.createdAt) }
        }
        // Of those without a time nobody knows.
        #expect(try changed(since: 20) == [5, 4, 3, 2, 1] && changed(since: 21) == [5, 4, 3, 1])
        #expect(try changed(since: 41) == [5, 3, 1] && changed(since: 0).count == 5)
    }

    @Test func eachFilterAndAllTogether() throws {
        try fill(1...30)
        func numbers(_ change: (inout RelocationQuery) -> Void) throws -> [Int] {
            try find(change).relocations.map { Int($0.createdAt) }
        }
        #expect(try numbers { $0.status = .failure } == [30, 27, 24, 21, 18, 15, 12, 9, 6, 3])
        #expect(try numbers { $0.scope = "users" }.count == 15)
        #expect(try numbers { $0.destination = "db4" } == [29, 24, 19, 14, 9, 4])
        #expect(try numbers { $0.since = 28 } == [30, 29, 28])
        #expect(try numbers { $0.destination = "default" }.count == 30)
        _ = try fixture.server.cli(["HSET", "{test}:record:\(uuid(3))", "destinationName", "eu"])
        #expect(try numbers { $0.destination = "eu" } == [3])
        let found = try find {
            $0.status = .failure
            $0.scope = "users"
            $0.since = 7
            $0.limit = 2
        }
        // 30, 24, 18 and 12 fit.
        #expect(found.relocations.map(\.createdAt) == [30, 24] && found.more == 2)
    }

    /// More than one run of the script looks at.
    @Test func tenThousandAreReadInPages() throws {
        try fill(1...10_000)
        #expect(try find { $0.limit = 50 }.more == 9_950)
        // The fastest of a few, and far above what it takes alone (7 ms): other tests run meanwhile.
        let clock = ContinuousClock()
        let fastest = try (1...5).map { _ in try clock.measure { _ = try find { $0.limit = 50 } } }.min()
        #expect(fastest ?? .seconds(9) < .milliseconds(500))
        let failed = try find { $0.status = .failure }
        #expect(failed.relocations.count == 3_333 && failed.more == 0)
        #expect(Set(failed.relocations.map(\.uuid)).count == 3_333)
        let counted = try find {
            $0.status = .failure
            $0.limit = 1_500
        }
        #expect(counted.relocations.count == 1_500 && counted.more == 1_833)
        #expect(try find { $0.isWhole = true }.relocations.count == 10_000)
    }

    @Test func whatIsDamagedIsListedAndWhatIsGoneIsForgotten() throws {
        try fill(1...5)
        _ = try fixture.server.cli(["DEL", "{test}:record:\(uuid(5))"])
        _ = try fixture.server.cli(["DEL", "{test}:record:\(uuid(4))"])
        _ = try fixture.server.cli(["SET", "{test}:record:\(uuid(4))", "mine"])
        _ = try fixture.server.cli(["HSET", "{test}:record:\(uuid(3))", "status", "ARCHIVED", "chunksDone", "x"])
        _ = try fixture.server.cli(["RPUSH", "{test}:history:\(uuid(5))", "{}"])
        _ = try fixture.server.cli(["ZADD", "{test}:index", "9", "no uuid"])
        for isWhole in [true, false] {
            let found = try find { $0.isWhole = isWhole }.relocations
            #expect(found.map(\.uuid) == [uuid(4), uuid(3), uuid(2), uuid(1)])
            #expect(found[0].scope == "" && found[1].status == .unknown("ARCHIVED"))
        }
        #expect(try fixture.server.cli(["ZSCORE", "{test}:index", uuid(5)]) == "")
        #expect(try fixture.server.cli(["EXISTS", "{test}:history:\(uuid(5))"]) == "0")
        #expect(try find { $0.scope = "users" }.relocations.map(\.uuid) == [uuid(2)])
    }

    @Test func uuidsByTheirBeginning() throws {
        try fill(1...30)
        func found(_ prefix: String, limit: Int = 5) throws -> [String] {
            try queue.uuids(beginningWith: prefix, limit: limit)
        }
        #expect(try found(uuid(7)) == [uuid(7)])
        #expect(try found("00000000-0000-4000-8000-00000000002").count == 5)
        #expect(try found("00000000-0000-4000-8000-00000000002", limit: 20).count == 10)
        #expect(try found("00000000-0000-4000-8000-00000000003") == [uuid(30)])
        #expect(try found("1") == [])
        _ = try fixture.server.cli(["DEL", "{test}:record:\(uuid(30))"])
        #expect(try found("00000000-0000-4000-8000-00000000003") == [], "its retention has ended")
    }
}
