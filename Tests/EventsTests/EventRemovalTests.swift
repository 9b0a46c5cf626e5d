import Catalogue
import Events
import ExportFormat
import Storage
import Testing

/// What a relocation of events has brought is taken back.
struct EventRemovalTests {
    @Test(arguments: Engine.allCases) func nothingIsLeft(_ engine: Engine) throws {
        let history = try History(engine)
        try history.tell(History.uuids[0], 1, [try History.group(["aa"])])
        for ordinal in 1...3 {
            try history.save(
                History.uuids[0], Int64(ordinal),
                [try History.event(ordinal), try History.event(10 + ordinal, hash: "bb")])
        }
        let expected = try EventRemoval(of: History.uuids[0], in: history.site.database, .standard, referrers: [])?
            .count()
        #expect(expected?.tables["nodestore_node"]?.removed == 6)
        #expect(expected?.tables["sentry_groupedmessage"]?.removed == 2)
        let summary = try history.undo(History.uuids[0])
        #expect(summary.tables["nodestore_node"]?.removed == 6)
        #expect(summary.tables["sentry_groupedmessage"]?.removed == 2)
        for table in [
            "nodestore_node", "sentry_groupedmessage", "sentry_grouphash", "sentry_groupenvironment",
            "sentry_grouprelease", "sentry_groupasignee",
        ] { #expect(try history.count(table) == 0, "\(table)") }
        for row in try history.site.rows("sentry_release_project", ["new_groups"]) { #expect(row == [.integer(0)]) }
        for row in try history.site.rows("sentry_releaseprojectenvironment", ["new_issues_count"]) {
            #expect(row == [.integer(0)])
        }
        #expect(try history.undo(History.uuids[0]).tables.isEmpty)
    }

    @Test("What another relocation has saved too stays and is counted", arguments: Engine.allCases)
    func shared(_ engine: Engine) throws {
        let history = try History(engine)
        try history.save(History.uuids[0], 1, [try History.event(1), try History.event(2)])
        try history.save(History.uuids[1], 1, [try History.event(2), try History.event(3)])
        let summary = try history.undo(History.uuids[0])
        let nodes = try #require(summary.tables["nodestore_node"])
        #expect(nodes.removed == 1 && nodes.kept == 1)
        #expect(try history.count("nodestore_node") == 2)
        #expect(try history.row("sentry_groupedmessage", ["times_seen"]) == [.integer(2)])
        // The other one counts it from now on, and takes it along.
        #expect(try history.undo(History.uuids[1]).tables["nodestore_node"]?.removed == 2)
        #expect(try history.count("sentry_groupedmessage") == 0)
    }

    @Test func whatWasThereBeforeStays() throws {
        let history = try History(.sqlite)
        try history.save(History.uuids[0], 1, [try History.event(1)])
        // As if the destination itself had saved it.
        try history.site.database.delete(from: OwnTables.standard.eventChunks, where: [])
        try history.tell(History.uuids[1], 1, [try History.group()])
        try history.save(History.uuids[1], 1, [try History.event(1), try History.event(2)])
        let nodes = try #require(try history.undo(History.uuids[1]).tables["nodestore_node"])
        #expect(nodes.removed == 1 && nodes.kept == 1)
        #expect(try history.row("sentry_groupedmessage", ["times_seen"]) == [.integer(1)])
        #expect(try history.count("nodestore_node") == 1)
    }

    @Test("An issue that people have written about stays", arguments: Engine.allCases)
    func said(_ engine: Engine) throws {
        let history = try History(engine)
        try history.save(History.uuids[0], 1, [try History.event(1)])
        let group = try history.row("sentry_groupedmessage", ["id"])[0].integer ?? 0
        try history.site.seed(
            "sentry_activity",
            [
                try parsed(
                    #"{"id":1,"project_id":5,"group_id":\#(group),"type":1,"user_id":3,"datetime":"2026-01-01T00:00:00+00:00","data":"{}"}"#
                )
            ])
        #expect(try history.undo(History.uuids[0]).tables["sentry_groupedmessage"]?.kept == 1)
        #expect(try history.count("sentry_activity") == 1)
        #expect(try history.row("sentry_groupedmessage", ["times_seen"]) == [.integer(0)])
        #expect(try history.count("nodestore_node") == 0)
    }
}
