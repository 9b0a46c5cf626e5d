import Catalogue
import Testing

@testable import Storage

@Suite("Reading once per transaction")
struct ReadOnceKeyTests {
    @Test("One reading per transaction is enough only if writes are deferred", arguments: Engine.allCases)
    func readOnceKey(engine: Engine) throws {
        let test = try TestDatabase(engine)
        // Its file must stay.
        defer { withExtendedLifetime(test) {} }
        let database = test.database
        #expect(database.readOnceKey == nil)
        try database.begin()
        #expect(database.readOnceKey == nil)
        try database.commit()
        try database.begin(deferringWrites: true)
        let first = try #require(database.readOnceKey)
        _ = try database.select(Select(["id"], from: Tables.users))
        #expect(database.readOnceKey == first)
        try database.commit()
        #expect(database.readOnceKey == nil)
        try database.begin(deferringWrites: true)
        #expect(try #require(database.readOnceKey) != first)
        database.rollback()
        #expect(database.readOnceKey == nil)
    }
}
