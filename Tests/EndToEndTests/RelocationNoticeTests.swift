import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// A relocation tells people by mail, and a program by a webhook.
@Suite struct RelocationNoticeTests {
    private let site: RelocationSite
    private static let secret = "a secret of the operator"

    init() throws { site = try RelocationSite() }

    private func environment(_ mail: MailServer, _ web: WebServer? = nil) -> [String: String?] {
        [
            "RELOCATION_MAIL_URL": "smtp-plain://localhost:\(mail.port)",
            "RELOCATION_MAIL_FROM": "sentry@example.com", "RELOCATION_INSTALLATION_NAME": "New Sentry",
            "RELOCATION_INSTALLATION_URL": "https://new.example.com/",
            "RELOCATION_WEBHOOK_URL": web.map { "http://localhost:\($0.port)/hook" },
            "RELOCATION_WEBHOOK_SECRET": web.map { _ in Self.secret },
        ]
    }

    private func drain(
        _ environment: [String: String?], failpoint: String? = nil, at other: RelocationSite? = nil
    ) throws -> Installation.Result {
        try (other ?? site).site.worker(
            "run", "--drain", environment: environment.merging(["RELOCATION_FAILPOINT": failpoint]) { $1 })
    }

    /// Whom a server has told what: the address and the subject of each mail.
    private func told(_ mail: MailServer) throws -> [String] {
        try mail.mails().map { "\($0.recipients.joined()): \($0.subject)" }
    }

    @Test func ownerCreatorAndUsersAreTold() throws {
        let (mail, web) = (try MailServer(), try WebServer())
        #expect(try site.relocate(site.export()).code == 0)
        let worker = try drain(environment(mail, web))
        #expect(worker.code == 0, "\(worker.errors)")
        let mails = try mail.mails()
        // Two who asked for it hear of its start and its end; two members, who have no account here yet, may claim theirs.
        let recipients = mails.map { $0.recipients.joined() }
        #expect(mails.count == 6, "\(mails)")
        #expect(
            recipients.count { $0 == "owner@example.com" } == 2 && recipients.count { $0 == "root@example.com" } == 2)
        let claims = mails.filter { $0.text.contains("/account/relocation/confirm/") }
        #expect(claims.count == 2 && Set(claims.flatMap(\.recipients)).count == 2)
        #expect(claims.allSatisfy { $0.text.contains("https://new.example.com/account/relocation/confirm/") })
        #expect(mails.allSatisfy { $0.text.contains("New Sentry") || $0.subject.contains("New Sentry") })
        let events = try web.requests().compactMap { $0.headers["x-relocation-event"] }
        #expect(events == ["relocation.started", "relocation.succeeded"])
        let status = try site.status()
        #expect(status["status"] as? String == "SUCCESS" && (status["notices"] ?? NSNull()) is NSNull, "\(status)")
    }

    @Test(arguments: ["flow.task.before", "flow.task.after"]) func nobodyIsToldTwiceAfterACrash(_ place: String) throws
    {
        let mail = try MailServer()
        #expect(try site.relocate(site.export()).code == 0)
        // Kills a worker in each task in turn: none of them repeats a mail.
        var kills = 0
        for number in 1...16 {
            let killed = try drain(environment(mail), failpoint: "\(place):\(number):kill")
            if killed.code == 0 { break }
            #expect(killed.code == -SIGKILL)
            kills += 1
        }
        #expect(kills > 2)
        let last = try drain(environment(mail))
        #expect(last.code == 0, "\(last.errors)")
        let told = try told(mail)
        #expect(told.count == 6 && Set(told).count == 6, "\(told)")
    }

    /// Redis is emptied after some were told, and once all were: the ledger knows them. An undo forgets them with their rows.
    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func nobodyIsToldTwiceWhenRedisHasForgotten(
        _ form: LedgerSite.Form
    ) throws {
        let (other, mail) = (try RelocationSite(form), try MailServer())
        let file = try other.export()
        // The start was told, then the claims, then all.
        for (place, least) in [(4, 2), (14, 4), (nil, 6)] as [(Int?, Int)] {
            #expect(try other.relocate(file).code == 0)
            let failpoint = place.map { "flow.task.after:\($0):kill" }
            let worker = try drain(environment(mail), failpoint: failpoint, at: other)
            #expect(worker.code == (place == nil ? 0 : -SIGKILL), "\(worker.errors)")
            let told = try told(mail)
            #expect(told.count == least && Set(told).count == least, "\(told)")
            try other.site.forgetEverything()
        }
        #expect(try other.relocate(file).code == 0)
        #expect(try drain(environment(mail), at: other).code == 0)
        #expect(try told(mail).count == 6 && other.status()["status"] as? String == "SUCCESS")
        #expect(try other.status()["notices"] is NSNull)
        let notices = try other.rows("relocation.notice")
        #expect(notices.count == 6 && notices.allSatisfy { $0["state"] == .text("sent") }, "\(notices)")
        #expect(try other.site.run("undo", ["--no-prompt", other.uuid]).code == 0)
        #expect(try drain(environment(mail), at: other).code == 0)
        #expect(try other.rows("relocation.notice").isEmpty && told(mail).count == 6)
    }

    @Test func whoIsRefusedKeepsNobodyFromBeingTold() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.refused = ["owner@example.com"]
        let mail = try MailServer(behaviour)
        #expect(try site.relocate(site.export()).code == 0)
        #expect(try drain(environment(mail)).code == 0)
        #expect(try told(mail).count == 4)
        let status = try site.status()
        #expect(status["status"] as? String == "SUCCESS")
        #expect(
            (status["notices"] as? String)?.contains("1 of 2 mails were not sent") == true, "\(status["notices"] ?? "")"
        )
        #expect((status["notices"] as? String)?.contains("owner@example.com") == false)
    }

    @Test(arguments: [false, true]) func whoIsAwayFailsNothing(_ isWebhook: Bool) throws {
        let mail = try MailServer()
        var environment = environment(mail)
        if isWebhook {
            environment["RELOCATION_WEBHOOK_URL"] = "http://localhost:\(try freePort())/hook"
            environment["RELOCATION_WEBHOOK_SECRET"] = Self.secret
        } else {
            mail.stop()
        }
        #expect(try site.relocate(site.export()).code == 0)
        let worker = try drain(environment)
        #expect(worker.code == 0, "\(worker.errors)")
        if isWebhook {
            #expect(try told(mail).count == 6)
            let notices = try site.status()["notices"] as? String ?? ""
            #expect(notices.contains("the webhook was not reached") && !notices.contains(Self.secret), "\(notices)")
            return
        }
        let status = try site.status()
        #expect(status["status"] as? String == "SUCCESS")
        #expect((status["notices"] as? String)?.contains("were not sent") == true, "\(status["notices"] ?? "")")
    }

    /// Before anything is claimed: nobody gets half a mail.
    @Test func aBrokenTemplateIsRefused() throws {
        #expect(try site.relocate(site.export()).code == 0)
        let folder = site.site.installation.folder
        try FileManager.default.createDirectory(atPath: folder.file("words/en"), withIntermediateDirectories: true)
        try folder.write("{{#name}} without an end", to: "words/en/claim.txt.mustache")
        let mail = try MailServer()
        let refused = try drain(environment(mail).merging(["RELOCATION_MAIL_TEMPLATES": folder.file("words")]) { $1 })
        #expect(refused.code == 64 && refused.errors.contains("en/claim.txt.mustache"), "\(refused.errors)")
        #expect(try mail.mails().isEmpty && site.status()["startedAt"] is NSNull)
    }

    @Test func halfASettingIsRefused() throws {
        for (changes, words) in [
            (["RELOCATION_MAIL_URL": "smtp://mail.example.com"], "RELOCATION_MAIL_FROM"),
            (
                ["RELOCATION_MAIL_URL": "smtp://mail.example.com", "RELOCATION_MAIL_FROM": "sentry@example.com"],
                "RELOCATION_INSTALLATION_URL"
            ),
            (["RELOCATION_WEBHOOK_URL": "https://example.com/hook"], "RELOCATION_WEBHOOK_SECRET"),
        ] {
            let result = try drain(changes)
            #expect(result.code == 64 && result.errors.contains(words), "\(result.errors)")
        }
    }
}
