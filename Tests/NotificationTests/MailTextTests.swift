import Testing

@testable import Notification

@Suite struct MailTextTests {
    @Test func datesAreThoseOfMails() {
        #expect(MailDate.text(0) == "Thu, 01 Jan 1970 00:00:00 +0000")
        #expect(MailDate.text(1_700_000_000_000_000) == "Tue, 14 Nov 2023 22:13:20 +0000")
        #expect(MailDate.text(1_709_210_096_999_999) == "Thu, 29 Feb 2024 12:34:56 +0000")
    }

    @Test func headersAreEncodedIfTheyMust() {
        #expect(HeaderText.encoded("Plain words") == "Plain words")
        #expect(HeaderText.encoded(" a\r\nb\tc ") == "a  b c")
        #expect(HeaderText.encoded("für") == "=?utf-8?B?ZsO8cg==?=")
        let long = HeaderText.encoded(String(repeating: "ä", count: 60))
        #expect(
            long.split(separator: "\r\n ").allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?utf-8?B?") }, "\(long)")
    }

    @Test(arguments: [
        ("smtps://mail.example.com", "mail.example.com", 465, MailSettings.Protection.tls, nil),
        ("smtp://bot%40acme.com@mail.example.com:2525", "mail.example.com", 2525, .startTLS, "bot@acme.com"),
        ("smtp-plain://[::1]:25/", "::1", 25, .none, nil),
    ]) func settings(
        _ url: String, _ host: String, _ port: Int, _ protection: MailSettings.Protection, _ user: String?
    ) throws {
        let settings = try MailSettings(url: url, sender: "a@b.c")
        #expect(settings.host == host && settings.port == port)
        #expect(settings.protection == protection && settings.user == user)
    }

    @Test(arguments: [
        "mail.example.com", "http://mail.example.com", "smtp://", "smtp://user:secret@host", "smtp://host:0",
        "smtp://host:99999", "smtp-plain://user@mail.example.com", "smtp://ho st",
    ]) func badURLs(_ url: String) {
        do {
            _ = try MailSettings(url: url, password: "s3cret", sender: "a@b.c")
            Issue.record("\(url) was taken")
        } catch {
            #expect(error.kind == .usage && !error.message.contains("secret"))
        }
    }

    @Test(arguments: ["", "a", "a@", "@b", "a@b@c", "a b@c", "<a@b>", "a@b\r\nc", "a\"@b"]) func badAddresses(
        _ text: String
    ) {
        #expect(!MailAddress.isSound(text))
        #expect(throws: NotificationError.self) { try MailSettings(url: "smtps://host", sender: text) }
    }
}
