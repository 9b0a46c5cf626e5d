import Foundation
import ProgramSupport
import Server
import TestSupport
import Testing

@Suite("A server lets nobody in who has no token")
struct ClosedServerTests {
    private let installation: Installation

    init() throws { installation = try Installation() }

    @Test func withoutATokenItDoesNotStart() throws {
        for arguments in [["serve"], ["run", "--http", "127.0.0.1:0"]] {
            let result = try installation.start("relocation-worker", arguments).result()
            #expect(result.code == 64)
            #expect(result.errors.contains("RELOCATION_HTTP_TOKEN_FILE"))
            #expect(result.errors.contains("openssl rand -hex 24"))
        }
    }

    @Test func aTakenAddressEndsIt() throws {
        let server = try RunningServer(installation, "serve")
        let second = try installation.start(
            "relocation-worker", ["serve", "--http", "127.0.0.1:\(server.port)"], environment: RunningServer.tokens)
        let result = try second.result()
        #expect(result.code == 69)
        #expect(result.errors.contains("Cannot listen at 127.0.0.1:\(server.port)"))
        #expect(try server.stop() == 0)
    }

    @Test func tokensComeFromFiles() throws {
        let file = try installation.folder.write("a-token-from-a-file\n", to: "token")
        let port = try freePort()
        let running = try installation.start(
            "relocation-worker", ["serve", "--http", "127.0.0.1:\(port)", "--http-token-file", file])
        #expect(eventually(within: 20) { running.errorsSoFar.contains("http server listens") })
        let curl = try ChildProcess(
            "curl",
            ["-sf", "-H", "Authorization: Bearer a-token-from-a-file", "http://127.0.0.1:\(port)/api/v1/workers"])
        #expect(curl.wait(seconds: 10) == 0)
        #expect(!running.errorsSoFar.contains("a-token-from-a-file"))
    }

    @Test func whoMayDoWhat() throws {
        let server = try RunningServer(installation, "serve")
        let pause = "/api/v1/destinations/default/pause"
        #expect(try server.ask("GET", "/api/v1/workers", token: nil).status == 401)
        #expect(try server.ask("GET", "/api/v1/workers", token: "wrong-token-entirely").status == 401)
        #expect(try server.ask("GET", "/metrics", token: nil).status == 401)
        #expect(try server.ask("GET", "/api/v1/workers", token: RunningServer.readToken).status == 200)
        #expect(try server.ask("POST", pause, token: RunningServer.readToken).status == 403)
        #expect(try server.ask("POST", pause).status == 200)
        #expect(try server.ask("GET", "/healthz", token: nil).status == 200)
        #expect(try server.ask("GET", "/readyz", token: nil).status == 200)
    }

    /// Thousands that are refused, twenty at the same moment, leave no trace, and those who may act still can.
    @Test func manyBadRequestsChangeNothing() throws {
        let server = try RunningServer(installation, "serve")
        let file = try installation.folder.write(SampleExport.json(SampleExport.users(2)), to: "users.json")
        let uuid = try installation.enqueue("users", file).lastLine
        let path = "/api/v1/relocations/\(uuid)"
        func seen() throws -> [String] {
            try [path, path + "/history"].map { try server.ask("GET", $0, token: RunningServer.readToken).body }
        }
        let before = try seen()
        let bearer = "Authorization: Bearer "
        let floods = try [
            ("401", path + "/pause", ["-H", bearer + "a-token-that-is-wrong", "-d", "{}"]),
            ("403", path + "/pause", ["-H", bearer + RunningServer.readToken, "-d", "{}"]),
            ("400", path + "/pause", ["-H", bearer + RunningServer.operatorToken, "-d", "{\"atStep\":"]),
            ("401", "/sign-in", ["-d", "token=a-token-that-is-wrong"]),
            ("404", path + "/explode", ["-H", bearer + RunningServer.operatorToken]),
        ].enumerated().map { number, flood in
            let answers = installation.folder.file("flood-\(number)")
            let curl = try ChildProcess(
                "curl",
                ["-sZ", "--parallel-max", "4", "-o", "/dev/null", "-w", "%{http_code}\\n"] + flood.2
                    + ["\(server.url)\(flood.1)?n=[1-400]"], output: answers)
            return (curl, "flood-\(number)", flood.0)
        }
        for (curl, name, code) in floods {
            #expect(curl.wait(seconds: 60) == 0, "\(name)")
            let answers = installation.folder.read(name).split(separator: "\n")
            #expect(answers.count == 400 && Set(answers.map(String.init)) == [code], "\(name): \(Set(answers))")
        }
        #expect(try seen() == before)
        #expect(try server.ask("POST", path + "/pause", body: "{}").status == 200)
        #expect(try server.stop() == 0)
    }

    @Test func aBrowserActsOnlyFromItsOwnForm() throws {
        let server = try RunningServer(installation, "serve")
        let tokens = try AccessTokens(operator: RunningServer.operatorToken, reader: RunningServer.readToken)
        let now = Int64(Date().timeIntervalSince1970)
        let session = try #require(tokens.session(.operator, now: now))
        let form = try #require(tokens.formToken(ofSession: session, .operator))
        let cookie = "Cookie: \(SessionCookie.name)=\(session)"
        func pause(_ headers: [String], _ body: String = "") throws -> Int {
            try server.ask(
                "POST", "/api/v1/destinations/default/pause", token: nil, headers: [cookie] + headers, body: body
            ).status
        }
        #expect(try server.ask("GET", "/api/v1/workers", token: nil, headers: [cookie]).status == 200)
        #expect(try pause([]) == 403)
        #expect(try pause(["X-CSRF-Token: \(form)"]) == 200)
        #expect(try pause(["X-CSRF-Token: \(form)", "Sec-Fetch-Site: same-origin"]) == 200)
        #expect(try pause(["X-CSRF-Token: \(form)", "Sec-Fetch-Site: cross-site"]) == 403)
        #expect(try pause(["X-CSRF-Token: \(form)", "Sec-Fetch-Site: same-site"]) == 403)
        #expect(try pause([], "csrf=\(form)") == 200)
        #expect(try pause([], "csrf=0\(form.dropFirst())x") == 403)
        let reader = try #require(tokens.session(.reader, now: now))
        let readers = ["Cookie: \(SessionCookie.name)=\(reader)", "X-CSRF-Token: \(form)"]
        #expect(
            try server.ask("POST", "/api/v1/destinations/default/pause", token: nil, headers: readers).status == 403)
        // Whoever asks for a page without a session is sent to the form that signs in.
        let page = try server.ask("GET", "/api/v1/workers", token: nil, headers: ["Accept: text/html"])
        #expect(page.status == 303)
        #expect(page.headers["location"] == SignIn.path)
    }

    @Test func everyAnswerProtectsBrowsers() throws {
        let server = try RunningServer(installation, "serve")
        for path in ["/healthz", "/api/v1/workers", "/nothing"] {
            let headers = try server.ask("GET", path).headers
            let policy = headers["content-security-policy"] ?? ""
            #expect(policy.contains("default-src 'none'"), "\(path)")
            #expect(policy.contains("frame-ancestors 'none'"), "\(path)")
            #expect(!policy.contains("unsafe"), "\(path)")
            #expect(headers["x-content-type-options"] == "nosniff", "\(path)")
            #expect(headers["cache-control"] == "no-store", "\(path)")
        }
    }

    @Test func readinessFollowsRedis() throws {
        let server = try RunningServer(installation, "run")
        #expect(try server.ask("GET", "/healthz", token: nil).status == 200)
        installation.redis.stop()
        usleep(1_100_000)
        let answer = try server.ask("GET", "/readyz", token: nil)
        #expect(answer.status == 503)
        let problems = answer.object["problems"] as? [[String: Any]] ?? []
        #expect(problems.map { $0["name"] as? String } == ["redis.reachable"])
        #expect(try server.ask("GET", "/api/v1/workers").status == 503)
        try installation.redis.start()
        #expect(try eventually(within: 10) { try server.ask("GET", "/readyz", token: nil).status == 200 })
        #expect(try eventually(within: 10) { try server.ask("GET", "/api/v1/workers").status == 200 })
        #expect(try server.stop() == 0)
    }
}
