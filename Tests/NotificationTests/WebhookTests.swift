import Crypto
import Foundation
import TLS
import TestSupport
import Testing
import TextForms

@testable import Notification

/// A webhook through a real server.
@Suite struct WebhookTests {
    private let folder: TemporaryFolder
    private let time = TestTime()
    private let secret = "a secret of the operator"

    init() throws { folder = try TemporaryFolder() }

    private var event: WebhookEvent {
        var event = WebhookEvent(.failed, of: "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10", at: 1_700_000_000_000_000)
        event.organizations = ["acme"]
        event.reason = "a reason"
        return event
    }

    private func webhook(_ settings: WebhookSettings) -> Webhook {
        Webhook(settings, FileLog(folder.file("log")), time.hooks())
    }

    @Test func anEventArrivesSigned() throws {
        let server = try WebServer()
        let hook = webhook(try WebhookSettings(url: "http://localhost:\(server.port)/hook?a=1", secret: secret))
        #expect(try hook.send(event) == .sent)
        let request = try #require(try server.requests().first)
        #expect(request.path == "/hook?a=1" && request.headers["content-type"] == "application/json")
        #expect(
            request.body
                == #"{"at":"2023-11-14T22:13:20.000000+00:00","event":"relocation.failed","organizations":["acme"],"reason":"a reason","uuid":"5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"}"#
        )
        #expect(request.headers["x-relocation-timestamp"] == "1700000000")
        // As a program of another make computes it.
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("1700000000.\(request.body)".utf8), using: SymmetricKey(data: Data(secret.utf8)))
        #expect(
            request.headers["x-relocation-signature"] == "sha256=" + code.map { String(format: "%02x", $0) }.joined())
        #expect(try hook.send(event) == .sent && server.requests().count == 1, "it is told once")
    }

    @Test func trouble() throws {
        let server = try WebServer(answers: [500, 429, 204])
        #expect(
            try webhook(WebhookSettings(url: "http://127.0.0.1:\(server.port)", secret: secret)).send(event) == .sent)
        let requests = try server.requests()
        #expect(requests.count == 3 && Set(requests.map { $0.headers["x-relocation-delivery"] }).count == 1)
        #expect(requests[0].path == "/" && time.now == 3_000, "one and two seconds: \(time.now)")
    }

    @Test func whatIsRefusedIsNotRepeated() throws {
        let server = try WebServer(answers: [301])
        let hook = webhook(try WebhookSettings(url: "http://127.0.0.1:\(server.port)", secret: secret))
        #expect(try hook.send(event) == .refused("the webhook answers 301"))
        #expect(try hook.send(event) == .refused("the webhook answers 301") && server.requests().count == 1)
    }

    @Test func whatIsAwayIsDeferred() throws {
        let hook = webhook(try WebhookSettings(url: "http://127.0.0.1:\(freePort())", secret: secret))
        guard case .deferred(let reason) = try hook.send(event) else {
            Issue.record("nobody was there")
            return
        }
        #expect(reason.contains("cannot be reached") && time.count == Webhook.attempts - 1)
    }

    @Test func overTLS() throws {
        let authority = try TestAuthority()
        let server = try WebServer(authority)
        var settings = try WebhookSettings(url: "https://localhost:\(server.port)/", secret: secret)
        guard case .deferred = try webhook(settings).send(event) else {
            Issue.record("a stranger was trusted")
            return
        }
        settings.trust = TLSTrust(authorities: authority.certificate)
        #expect(try webhook(settings).send(event) == .sent)
    }

    @Test(arguments: ["ftp://host/", "http://", "http://user@host/", "http://host/a b", "https://host:x/"])
    func badURLs(_ url: String) {
        #expect(throws: NotificationError.self) { try WebhookSettings(url: url, secret: secret) }
    }

    @Test func aSecretIsLong() {
        #expect(throws: NotificationError.self) { try WebhookSettings(url: "https://host", secret: "short") }
    }
}
