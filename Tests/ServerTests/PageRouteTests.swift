import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What a browser sends and gets, without a browser: sessions, forms, streams. `BrowserTests` has the rest.
@Suite struct PageRouteTests {
    private let server: RunningServer
    private let html = ["Accept: text/html"]

    init() throws { server = try RunningServer(try Installation(), "serve") }

    /// The cookie of a new session, and the token that its forms send.
    private func signIn(_ token: String = RunningServer.operatorToken) throws -> (cookie: String, form: String) {
        let answer = try server.ask("POST", "/sign-in", token: nil, headers: html, body: "token=\(token)")
        #expect(answer.status == 303 && answer.headers["location"] == "/")
        let cookie = try #require(answer.headers["set-cookie"])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(token))
        let session = "Cookie: " + cookie.prefix { $0 != ";" }
        let page = try server.ask("GET", "/", token: nil, headers: html + [session]).body
        let form = try #require(page.firstMatch(of: #/name="csrf" value="([0-9a-f]+)"/#))
        return (session, String(form.1))
    }

    private func enqueue() throws -> String {
        let file = try server.installation.folder.write(try SampleExport.json(SampleExport.users(2)), to: "export.json")
        return try server.installation.enqueue("users", file).lastLine
    }

    private func state(_ uuid: String) throws -> String? { try server.installation.status(uuid)["status"] as? String }

    @Test func whoHasNoSessionIsSentToTheDoor() throws {
        for path in ["/", "/relocations?status=failure", "/failures", "/do/retry?all=1"] {
            let answer = try server.ask("GET", path, token: nil, headers: html)
            #expect(answer.status == 303 && answer.headers["location"] == "/sign-in", "\(path)")
            #expect(try server.ask("GET", path, token: nil).status == 401)
        }
        let wrong = try server.ask("POST", "/sign-in", token: nil, headers: html, body: "token=wrong-token-of-a-test")
        #expect(wrong.status == 401 && wrong.headers["set-cookie"] == nil && wrong.body.contains("not a token"))
        let foreign = ["Sec-Fetch-Site: cross-site"]
        let sent = try server.ask(
            "POST", "/sign-in", token: nil, headers: foreign, body: "token=\(RunningServer.operatorToken)")
        #expect(sent.status == 403 && sent.headers["set-cookie"] == nil)
        let proxied = try server.ask(
            "POST", "/sign-in", token: nil, headers: ["X-Forwarded-Proto: https"],
            body: "token=\(RunningServer.operatorToken)")
        #expect(proxied.headers["set-cookie"]?.contains("Secure") == true)
    }

    @Test func aFormNeedsItsTokenItsSiteAndAnOperator() throws {
        let uuid = try enqueue()
        let (session, form) = try signIn()
        let page = try server.ask("GET", "/do/pause?uuid=\(uuid)", token: nil, headers: html + [session]).body
        let seen = String(try #require(page.firstMatch(of: #/name="seen" value="([0-9a-f]+)"/#)).1)
        func post(_ body: String, _ headers: [String]) throws -> Int {
            try server.ask("POST", "/do/pause?uuid=\(uuid)", token: nil, headers: html + headers, body: body).status
        }
        #expect(try post("seen=\(seen)", [session]) == 403)
        #expect(try post("csrf=\(form.reversed())&seen=\(seen)", [session]) == 403)
        #expect(try post("csrf=\(form)&seen=\(seen)", [session, "Sec-Fetch-Site: same-site"]) == 403)
        let (reader, readerForm) = try signIn(RunningServer.readToken)
        #expect(try post("csrf=\(readerForm)&seen=\(seen)", [reader]) == 403)
        #expect(try post("csrf=\(form)&seen=0000", [session]) == 409, "not what was seen")
        #expect(try state(uuid) == "IN_PROGRESS")
        #expect(try post("csrf=\(form)&seen=\(seen)", [session]) == 303)
        #expect(try state(uuid) == "PAUSE")
        #expect(try post("csrf=\(form)&seen=\(seen)", [session]) == 409, "it is paused already")
    }

    @Test func whatTheAPIDoesShowsOnTheNextPage() throws {
        let uuid = try enqueue()
        func isListed(_ status: String) throws -> Bool {
            try server.ask("GET", "/relocations?status=\(status)", headers: html).body.contains("/relocations/\(uuid)")
        }
        for _ in 1...5 {
            #expect(try server.ask("POST", "/api/v1/relocations/\(uuid)/pause", body: "{}").status == 200)
            #expect(try isListed("pause"))
            #expect(try server.ask("POST", "/api/v1/relocations/\(uuid)/unpause", body: "{}").status == 200)
            #expect(try isListed("in_progress") && !isListed("pause"))
        }
    }

    @Test func aPageIsItsOwnStream() throws {
        let uuid = try enqueue()
        let stream = server.installation.folder.file("stream")
        let curl = try ChildProcess(
            "curl",
            [
                "-sN", "-m", "30", "-H", "Accept: text/event-stream", "-H",
                "Authorization: Bearer \(RunningServer.operatorToken)", server.url + "/relocations/\(uuid)",
            ], output: stream)
        func events() -> [Substring] {
            server.installation.folder.read("stream").split(separator: "\n\n").filter { $0.hasPrefix("event: part") }
        }
        #expect(eventually(within: 10) { events().count >= 5 }, "every part at first")
        let before = events().count
        #expect(try server.installation.enqueue("pause", uuid).code == 0)
        #expect(eventually(within: 10) { events().dropFirst(before).contains { $0.contains("Paused") } })
        #expect(!events().dropFirst(before).contains { $0.contains("\"id\":\"models\"") }, "only what has changed")
        // The server ends although somebody listens.
        #expect(try server.stop() == 0)
        #expect(curl.wait(seconds: 10) == 0)
    }

    @Test func assetsAreKeptForGoodAndPagesNever() throws {
        let page = try server.ask("GET", "/sign-in", token: nil)
        #expect(page.status == 200 && page.headers["cache-control"] == "no-store")
        let style = String(try #require(page.body.firstMatch(of: #/href="(/assets/[^"]+\.css)"/#)).1)
        let asset = try server.ask("GET", style, token: nil)
        #expect(asset.status == 200 && asset.headers["content-type"] == "text/css; charset=utf-8")
        #expect(asset.headers["cache-control"]?.contains("immutable") == true)
        #expect(try server.ask("GET", "/assets/0000000000000000.css", token: nil).status != 200)
    }

    /// Who has come in finds the way on; nobody else is shown what there is.
    @Test func aProblemLeadsBack() throws {
        let (session, form) = try signIn()
        let (host, nav) = (server.url, "<nav aria-label=\"Main\">")
        func problem(_ path: String, _ headers: [String]) throws -> (status: Int, body: String) {
            let answer = try server.ask("GET", path, token: nil, headers: html + headers)
            return (answer.status, answer.body)
        }
        let lost = try problem("/nowhere", [session, "Referer: \(host)/relocations?status=pause&page=2"])
        #expect(lost.status == 404 && lost.body.contains(nav) && lost.body.contains("value=\"\(form)\""))
        #expect(lost.body.contains("href=\"/relocations?status=pause&amp;page=2\">Back</a>"), "\(lost.body)")
        for foreign in [
            "\(host)//evil.example/", "\(host)/\\evil.example/", "http://evil.example/", "\(host).evil.example/",
            "\(host)/nowhere",
        ] {
            let body = try problem("/nowhere", [session, "Referer: \(foreign)"]).body
            #expect(!body.contains(">Back</a>") && body.contains("href=\"/\">Overview</a>"), "\(foreign)")
        }
        let refused = try server.ask(
            "POST", "/do/retry?all=1", token: nil, headers: html + [session, "Referer: \(host)/do/retry?all=1"],
            body: "csrf=0")
        #expect(refused.status == 403 && refused.body.contains(nav))
        #expect(refused.body.contains("href=\"/do/retry?all=1\">Back</a>"))
        let stranger = try problem("/nowhere", ["Cookie: relocation_session=operator.9999999999.a.b"])
        #expect(stranger.status == 404 && !stranger.body.contains("<nav"))
    }

    @Test func whatIsUnknownIsSaidOnAPage() throws {
        let unknown = "7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e12"
        for path in [
            "/relocations/\(unknown)", "/relocations/xyz", "/relocations/\(unknown)/dropped",
            "/do/explode?uuid=\(unknown)",
            "/do/retry?uuid=\(unknown)", "/do/undo?all=1", "/do/quiet?worker=nobody", "/nowhere",
        ] {
            let answer = try server.ask("GET", path, headers: html)
            #expect(answer.status == 404 && answer.body.contains("<h1>"), "\(path): \(answer.status)")
        }
        #expect(try server.ask("GET", "/do/retry?all=1", headers: html).status == 409, "nothing matches")
        #expect(try server.ask("GET", "/?said=%3Cb%3Ehello", headers: html).body.contains("hello") == false)
        #expect(try server.ask("GET", "/relocations?q=%3Cb%3Ehello&page=-7", headers: html).status == 200)
    }
}
