import Foundation
import ProgramSupport
import TestSupport
import Testing

/// A plan shows in full what is learned of a model that no catalogue knows, and its import learns the same.
@Suite struct PlanLearningTests {
    private static let word = "toys.gadget.user_id=sentry.user"

    /// With short names of types, which SQLite gives back as they were written.
    private static func table(_ form: LedgerSite.Form) -> String {
        let id = form == .postgres ? "id bigserial PRIMARY KEY" : "id integer NOT NULL PRIMARY KEY AUTOINCREMENT"
        return """
            CREATE TABLE toys_gadget (\(id), name varchar(64) NOT NULL,
                organization_id bigint NOT NULL REFERENCES sentry_organization (id) DEFERRABLE INITIALLY DEFERRED,
                user_id int8 NOT NULL, colour text, UNIQUE (organization_id, name))
            """
    }

    private static let export = """
        [{"model": "sentry.organization", "pk": 1, "fields": {"name": "Acme", "slug": "acme"}},
        {"model": "sentry.user", "pk": 5, "fields": {"username": "ann", "email": "ann@example.com", "password": "x"}},
        {"model": "toys.gadget", "pk": 7, "fields": {"name": "G", "organization": 1, "user_id": 5}}]
        """

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func thePlanAndItsImportLearnTheSame(
        _ form: LedgerSite.Form
    ) throws {
        let site = try LedgerSite(form)
        try execute(Self.table(form), site)
        let path = try site.installation.folder.write(Self.export, to: "import.json")
        let out = site.installation.folder.file("plan.json")
        let worker = try site.start("run")
        func plan(_ flags: String...) throws -> Installation.Result {
            try site.run("plan", ["organizations", "--learn"] + flags + [path])
        }

        // What only a name tells is open, for people and for programs.
        let open = try plan()
        #expect(open.code == 1 && open.errors.contains("The import would fail"), "\(open.errors)")
        for words in [
            "toys.gadget (1 row) cannot be learned before this is settled",
            "Open: user_id may refer to sentry.user: confirm with --learn-reference \(Self.word)",
            "user_id bigint, may refer to sentry.user (by its name only, not confirmed)",
        ] { #expect(open.output.contains(words), "\(words) in \(open.output)") }
        let told = try gadget(plan("--json"))
        #expect((told["problems"] as? [String])?.count == 1 && told["rows"] as? Int == 1, "\(told)")
        #expect(Self.reference(told, "user_id") == "sentry.user name false")

        let shown = try plan("--learn-reference", Self.word)
        #expect(shown.code == 0, "\(shown.errors)")
        for words in [
            "toys.gadget (1 row) is learned from the table toys_gadget", "scope Organization",
            "organization_id bigint, field organization, refers to sentry.organization (by its constraint)",
            "name varchar(64)",
            "user_id bigint, refers to sentry.user (confirmed)", "colour text, may be null, not in the file",
            "unique: organization_id, name",
        ] { #expect(shown.output.contains(words), "\(words) in \(shown.output)") }
        let settled = try gadget(plan("--learn-reference", Self.word, "--json", "--out", out))
        #expect(Self.reference(settled, "user_id") == "sentry.user name true")
        #expect(Self.reference(settled, "organization_id") == "sentry.organization constraint true")
        #expect(try site.imports().isEmpty && site.users().isEmpty, "a plan writes nothing")

        // A word that names nothing is no word.
        for mistyped in ["toys.gadget.userid=sentry.user", "toys.gadgets.user_id=sentry.user"] {
            for command in [["plan", "organizations"], ["organizations", "--check"]] {
                let wrong = try site.run(
                    command[0], Array(command.dropFirst()) + ["--learn", "--learn-reference", mistyped, path])
                #expect(
                    wrong.code == 64 && wrong.errors.contains("--learn-reference \(mistyped): toys.gadget"),
                    "\(wrong.errors)")
            }
        }

        // Another word is another import, and another table is another model.
        let bound = ["--learn", "--plan", out, "--wait", path]
        let other = try site.run("organizations", bound)
        #expect(other.code == 65 && other.errors.contains("--learn-reference: none, planned was \(Self.word)"))
        let wanted = ["--learn-reference", Self.word] + bound
        for change in ["ADD COLUMN later text", "RENAME COLUMN name TO title"] {
            try execute("ALTER TABLE toys_gadget \(change)", site)
            let broken = try site.run("organizations", wanted)
            #expect(broken.code == 65 && broken.errors.contains("does not hold any more"), "\(broken.errors)")
        }
        for change in ["RENAME COLUMN title TO name", "DROP COLUMN later"] {
            try execute("ALTER TABLE toys_gadget \(change)", site)
        }
        #expect(try site.imports().isEmpty && site.users().isEmpty, "nothing was written")

        let imported = try site.run("organizations", wanted)
        worker.process.signal(SIGTERM)
        #expect(try worker.result().code == 0)
        #expect(imported.code == 0, "\(imported.errors)")
        let flags = try site.imports().first?["flags"] as? [String: Any]
        #expect(flags?["learnedModels"] as? [String] == [settled["text"] as? String ?? ""], "\(flags ?? [:])")
    }

    private func gadget(_ result: Installation.Result) throws -> [String: Any] {
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let plan = try #require(document?["plan"] as? [String: Any], "\(result.errors)")
        return try #require((plan["learned"] as? [[String: Any]])?.first)
    }

    /// Model, origin, and whether it is confirmed.
    private static func reference(_ model: [String: Any], _ column: String) -> String {
        let columns = model["columns"] as? [[String: Any]] ?? []
        let found = columns.first { $0["name"] as? String == column }?["reference"] as? [String: Any] ?? [:]
        return "\(found["model"] ?? "") \(found["origin"] ?? "") \(found["isConfirmed"] as? Bool ?? false)"
    }

    private func execute(_ sql: String, _ site: LedgerSite) throws {
        if site.databaseURL.hasPrefix("sqlite") {
            #expect(try sqlite(site.regionPath, sql) == "")
        } else {
            try PostgresServer.shared().sql(sql, url: site.databaseURL)
        }
    }
}
