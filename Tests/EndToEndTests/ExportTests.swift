import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Exports from a database, with the programs themselves.
@Suite struct ExportTests {
    private func rows(_ text: String) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    }

    private func databaseOfThreeOrganizations(_ site: ExportSite) throws -> String {
        let url = try site.database()
        let text = try SampleExport.json(SampleExport.organizations(3))
        try site.restore(try site.folder.write(text, to: "in.json"), into: url)
        return url
    }

    private func models(_ text: String) throws -> [String: Int] {
        try rows(text).reduce(into: [:]) { $0[$1["model"] as? String ?? "", default: 0] += 1 }
    }

    @Test(arguments: ExportEngine.allCases)
    func anExportThatIsImportedIsExportedAgainAsTheSame(_ engine: ExportEngine) throws {
        let site = try ExportSite(engine)
        let first = try databaseOfThreeOrganizations(site)
        let export = try site.worker(first, "export", "global", site.folder.file("a.json"))
        #expect(export.code == 0 && export.output.isEmpty, "\(export.errors)")
        let second = try site.database()
        try site.restore(site.folder.file("a.json"), into: second)
        #expect(try site.worker(second, "export", "global", site.folder.file("b.json")).code == 0)
        let text = site.folder.read("a.json")
        #expect(text == site.folder.read("b.json"))
        #expect(try models(text)["sentry.organizationmember"] == 6)
        #expect(text.hasPrefix("[\n  {\n    \"model\": \"sentry.organization\",\n    \"pk\": 1,\n    \"fields\": {\n"))
        #expect(text.hasSuffix("\n    }\n  }\n]") && text.contains(#""name": "Org 1 \u00e9""#))
        #expect(try site.worker(second, "export", "global", "--silent").output == text)
    }

    /// The same rows, in a tarball that opens with its key. A key that is none is found before the database is read.
    @Test func anEncryptedExport() throws {
        let site = try ExportSite(.sqlite)
        let url = try databaseOfThreeOrganizations(site)
        #expect(try site.installation.enqueue("keygen", site.folder.file("keys")).code == 0)
        let key = site.folder.file("keys/relocation")
        let export = try site.worker(
            url, "export", "global", "--encrypt-with", key + ".pub", site.folder.file("a.tar"))
        #expect(export.code == 0 && export.output.isEmpty, "\(export.errors)")
        let plain = try site.installation.enqueue(
            "decrypt", "-", "--src", site.folder.file("a.tar"), "--decrypt-with", key + ".key")
        #expect(plain.code == 0 && plain.output.hasPrefix(#"[{"model":"sentry.organization","pk":1,"fields":{"#))
        let indented = try site.worker(url, "export", "global")
        #expect(try NSArray(array: rows(plain.output)) == NSArray(array: rows(indented.output)))
        let compared = try site.installation.enqueue(
            "compare", "--decrypt-left-with", key + ".key", site.folder.file("a.tar"), "-",
            input: try site.folder.write(indented.output, to: "a.json"))
        #expect(compared.code == 0, "\(compared.errors)")
        let folder = try TemporaryFolder()
        let refused = try site.worker(
            "sqlite:///nonexistent.sqlite", "export", "users", "--encrypt-with", key + ".key", folder.file("b.tar"))
        #expect(refused.code == 65 && refused.errors.contains("private key"))
        #expect(try site.files(in: folder) == [])
    }

    @Test(arguments: ExportEngine.allCases)
    func filtersSelectOrganizationsAndUsers(_ engine: ExportEngine) throws {
        let site = try ExportSite(engine)
        let url = try databaseOfThreeOrganizations(site)
        let one = try site.worker(url, "export", "organizations", "--filter-org-slugs", "org-2,nobody")
        #expect(one.code == 0 && one.errors.contains("\"nobody\"") && !one.errors.contains("org-2"))
        #expect(
            try models(one.output) == [
                "sentry.organization": 1, "sentry.organizationoption": 1, "sentry.team": 1, "sentry.user": 2,
                "sentry.organizationmember": 2, "sentry.email": 2, "sentry.useremail": 2,
            ])
        let names = try site.folder.write("user-1,user-6", to: "names")
        let users = try site.worker(url, "export", "users", "--filter-usernames-file", names)
        #expect(try models(users.output) == ["sentry.user": 2, "sentry.email": 2, "sentry.useremail": 2])
        let none = try site.worker(url, "export", "users", "--filter-usernames", "nobody", "--silent")
        #expect(none.code == 0 && none.output == "[]" && none.errors.isEmpty)
        for arguments in [["--filter-usernames", ""], ["--filter-usernames", "a", "--filter-usernames-file", names]] {
            #expect(try site.start(url, ["export", "users"] + arguments).result().code == 64)
        }
        #expect(try site.worker(url, "export", "users", "--filter-usernames-file", "/no/such").code == 66)
        for indent in ["x", "257", "99999999"] {
            #expect(try site.worker(url, "export", "users", "--indent", indent).code == 64)
        }
        #expect(try site.worker(url, "export", "users", "").code == 64)
        #expect(try site.worker(url, "export", "users", "/no/such/folder/dest").code == 73)
    }

    @Test(arguments: ExportEngine.allCases)
    func aRowThatNoExportCanHoldIsNamed(_ engine: ExportEngine) throws {
        let site = try ExportSite(engine)
        let url = try site.database()
        try site.restore(
            try site.folder.write(try SampleExport.json(SampleExport.organizations(2)), to: "in.json"), into: url)
        let damage =
            engine == .sqlite
            ? "UPDATE auth_user SET date_joined = 'soon' WHERE id = 3"
            : "UPDATE auth_user SET date_joined = 'infinity' WHERE id = 3"
        try site.sql(damage, url)
        let folder = try TemporaryFolder()
        let findings = site.folder.file("findings.json")
        let end = try site.worker(url, "export", "users", folder.file("dest"), "--findings-file", findings)
        #expect(end.code == 65)
        #expect(end.errors.contains("sentry.user, pk 3: field date_joined"), "\(end.errors)")
        #expect(try site.files(in: folder) == [])
        let finding = try #require(try rows(site.folder.read("findings.json")).first)
        #expect(finding["finding"] as? String == "RpcExportError" && finding["kind"] as? String == "Unknown")
        #expect(finding["left_pk"] as? Int == 3)
        // Other users can be exported.
        let others = try site.worker(
            url, "export", "users", "--filter-usernames", "user-1", "--findings-file", findings)
        #expect(try others.code == 0 && models(others.output)["sentry.user"] == 1)
        #expect(site.folder.read("findings.json") == "[]")
    }

    /// As a user who may only read the file, in a folder where nothing can be written.
    @Test func readingAFileNeedsNoMoreThanTheRightToRead() throws {
        let site = try ExportSite(.sqlite)
        let url = try databaseOfThreeOrganizations(site)
        let path = String(url.dropFirst("sqlite://".count))
        let full = try site.worker(url, "export", "global")
        let folder = try TemporaryFolder()
        let copy = folder.file("copy.sqlite")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
        let same = try site.installation.start(
            "relocation-worker", ["export", "global"],
            environment: ["RELOCATION_DATABASE_URL": "sqlite://\(copy)"],
            under: ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
        ).result()
        #expect(same.code == 0 && same.output == full.output && !full.output.isEmpty, "\(same.errors)")
        #expect(try site.files(in: folder) == ["copy.sqlite"])
    }

    /// Rows of 1,000 bytes: a file of many times the memory.
    @Test(arguments: ExportEngine.allCases)
    func memoryDoesNotGrowWithTheRows(_ engine: ExportEngine) throws {
        let site = try ExportSite(engine)
        let url = try site.database()
        let rows = 40_000
        let text = String(repeating: "x", count: 1_000)
        try site.sql(
            """
            INSERT INTO sentry_option (id, key, value, last_updated, last_updated_by)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
            SELECT i, 'key-' || i, '"\(text)"', '2024-01-01T00:00:00.000000+00:00', 'unknown' FROM n
            """, url)
        let running = try site.start(url, ["export", "config", "--no-prompt", site.folder.file("large.json")])
        let peak = AnonymousMemory.peak(of: running.process)
        let end = try running.result(within: 120)
        #expect(end.code == 0, "\(end.errors)")
        #expect(peak > 1 << 20 && peak < 24 << 20, "\(peak >> 10) kB anonymous")
        #expect(site.folder.read("large.json").utf8.count > rows * text.utf8.count)
    }
}

/// Exports from servers.
@Suite struct ServerExportTests {
    @Test func aLostConnectionLeavesNothing() throws {
        let site = try ExportSite(.postgres)
        let url = try site.database()
        try site.restore(
            try site.folder.write(try SampleExport.json(SampleExport.organizations(2)), to: "in.json"), into: url)
        let folder = try TemporaryFolder()
        let server = try PostgresServer.shared()
        // The last table of the scope is locked until whoever waits for it is cut off.
        let guardian = Thread {
            // The test looks at the lock.
            _ = try? server.sql(
                """
                BEGIN; LOCK TABLE sentry_useremail IN ACCESS EXCLUSIVE MODE;
                DO $$ BEGIN FOR i IN 1..300 LOOP
                    PERFORM pg_terminate_backend(pid) FROM pg_locks
                        WHERE NOT granted AND relation = 'sentry_useremail'::regclass;
                    EXIT WHEN FOUND; PERFORM pg_sleep(0.1);
                END LOOP; END $$; COMMIT
                """, url: url)
        }
        guardian.start()
        let locks = "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock'"
        #expect(try eventually(within: 20) { try server.sql(locks, url: url) == "1" })
        let running = try site.start(url, ["export", "users", folder.file("dest")])
        let end = try running.result()
        #expect(end.code == 69, "\(end.errors)")
        #expect(!end.errors.isEmpty)
        #expect(try site.files(in: folder) == [])
    }

    @Test func readingNeedsNoMoreThanSelect() throws {
        let site = try ExportSite(.postgres)
        let url = try site.database()
        try site.restore(
            try site.folder.write(try SampleExport.json(SampleExport.organizations(1)), to: "in.json"), into: url)
        let server = try PostgresServer.shared()
        let reader = "reader_\(UUID().uuidString.prefix(8).lowercased())"
        try server.sql(
            """
            CREATE ROLE \(reader) LOGIN; ALTER ROLE \(reader) SET default_transaction_read_only = on;
            REVOKE TEMPORARY ON DATABASE \(url.split(separator: "/").last ?? "") FROM PUBLIC;
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(reader)
            """, url: url)
        let limited = url.replacingOccurrences(of: "postgres@", with: "\(reader)@")
        let full = try site.worker(url, "export", "global")
        let same = try site.worker(limited, "export", "global")
        #expect(same.code == 0 && same.output == full.output && !full.output.isEmpty, "\(same.errors)")
        try server.sql("REVOKE SELECT ON sentry_team FROM \(reader)", url: url)
        #expect(try site.worker(limited, "export", "global").code == 77)
        #expect(try site.worker(limited, "export", "users").code == 0)
    }

    /// Users lie in the control silo, organizations in the region.
    @Test(arguments: ExportEngine.allCases)
    func splitSilosAreExportedTogether(_ engine: ExportEngine) throws {
        let site = try ExportSite(engine)
        let (region, control) = (try site.database(), try site.database())
        let input = try site.folder.write(try SampleExport.json(SampleExport.organizations(2)), to: "in.json")
        try site.restore(input, into: region)
        try site.restore(input, into: control)
        let whole = try site.worker(region, "export", "organizations").output
        try site.sql("DELETE FROM sentry_useremail", region)
        try site.sql("DELETE FROM sentry_team WHERE id = 1", control)
        let split = try site.worker(
            region, "export", "organizations", environment: ["RELOCATION_CONTROL_DATABASE_URL": control])
        #expect(split.code == 0 && split.output == whole && !whole.isEmpty, "\(split.errors)")
        // One database for both is read at one moment, over two connections.
        let twice = try site.worker(
            region, "export", "users", environment: ["RELOCATION_CONTROL_DATABASE_URL": region])
        #expect(try twice.output == site.worker(region, "export", "users").output)
    }

    /// Without the control silo's database an export would lack all users, and look like a success.
    @Test func halfOfSplitSilosIsNoExport() throws {
        let site = try LedgerSite(.split)
        let file = try site.write(SampleExport.users(2))
        #expect(try site.wait("users", file).code == 0)
        let half = try site.worker("export", "users", environment: ["RELOCATION_CONTROL_DATABASE_URL": nil])
        #expect(half.code == 78 && half.output.isEmpty, "\(half.errors)")
        #expect(half.errors.contains("set RELOCATION_CONTROL_DATABASE_URL"), "\(half.errors)")
        let whole = try site.worker("export", "users")
        #expect(whole.code == 0 && whole.output.contains("user-2"), "\(whole.errors)")
    }
}
