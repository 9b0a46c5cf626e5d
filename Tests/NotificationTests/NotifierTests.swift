import Foundation
import TLS
import TestSupport
import Testing

@testable import Notification

/// Mails through a real server.
@Suite struct NotifierTests {
    private let folder: TemporaryFolder
    private let time = TestTime()
    private let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"

    init() throws { folder = try TemporaryFolder() }

    private var log: FileLog { FileLog(folder.file("log")) }

    private func settings(
        _ server: MailServer, _ scheme: String = "smtp-plain", user: String = "", password: String? = nil,
        _ authority: TestAuthority? = nil
    ) throws -> MailSettings {
        var settings = try MailSettings(
            url: "\(scheme)://\(user)localhost:\(server.port)", password: password, sender: "sentry@example.com")
        settings.trust = TLSTrust(authorities: authority?.certificate)
        settings.timeoutSeconds = 30
        return settings
    }

    private func send(_ settings: MailSettings, _ notices: [Notice], perMinute: Int = 1_000) throws -> NoticeReport {
        try Notifier(settings, NoticeTemplates(), log, MailPace(perMinute: perMinute), time.hooks()).send(notices)
    }

    private func claim(_ name: String, language: String = "") -> Notice {
        var notice = Notice(
            .claim, of: uuid,
            to: NoticeRecipient(address: "\(name)@example.com", name: name.capitalized, language: language))
        notice.username = name
        notice.installation = "Sentry of Acme"
        notice.organizations = ["acme", "beta"]
        notice.claimURL = Notice.claimURL("https://sentry.acme.com/", user: 7, hash: "abc123")
        return notice
    }

    // MARK: What arrives

    @Test func aMailArrivesAsWritten() throws {
        let server = try MailServer()
        let report = try send(settings(server), [claim("ada")])
        #expect(report.states.values.map(\.self) == [.sent] && report.sentNow == 1)
        let mail = try #require(try server.mails().first)
        #expect(mail.sender == "sentry@example.com" && mail.recipients == ["ada@example.com"])
        #expect(mail.subject == "Sentry of Acme: choose a password for your account")
        #expect(mail.text.contains("Hello Ada,") && mail.text.contains("with the organizations acme, beta."))
        #expect(mail.text.contains("Choose a password:\nhttps://sentry.acme.com/account/relocation/confirm/7/abc123/"))
        #expect(mail.html.contains("<a href=\"https://sentry.acme.com/account/relocation/confirm/7/abc123/\">"))
        #expect(mail.messageID == "<\(claim("ada").key)@example.com>")
        #expect(!mail.encrypted && mail.user == nil)
    }

    @Test func anotherLanguageAndDots() throws {
        let server = try MailServer()
        var failed = Notice(
            .failed, of: uuid, to: NoticeRecipient(address: "b@example.com", name: "Böb \"B\"", language: "de-AT"))
        failed.installation = "Sentry für Ägypten, mit einem sehr langen Namen, der nicht in eine Zeile passt"
        failed.reason = "line one\n.a line that begins with a dot\n<script>"
        _ = try send(settings(server), [failed])
        let mail = try #require(try server.mails().first)
        #expect(mail.subject == failed.installation + ": Ihr Umzug ist fehlgeschlagen")
        #expect(mail.text.contains("\n.a line that begins with a dot\n<script>"), "\(mail.text)")
        #expect(mail.html.contains("&lt;script&gt;") && !mail.html.contains("<script>"), "\(mail.html)")
        #expect(mail.text.contains("Guten Tag Böb \"B\","))
    }

    @Test func headersCannotBeAdded() throws {
        let server = try MailServer()
        var notice = claim("ada")
        notice.installation = "Sentry\r\nBcc: eve@example.com"
        let evil = Notice(
            .started, of: uuid, to: NoticeRecipient(address: "a@example.com>\r\nRCPT TO:<eve@example.com"))
        let report = try send(settings(server), [notice, evil])
        #expect(report.states[evil.key] == .refused("the address is none"))
        let mails = try server.mails()
        #expect(mails.count == 1 && mails[0].recipients == ["ada@example.com"])
        #expect(mails[0].subject.hasPrefix("Sentry Bcc: eve@example.com"), "\(mails[0].subject)")
    }

    // MARK: TLS and login

    @Test(arguments: [("smtps", "tls"), ("smtp", "starttls")])
    func mailsGoOverTLSWithALogin(_ scheme: String, _ protection: String) throws {
        let authority = try TestAuthority()
        for withoutPlain in [false, true] {
            var behaviour = MailServer.Behaviour()
            behaviour.protection = protection
            behaviour.needsLogin = true
            behaviour.withoutPlain = withoutPlain
            let server = try MailServer(behaviour, authority)
            let name = "\(scheme)\(withoutPlain)"
            let report = try send(
                settings(server, scheme, user: "robot@", password: "s3cret", authority), [claim(name)])
            #expect(report.sentNow == 1, "\(report)")
            let mail = try #require(try server.mails().first)
            #expect(mail.encrypted)
        }
    }

    @Test func aServerThatIsNotTrustedGetsNothing() throws {
        let (authority, other) = (try TestAuthority(), try TestAuthority())
        var behaviour = MailServer.Behaviour()
        behaviour.protection = "tls"
        let server = try MailServer(behaviour, authority)
        var report = try send(settings(server, "smtps", other), [claim("ada")])
        #expect(reason(report)?.contains("TLS with localhost cannot begin") == true, "\(report)")
        // The certificate is one of localhost.
        var elsewhere = try settings(server, "smtps", authority)
        elsewhere.host = "127.0.0.1"
        report = try send(elsewhere, [claim("ada")])
        #expect(reason(report)?.contains("TLS with 127.0.0.1 cannot begin") == true, "\(report)")
        // A server that offers no STARTTLS.
        let plain = try MailServer()
        report = try send(settings(plain, "smtp", authority), [claim("ada")])
        #expect(reason(report)?.contains("offers no STARTTLS") == true, "\(report)")
        #expect(try server.mails().isEmpty && plain.mails().isEmpty)
    }

    @Test func aWrongPasswordLosesNoMail() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.needsLogin = true
        let server = try MailServer(behaviour)
        let report = try send(settings(server, user: "robot@", password: "wrong"), [claim("ada")])
        #expect(reason(report)?.contains("refuses the login") == true && report.isRetryable, "\(report)")
        #expect(!"\(report)".contains("wrong"))
        #expect(try send(settings(server, user: "robot@", password: "s3cret"), [claim("ada")]).sentNow == 1)
        #expect(try server.mails().map(\.user) == ["robot"])
    }

    private func reason(_ report: NoticeReport) -> String? {
        if case .deferred(let reason)? = report.states.values.first { reason } else { nil }
    }

    // MARK: Trouble

    @Test func oneThatIsRefusedKeepsNobodyFromBeingTold() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.refused = ["bob@example.com"]
        behaviour.deferred = ["cid@example.com": 1, "eva@example.com": 9]
        let server = try MailServer(behaviour)
        let notices = ["ada", "bob", "cid", "dan", "eva"].map { claim($0) }
        var report = try send(settings(server), notices)
        func states() -> [NoticeState?] { notices.map { report.states[$0.key] } }
        #expect(
            states() == [
                .sent, .refused("550 5.1.1 nobody of that name"), .sent, .sent, .deferred("451 4.7.1 come again later"),
            ], "\(states())")
        #expect(report.sentNow == 3 && report.isRetryable && time.count > 0)
        #expect(try server.mails().flatMap(\.recipients) == ["ada@example.com", "dan@example.com", "cid@example.com"])
        // Asked again, only the last one is tried.
        report = try send(settings(server), notices)
        #expect(report.sentNow == 0 && report.states[notices[4].key]?.isRetryable == true)
        #expect(try server.mails().count == 3)
    }

    @Test func aServerThatIsAwayIsTriedAgain() throws {
        let port = try freePort()
        var settings = try MailSettings(url: "smtp-plain://localhost:\(port)", sender: "sentry@example.com")
        settings.timeoutSeconds = 2
        let notices = ["ada", "bob"].map { claim($0) }
        let report = try send(settings, notices)
        #expect(report.states.count == 2 && report.isRetryable && report.sentNow == 0, "\(report)")
        let server = try MailServer(port: port)
        #expect(try send(settings, notices).sentNow == 2)
        #expect(try server.mails().count == 2)
    }

    /// The server has the whole mail and is lost before it answers: nobody knows, so nobody is told again.
    @Test func nobodyIsToldTwice() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.diesAtMail = 2
        let server = try MailServer(behaviour)
        let notices = ["ada", "bob", "cid"].map { claim($0) }
        var report = try send(settings(server), notices)
        #expect(report.states[notices[0].key] == .sent && report.states[notices[1].key] == .sending, "\(report)")
        let next = try MailServer(port: server.port)
        report = try send(settings(next), notices)
        #expect(report.states[notices[1].key] == .sending && report.states[notices[2].key] == .sent, "\(report)")
        #expect(try server.mails().flatMap(\.recipients) == ["ada@example.com", "bob@example.com"])
        #expect(try next.mails().flatMap(\.recipients) == ["cid@example.com"])
    }

    /// Another worker has begun the mail meanwhile.
    @Test func whoComesSecondSendsNothing() throws {
        let server = try MailServer()
        let notice = claim("ada")
        #expect(try log.begin(notice.key) && !log.begin(notice.key))
        let report = try send(settings(server), [notice])
        #expect(report.states[notice.key] == .sending && report.sentNow == 0)
        #expect(try server.mails().isEmpty)
    }

    @Test func mailsKeepTheirPace() throws {
        let server = try MailServer()
        let notices = (1...7).map { claim("user\($0)") }
        #expect(try send(settings(server), notices, perMinute: 3).sentNow == 7)
        #expect(time.now >= 120_000 && time.now < 121_000, "\(time.now)")
        #expect(try server.mails().count == 7)
    }

    @Test func aStopEndsBetweenTwoMails() throws {
        let server = try MailServer()
        let notices = (1...4).map { claim("user\($0)") }
        let notifier = Notifier(
            try settings(server), try NoticeTemplates(), log, MailPace(perMinute: 2), time.hooks(until: 30_000))
        let report = try notifier.send(notices)
        #expect(report.sentNow == 2 && report.states.count == 2, "\(report)")
    }
}
