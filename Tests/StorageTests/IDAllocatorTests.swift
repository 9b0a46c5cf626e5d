import Catalogue
import Testing

@testable import Storage

@Suite("Id allocator")
struct IDAllocatorTests {
    private func take(
        _ counts: [Int], _ table: Table, _ allocator: IDAllocator, _ database: any Database
    ) throws -> [[Int64]] {
        try counts.map { Array(try allocator.take($0, for: table, from: database)) }
    }

    @Test("It reserves ahead for a growing number of requests, up to eight", arguments: Engine.allCases)
    func ahead(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let allocator = IDAllocator(looksAhead: true)
        // Nobody else gets an id between these: each reservation covers that many requests of ten.
        var next: Int64 = 1
        for factor in [1, 2, 4, 8, 8] {
            for _ in 0..<factor {
                #expect(try take([10], table, allocator, test.database) == [Array(next..<next + 10)])
                next += 10
            }
            #expect(try test.database.reserveIDs(1, for: table) == [next])
            next += 1
        }
    }

    @Test("Without looking ahead, and for a table that is never ahead, there are no gaps", arguments: Engine.allCases)
    func exact(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        for allocator in [
            IDAllocator(looksAhead: false), IDAllocator(looksAhead: true, neverAhead: ["auth_user"]),
        ] {
            let first = try #require(try test.database.reserveIDs(1, for: table).first)
            #expect(
                try take([2, 1, 3], table, allocator, test.database) == [
                    [first + 1, first + 2], [first + 3], [first + 4, first + 5, first + 6],
                ])
            #expect(try test.database.reserveIDs(1, for: table) == [first + 7])
        }
        let allocator = IDAllocator(looksAhead: true, neverAhead: ["auth_user"])
        #expect(try take([1, 1, 1], try Tables.emails, allocator, test.database) == [[1], [2], [3]])
        // The second reservation covered two requests.
        #expect(try test.database.reserveIDs(1, for: Tables.emails) == [4])
    }

    @Test("Forgotten ids are not handed out", arguments: Engine.allCases)
    func forgets(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let allocator = IDAllocator(looksAhead: true)
        #expect(try take([1, 1], table, allocator, test.database) == [[1], [2]])
        allocator.forget()
        #expect(try take([1], table, allocator, test.database) == [[4]])
        #expect(try take([0], table, allocator, test.database) == [[]])
    }
}
