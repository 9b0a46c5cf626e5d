import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// `events` brings events with their issues, through both programs.
@Suite struct EventRelocationTests {
    private func site(_ form: LedgerSite.Form) throws -> LedgerSite {
        let site = try LedgerSite(form)
        let database = try DatabaseConnector.open(DatabaseURL(site.databaseURL))
        let catalogue = Catalogue.standard
        let now = Value.timestamp(1_700_000_000_000_000)
        try database.insert(
            Insert(
                into: catalogue.requireTable("sentry_organization"),
                columns: ["id", "name", "slug", "status", "date_added", "default_role", "flags", "is_test"],
                rows: [
                    [.integer(1), .text("A"), .text("a"), .integer(0), now, .text("member"), .integer(1), .bool(false)]
                ]))
        try database.insert(
            Insert(
                into: catalogue.requireTable("sentry_project"),
                columns: ["id", "name", "slug", "organization_id", "public", "date_added", "status", "flags"],
                rows: [
                    [
                        .integer(3), .text("P"), .text("p"), .integer(1), .bool(false), now, .integer(0), .integer(10),
                    ]
                ]))
        return site
    }

    private func line(_ number: Int) -> String {
        let id = String(format: "%032x", number)
        return
            #"{"project":12,"body":{"event_id":"\#(id)","type":"error","timestamp":1700000000.5,"received":1700000001,"#
            + #""platform":"python","level":"error","hashes":["0123456789abcdef0123456789abcdef"],"title":"E: v","#
            + #""metadata":{"type":"E","value":"v"},"culprit":"c"}}"#
    }

    private func count(_ site: LedgerSite, _ table: String) throws -> Int {
        let database = try DatabaseConnector.open(DatabaseURL(site.databaseURL))
        return try database.select(Select(["id"], from: Catalogue.standard.requireTable(table))).count
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func eventsAreSavedAndTold(_ form: LedgerSite.Form) throws {
        let site = try site(form)
        let folder = site.installation.folder
        let text = (1...700).map(line).joined(separator: "\n") + "\nnot json\n"
        let file = try folder.write(text, to: "events.ndjson")
        let map = try folder.write(#"{"12":3}"#, to: "map.json")

        let checked = try site.enqueue("events", "--check", "--json", "--project-map", map, file)
        #expect(checked.code == 0, "\(checked.errors)")
        #expect(checked.output.contains(#""accepted":700"#) && checked.output.contains(#""not-json":1"#))

        let queued = try site.enqueue("events", "--silent", "--project-map", map, file)
        #expect(queued.code == 0, "\(queued.errors)")
        let uuid = queued.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let sink = "file://" + folder.file("sink.ndjson")
        #expect(try site.worker("run", "--drain", "--event-sink", sink).code == 0)
        let status = try site.installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS")
        #expect((status["rows"] as? [String: Int])?["inserted"] == 700, "\(status)")
        #expect((status["dropped"] as? [String: Int]) == ["rejected:not-json": 1])
        #expect(try count(site, "nodestore_node") == 700)
        #expect(try count(site, "sentry_groupedmessage") == 1)
        let lines = folder.read("sink.ndjson").split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix(#"{"topic":"events""#) }.count == 700)

        // The same events once more: nothing counts twice.
        #expect(try site.enqueue("events", "--silent", "--project-map", map, file).code == 0)
        #expect(try site.worker("run", "--drain", "--event-sink", "none").code == 0)
        let database = try DatabaseConnector.open(DatabaseURL(site.databaseURL))
        let seen = try database.select(
            Select(["times_seen"], from: Catalogue.standard.requireTable("sentry_groupedmessage")))
        #expect(seen == [[.integer(700)]])
    }

    @Test func aSinkThatIsAwayLosesNothing() throws {
        let site = try site(.sqlite)
        let folder = site.installation.folder
        let file = try folder.write((1...3).map(line).joined(separator: "\n"), to: "events.ndjson")
        let map = try folder.write(#"{"12":3}"#, to: "map.json")
        let queued = try site.enqueue("events", "--silent", "--project-map", map, file)
        let uuid = queued.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let away = "file://" + folder.file("no/such/folder")
        let held = try site.worker("run", "--drain", "--outage-budget", "1", "--event-sink", away)
        #expect(held.code == 69, "\(held.errors)")
        let waiting = try site.installation.status(uuid)
        #expect(waiting["status"] as? String == "IN_PROGRESS" && waiting["attempts"] as? Int == 0, "\(waiting)")
        let sink = "file://" + folder.file("sink.ndjson")
        #expect(try site.worker("run", "--drain", "--event-sink", sink).code == 0)
        #expect(
            folder.read("sink.ndjson").split(separator: "\n").filter { $0.contains(#""topic":"events""#) }.count == 3)
        #expect(try site.installation.status(uuid)["status"] as? String == "SUCCESS")
    }

    @Test func usage() throws {
        let site = try LedgerSite(.sqlite)
        #expect(try site.enqueue("events", "x").code == 64)
        let map = try site.installation.folder.write("[]", to: "map.json")
        #expect(try site.enqueue("events", "--project-map", map, "x").code == 65)
        #expect(try site.worker("run", "--drain", "--event-sink", "kafka://u:p@h:1").code == 64)
    }
}

extension EventRelocationTests {
    /// What was saved comes out again, and goes in elsewhere.
    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func eventsAreExported(_ form: LedgerSite.Form) throws {
        let site = try site(form)
        let folder = site.installation.folder
        let file = try folder.write((1...30).map(line).joined(separator: "\n"), to: "events.ndjson")
        let map = try folder.write(#"{"12":3}"#, to: "map.json")
        #expect(try site.enqueue("events", "--silent", "--project-map", map, file).code == 0)
        #expect(try site.worker("run", "--drain", "--event-sink", "none").code == 0)

        let out = folder.file("out.ndjson")
        let exported = try site.worker("export", "events", "--projects", "p", out)
        #expect(exported.code == 0, "\(exported.errors)")
        #expect(exported.errors.contains("Exported 30 events of 30 rows."))
        let lines = folder.read("out.ndjson").split(separator: "\n")
        #expect(lines.count == 30 && lines.allSatisfy { $0.hasPrefix(#"{"project":3,"body":{"#) })
        let none = try site.worker("export", "events", "--projects", "3", "--until", "2023-11-14", "--silent", "-")
        #expect(none.code == 0 && none.output.isEmpty)
        let some = try site.worker(
            "export", "events", "--projects", "3", "--since", "2023-11-14", "--types", "error", "-")
        #expect(some.output.split(separator: "\n").count == 30)
        #expect(try site.worker("export", "events", "--projects", "nobody", "-").code == 66)
        #expect(try site.worker("export", "events", "--projects", "p", "--since", "yesterday", "-").code == 64)

        let other = try self.site(.sqlite)
        let back = try other.installation.folder.write(#"{"3":3}"#, to: "map.json")
        #expect(try other.enqueue("events", "--silent", "--project-map", back, out).code == 0)
        #expect(try other.worker("run", "--drain", "--event-sink", "none").code == 0)
        #expect(try count(other, "nodestore_node") == 30)
    }
}
