import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// `events` brings events with their issues, through both programs.
@Suite struct EventRelocationTests {
    /// A destination with one organization and the project 3.
    static func site(_ form: LedgerSite.Form) throws -> LedgerSite {
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

    private func site(_ form: LedgerSite.Form) throws -> LedgerSite { try Self.site(form) }

    private func line(_ number: Int) -> String { Self.line(number) }

    /// An error of the source's project 12.
    static func line(_ number: Int) -> String {
        let id = String(format: "%032x", number)
        return
            #"{"project":12,"body":{"event_id":"\#(id)","key_id":null,"type":"error","timestamp":1700000000.5,"received":1700000001,"#
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
        // Each project counts by itself; a line that names none does too.
        let models = try #require(status["models"] as? [String: [String: Any]])
        #expect(models.keys.sorted() == ["event", "event of project 12"])
        #expect(models["event of project 12"]?["inserted"] as? Int == 700)
        let listed = try site.enqueue("dropped", uuid)
        #expect(listed.output.contains("is not JSON"), "\(listed.output)")
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
        #expect(exported.errors.contains("  project 3: 30 events\n    type error: 30\n    day 2023-11-14: 30\n"))
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

    /// Through the key map of the import that has brought the project, with the state that the source's people have given.
    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func theIssuesComeAlong(_ form: LedgerSite.Form) throws {
        let source = try site(form)
        let folder = source.installation.folder
        let file = try folder.write((1...3).map(line).joined(separator: "\n"), to: "events.ndjson")
        #expect(
            try source.enqueue("events", "--silent", "--project-map", folder.write(#"{"12":3}"#, to: "map.json"), file)
                .code == 0)
        #expect(try source.worker("run", "--drain", "--event-sink", "none").code == 0)
        try resolve(source)
        let (out, groups) = (folder.file("out.zst"), folder.file("groups.zst"))
        let exported = try source.worker("export", "events", "--projects", "p", "--groups", groups, "--zstd", out)
        #expect(exported.code == 0 && exported.errors.contains("the state of 1 issues"), "\(exported.errors)")

        let map = folder.file("map.json")
        let compressed = try source.enqueue(
            "events", "--check", "--json", "--project-map", map, "--groups", groups, out)
        #expect(compressed.output.contains(#""lines":4,"accepted":0,"groups":0"#), "the map names 12, not 3")
        #expect(try source.worker("export", "events", "--projects", "p", folder.file("out.ndjson")).code == 0)
        // The source has got them with a key.
        let events = try folder.write(
            folder.read("out.ndjson").replacing(#""key_id":null"#, with: #""key_id":"50""#), to: "keyed.ndjson")

        let target = try LedgerSite(form)
        let rows = #"""
            [{"model":"sentry.organization","pk":1,"fields":{"name":"A","slug":"a"}},
             {"model":"sentry.user","pk":8,"fields":{"username":"ada","email":"ada@x.com"}},
             {"model":"sentry.project","pk":3,"fields":{"organization":1,"slug":"p","name":"P"}},
             {"model":"sentry.projectkey","pk":50,"fields":{"project":3,"label":"l","public_key":"","secret_key":""}},
             {"model":"sentry.organizationmember","pk":1,"fields":{"organization":1,"user_id":8,"role":"owner","token":"t"}}]
            """#
        let organizations = try target.installation.folder.write(rows, to: "organizations.json")
        let imported = try target.enqueue("organizations", "--silent", organizations)
        #expect(imported.code == 0, "\(imported.errors)")
        let uuid = imported.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let queued = try target.enqueue(
            "events", "--silent", "--relocation", uuid, "--groups", groups, "--continue-issues", events)
        #expect(queued.code == 0, "\(queued.errors)")
        let sink = target.installation.folder.file("sink.ndjson")
        #expect(try target.worker("run", "--drain", "--event-sink", "file://\(sink)").code == 0)

        let status = try target.installation.status(queued.output.trimmingCharacters(in: .whitespacesAndNewlines))
        let models = try #require(status["models"] as? [String: [String: Any]])
        #expect(
            models["event of project 3"]?["inserted"] as? Int == 3
                && models["issue of project 3"]?["inserted"] as? Int == 1)
        let database = try target.database(.region)
        func only(_ table: String, _ columns: [String]) throws -> [Value] {
            let found = try database.select(Select(columns, from: Catalogue.standard.requireTable(table)))
            return try #require(found.first)
        }
        #expect(
            try only("sentry_groupedmessage", ["status", "times_seen", "short_id"])
                == [.integer(1), .integer(900), .integer(17)])
        let user = try only("auth_user", ["id"])
        #expect(try only("sentry_groupasignee", ["user_id", "team_id"]) == [user[0], .null])
        // The key of the project has another id here, and outcomes name that one.
        let keys = try database.select(
            Select(["id", "label"], from: Catalogue.standard.requireTable("sentry_projectkey")))
        let key = try #require(keys.first { $0[1] == .text("l") }?[0].integer)
        let outcomes = target.installation.folder.read("sink.ndjson").split(separator: "\n")
            .filter { $0.contains(#""topic":"outcomes-billing""#) }
        #expect(outcomes.count == 3 && outcomes.allSatisfy { $0.contains(#""key_id":\#(key),"#) }, "\(outcomes)")
    }

    /// As the source's people might: resolved, assigned, often seen, under another number.
    private func resolve(_ site: LedgerSite) throws {
        let database = try site.database(.region)
        let groups = try Catalogue.standard.requireTable("sentry_groupedmessage")
        let group = try database.select(Select(["id"], from: groups))[0][0]
        let now = Value.timestamp(1_700_000_000_000_000)
        try database.update(
            Update(
                groups, set: ["status", "times_seen", "short_id", "resolved_at"],
                rows: [[group, .integer(1), .integer(900), .integer(17), now]]))
        try database.insert(
            Insert(
                into: Catalogue.standard.requireTable("sentry_groupasignee"),
                columns: ["id", "project_id", "group_id", "user_id", "date_added"],
                rows: [[.integer(1), .integer(3), group, .integer(8), now]]))
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func eventsAreUndone(_ form: LedgerSite.Form) throws {
        let site = try site(form)
        let folder = site.installation.folder
        let file = try folder.write((1...600).map(line).joined(separator: "\n"), to: "events.ndjson")
        let map = try folder.write(#"{"12":3}"#, to: "map.json")
        let uuid = "7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e14"
        func enqueue() throws -> Int32 {
            try site.enqueue("events", "--silent", "--import-uuid", uuid, "--project-map", map, file).code
        }
        #expect(try enqueue() == 0)
        #expect(try site.worker("run", "--drain", "--event-sink", "none").code == 0)
        #expect(try site.imports().first?["status"] as? String == "SUCCESS")

        func undo(_ arguments: String...) throws -> Installation.Result {
            let waiting = try site.start(enqueuing: ["undo", uuid] + arguments)
            let worker = try site.start("run", "--event-sink", "none")
            let result = try waiting.result()
            worker.process.signal(SIGTERM)
            _ = try worker.result()
            return result
        }
        let counted = try undo("--dry-run")
        #expect(counted.code == 0, "\(counted.errors)")
        #expect(counted.output.contains("nodestore_node") && counted.output.contains("600"), "\(counted.output)")
        #expect(counted.output.contains("published messages cannot be recalled"), "\(counted.output)")
        #expect(try count(site, "nodestore_node") == 600)
        let done = try undo("--no-prompt", "--wait")
        #expect(done.code == 0, "\(done.errors)")
        for table in ["nodestore_node", "sentry_groupedmessage", "sentry_grouphash"] {
            #expect(try count(site, table) == 0, "\(table)")
        }
        // The UUID is free.
        #expect(try enqueue() == 0)
        #expect(try site.worker("run", "--drain", "--event-sink", "none").code == 0)
        #expect(try site.installation.status(uuid)["status"] as? String == "SUCCESS")
        #expect(try count(site, "nodestore_node") == 600)
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres])
    func aDryRunCountsAndSavesNothing(_ form: LedgerSite.Form) throws {
        let site = try site(form)
        let folder = site.installation.folder
        let map = try folder.write(#"{"12":3}"#, to: "map.json")
        let first = try folder.write((1...10).map(line).joined(separator: "\n"), to: "first.ndjson")
        #expect(try site.enqueue("events", "--silent", "--project-map", map, first).code == 0)
        #expect(try site.worker("run", "--drain", "--event-sink", "none").code == 0)
        // Ten events are there, five are new, one is damaged.
        let lines = (1...15).map(line) + ["{"]
        let file = try folder.write(lines.joined(separator: "\n"), to: "events.ndjson")
        let waiting = try site.start(
            enqueuing: ["events", "--dry-run", "--json", "--silent", "--project-map", map, file])
        let worker = try site.start("run", "--event-sink", "none")
        let result = try waiting.result()
        worker.process.signal(SIGTERM)
        _ = try worker.result()
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let rows = try #require(report["rows"] as? [String: Int])
        #expect(rows["inserted"] == 5 && rows["overwritten"] == 10 && rows["dropped"] == 1, "\(report)")
        #expect(try count(site, "nodestore_node") == 10)
        #expect(try site.database(.region).select(Select(["id"], from: OwnTables.standard.eventChunks)).count == 1)
    }

    @Test func damagedLinesHoldNothingUp() throws {
        let site = try site(.sqlite)
        let folder = site.installation.folder
        let large = line(2).replacing(
            #""culprit":"c""#, with: #""culprit":"\#(String(repeating: "x", count: 5 << 20))""#)
        let lines = [
            line(1), "{", "[]", "7", #"{"project":99,"body":{}}"#, #"{"project":"x"}"#, large,
            line(3).replacing("1700000000.5", with: "99999999999"), line(4),
        ]
        let file = try folder.write(lines.joined(separator: "\n"), to: "events.ndjson")
        let map = try folder.write(#"{"12":3}"#, to: "map.json")
        let queued = try site.enqueue("events", "--silent", "--project-map", map, file)
        #expect(try site.worker("run", "--drain", "--event-sink", "none").code == 0)
        let status = try site.installation.status(queued.output.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(status["status"] as? String == "SUCCESS")
        #expect((status["rows"] as? [String: Int])?["inserted"] == 2, "\(status)")
        #expect((status["rows"] as? [String: Int])?["source"] == 9)
        #expect((status["rows"] as? [String: Int])?["dropped"] == 7)
    }
}
