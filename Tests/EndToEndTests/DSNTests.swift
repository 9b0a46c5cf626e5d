import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `dsn`: what SDKs must know after a relocation.
@Suite struct DSNTests {
    private let from = "https://old.example.com"
    private let to = "https://new.example.com:9000/sentry"
    private let keyA = String(repeating: "a", count: 32)
    private let keyB = String(repeating: "b", count: 32)

    private func key(_ pk: Int, _ project: Int, _ key: String, _ label: String) -> [String: Any] {
        [
            "model": "sentry.projectkey", "pk": pk,
            "fields": [
                "project": project, "label": label, "public_key": key, "secret_key": "\(key.dropLast(2))\(pk)\(pk)",
                "roles": "1", "status": 0,
            ],
        ]
    }

    private func project(_ pk: Int, _ slug: String) -> [String: Any] {
        [
            "model": "sentry.project", "pk": pk,
            "fields": ["organization": 1, "slug": slug, "name": slug],
        ]
    }

    /// Imports two projects with three keys, twice: the second time their keys are in use.
    private func imported(_ form: LedgerSite.Form) throws -> (site: LedgerSite, first: String, second: String) {
        let site = try LedgerSite(form)
        let file = try site.write(
            [
                ["model": "sentry.organization", "pk": 1, "fields": ["name": "Acme", "slug": "acme"]],
                project(41, "web"), project(42, "app"), key(1, 41, keyA, "Default"), key(2, 41, keyB, "=cmd, \"x\""),
                key(3, 42, String(repeating: "c", count: 32), "Default"),
            ], to: "organizations.json")
        let first = try site.wait("organizations", file)
        let second = try site.wait("organizations", file)
        #expect(first.code == 0 && second.code == 0, "\(first.errors)\(second.errors)")
        return (site, first.lastLine, second.lastLine)
    }

    private func dsn(_ site: LedgerSite, _ uuid: String, _ format: String, to address: String? = nil) throws
        -> Installation.Result
    {
        try site.worker(
            "dsn", uuid.uppercased(), "--from-url", from + "/", "--url-prefix", address ?? to, "--format", format)
    }

    @Test(arguments: LedgerSite.Form.allCases) func everyKeyIsTold(_ form: LedgerSite.Form) throws {
        let (site, first, second) = try imported(form)
        let csv = try dsn(site, first, "csv")
        #expect(csv.code == 0, "\(csv.errors)")
        #expect(
            csv.output.split(whereSeparator: \.isNewline).map(String.init) == [
                "old_dsn,new_dsn,project,label,active",
                "https://\(keyA)@old.example.com/41,https://\(keyA)@new.example.com:9000/sentry/1,web,Default,yes",
                "https://\(keyB)@old.example.com/41,https://\(keyB)@new.example.com:9000/sentry/1,web,\"'=cmd, \"\"x\"\"\",yes",
                "https://\(String(repeating: "c", count: 32))@old.example.com/42,"
                    + "https://\(String(repeating: "c", count: 32))@new.example.com:9000/sentry/2,app,Default,yes",
            ])
        let json = try dsn(site, second, "json")
        let keys = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(
            keys.map { $0["old"] as? String } == [
                "https://\(keyA)@old.example.com/41", "https://\(keyB)@old.example.com/41",
                "https://\(String(repeating: "c", count: 32))@old.example.com/42",
            ])
        #expect(
            keys.allSatisfy {
                $0["renewed"] as? Bool == true && $0["newPublicKey"] as? String != $0["oldPublicKey"] as? String
            })
        #expect(keys.map { $0["newProjectID"] as? Int } == [3, 3, 4])
    }

    @Test func relayTakesOldProjectIDs() throws {
        let (site, first, second) = try imported(.sqlite)
        let relay = try dsn(site, first, "relay").output
        #expect(relay.contains("  upstream: \"\(to)/\"\n") && relay.contains("  override_project_ids: true"))
        #expect(!relay.contains(keyA))
        let renewed = try dsn(site, second, "relay").output
        #expect(renewed.contains("#   \(keyA) is now "))
    }

    @Test func refusals() throws {
        let (site, first, _) = try imported(.sqlite)
        let unknown = try dsn(site, "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10", "csv")
        #expect(unknown.code == 66 && unknown.errors.contains("knows no project"), "\(unknown.errors)")
        #expect(try site.worker("dsn", first).code == 64, "the old address is needed")
        #expect(try site.worker("dsn", "5f0c", "--from-url", from).code == 64)
        #expect(try site.worker("dsn", first, "--from-url", "https://a\"; b").code == 64)
        try site.forgetEverything()
        let forgotten = try dsn(site, first, "csv")
        #expect(forgotten.code == 0 && forgotten.errors.contains("Redis does not know"), "\(forgotten.errors)")
    }

    /// A real nginx with the rules passes an SDK's requests on to the new project, under the new key.
    @Test func nginxKeepsOldSDKsWorking() throws {
        let (site, _, second) = try imported(.sqlite)
        let upstream = try WebServer()
        let rules = try dsn(site, second, "nginx", to: "http://localhost:\(upstream.port)/sentry")
        #expect(rules.code == 0, "\(rules.errors)")
        let json = try dsn(site, second, "json")
        let keys = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        let newKey = try #require(keys[0]["newPublicKey"] as? String)
        let nginx = try Nginx(rules.output)
        func post(_ path: String, _ headers: [String] = []) throws -> String {
            try nginx.post(path, ["Host: old.example.com"] + headers)
        }
        #expect(
            try post(
                "/api/41/envelope/", ["X-Sentry-Auth: Sentry sentry_version=7, sentry_key=\(keyA), sentry_client=x/1"])
                == "200")
        #expect(try post("/api/41/store/?sentry_version=7&sentry_key=\(keyA)&x=1") == "200")
        #expect(try post("/api/42/envelope/", ["X-Sentry-Auth: Sentry sentry_key=unknown"]) == "200")
        #expect(try post("/api/99/envelope/") == "404")
        let requests = try upstream.requests()
        #expect(
            requests.map(\.path) == [
                "/sentry/api/3/envelope/", "/sentry/api/3/store/?sentry_version=7&sentry_key=\(newKey)&x=1",
                "/sentry/api/4/envelope/",
            ], "\(requests.map(\.path))")
        #expect(
            requests[0].headers["x-sentry-auth"] == "Sentry sentry_version=7, sentry_key=\(newKey), sentry_client=x/1")
        #expect(requests[2].headers["x-sentry-auth"] == "Sentry sentry_key=unknown")
        #expect(requests[0].headers["host"] == "localhost:\(upstream.port)" && requests[0].body == "{}")
    }
}

/// An nginx of a test's own with rules in its http block, which listens on a free port instead of 80.
private struct Nginx {
    private let process: ChildProcess
    private let folder: TemporaryFolder
    private let port: Int

    init(_ rules: String) throws {
        let folder = try TemporaryFolder()
        let port = try freePort()
        let served = rules.replacing("listen 80;", with: "listen 127.0.0.1:\(port);")
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "\($0)_temp_path \(folder.file($0));"
        }
        let configuration = try folder.write(
            """
            daemon off; pid \(folder.file("pid")); error_log \(folder.file("error.log"));
            \(getuid() == 0 ? "user root;" : "")
            events {}
            http { access_log off; \(temporary.joined(separator: " "))
            \(served)
            }
            """, to: "nginx.conf")
        let process = try ChildProcess(
            "/usr/sbin/nginx", ["-c", configuration, "-p", folder.path], errors: folder.file("errors"))
        for _ in 0..<100 where folder.read("pid").isEmpty && process.isRunning { usleep(50_000) }
        guard !folder.read("pid").isEmpty else { throw SystemFailure("nginx: \(folder.read("errors"))") }
        (self.folder, self.process, self.port) = (folder, process, port)
    }

    /// Posts `{}`; the code of the answer.
    func post(_ path: String, _ headers: [String]) throws -> String {
        let output = folder.file(UUID().uuidString)
        let child = try ChildProcess(
            "curl",
            ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-d", "{}", "http://127.0.0.1:\(port)\(path)"]
                + headers.flatMap { ["-H", $0] }, output: output)
        child.wait()
        return folder.read(String(output.split(separator: "/").last ?? ""))
    }
}
