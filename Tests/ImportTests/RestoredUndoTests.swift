import Catalogue
import Testing
import Undo

@testable import Import
@testable import Ledger
@testable import Storage

/// An older copy of the database is put back while a worker undoes a relocation: rows that it has removed are there again.
@Suite struct RestoredUndoTests {
    @Test(arguments: UndoTests.Setting.all) func theUndoBeginsAgain(_ setting: UndoTests.Setting) throws {
        let site = try setting.site()
        let before = try site.everything()
        let work = try site.begin(uuidA, .users)
        try work.add("sentry.user", [(1, #"{"username":"ada","name":"","email":"ada@x.com"}"#)])
        try work.add("sentry.email", [(1, #"{"email":"ada@x.com"}"#)])
        try work.add("sentry.useroption", [(1, #"{"user":1,"key":"timezone","value":"\"UTC\""}"#)])
        try work.complete()

        let undo = UndoWork(try site.plan(uuidA), of: try site.footprint(uuidA), in: site.destination, .standard)
        var summary = UndoSummary()
        try undo.mark("undone")
        var copied: Value?
        #expect(throws: StorageError.self) {
            try undo.remove(&summary) { _, table in
                switch table {
                // The copy is made after the first transaction has marked the entry anew.
                case "sentry_useroption": copied = try site.mark()
                case "sentry_email": try site.mark(#require(copied))
                default: break
                }
            }
        }
        #expect(copied != nil)
        #expect(try site.entry(uuidA)?.ended(.undoing) == true)
        try site.undo(uuidA)
        #expect(try site.everything() == before)
    }
}

extension Site {
    fileprivate func footprint(_ uuid: String) throws -> Footprint {
        try Footprint(uuid, in: destination, .standard)
    }

    /// When the undo of the only import was last marked.
    fileprivate func mark() throws -> Value {
        let table = OwnTables.standard.imports
        return try #require(try destination.region.select(Select(["ended_at"], from: table)).first?[0])
    }

    fileprivate func mark(_ time: Value) throws {
        let table = OwnTables.standard.imports
        let id = try #require(try destination.region.select(Select(["id"], from: table)).first?[0])
        try destination.region.update(Update(table, set: ["ended_at"], rows: [[id, time]]))
    }
}
