import ExportFormat
import Foundation
import Testing

@testable import Sanitizing

@Suite struct TextRunTests {
    private func email(_ text: String, at place: Int = 0) -> Int? {
        withBytes(text) { TextRuns.email(in: $0, at: place) }
    }

    private func address(_ text: String, at place: Int = 0) -> Int? {
        withBytes(text) { TextRuns.address(in: $0, at: place) }
    }

    @Test func emailAddresses() {
        #expect(email("a@b.io") == 6)
        #expect(email("first.last+tag@sub.example.com, and") == 30)
        #expect(email("(a@b.io)", at: 1) == 6)
        #expect(email("user:a@b.io.", at: 5) == 6)
        #expect(email("jürgen@münchen.de") == 19)
        // Only from the beginning, and neither a version nor a mention.
        #expect(email("ab@b.io", at: 1) == nil)
        #expect(email("app@1.2.3") == nil && email("me@host") == nil && email("@b.io") == nil && email("a@.io") == nil)
    }

    @Test func addresses() {
        #expect(address("10.0.0.1") == 8 && address("10.0.0.1.") == 8 && address("2001:db8::1 x") == 11)
        #expect(address("ip:10.0.0.1", at: 3) == nil)
        #expect(address("ip 10.0.0.1", at: 3) == 8)
        #expect(address("v10.0.0.1", at: 1) == nil && address("1.2.3") == nil && address("::") == nil)
        #expect(address("12:30:45") == nil && address("10.0.0.1x") == nil)
    }
}

@Suite("Texts without a rule, with --thorough") struct SweepTests {
    private func sanitized(_ rows: String...) throws -> SanitizedFile {
        try SanitizedFile("[" + rows.joined(separator: ",") + "]") {
            $0.seed = 1
            $0.isThorough = true
        }
    }

    @Test func originalsAreFoundWhereverTheyStand() throws {
        let file = try sanitized(
            row(
                "user", 1,
                #""name": "Anna Lee", "username": "anna77", "email": "anna@corp.io", "password": "md5$secret$1""#),
            row("team", 1, #""name": "Bob", "slug": "bobs-team""#),
            row("dashboard", 1, #""title": "Anna Lee's: anna77x, Bob, Bobby, bobs-team md5$secret$1""#))
        let team = try #require(try file.text("name", 1))
        let texts = try ["name", "username", "password"].map { try #require(try file.text($0)) }
        let slug = try #require(try file.text("slug", 1))
        let words = ["\(texts[0])'s: \(texts[1])x", team, "Bobby", "\(slug) \(texts[2])"]
        #expect(try file.text("title", 2) == words.joined(separator: ", "))
    }

    @Test func addressesAreFoundByTheirForm() throws {
        let file = try sanitized(
            row("useremail", 1, #""email": "anna@corp.io""#),
            row(
                "savedsearch", 1,
                #""name": "n", "query": "user.email:anna@corp.io user.ip:10.1.2.3 b.c@corp.io 10.1.2.3""#))
        let query = try #require(try file.text("query", 1))
        let email = try #require(try file.text("email"))
        #expect(query.hasPrefix("user.email:\(email) "))
        #expect(!query.contains("corp.io") && query.contains("@" + (email.split(separator: "@").last ?? "?")))
        // Behind a colon a number may be anything; the second one stands alone.
        #expect(query.split(separator: " ").last != "10.1.2.3")
    }

    @Test func stringsInsideJSON() throws {
        let file = try sanitized(
            row("user", 1, #""name": "Jos\u00e9 \"Q\" M", "username": "u", "email": "", "password": """#),
            row("useroption", 1, #""key": "mail:email", "value": "\"a@corp.io\"""#),
            row(
                "rule", 1,
                #""label": "x", "data": "{\"name\":\"Jos\\u00e9 \\\"Q\\\" M\",\"n\":10000000000000000000000}""#),
            row("rule", 2, #""label": "x", "data": "{ \"kept\" : [1.50] }""#),
            row("monitor", 1, #""name": "m", "slug": "s", "config": {"to": ["a@corp.io", 1]}"#))
        let name = try #require(try file.text("name"))
        let option = try #require(try file.text("value", 1))
        #expect(option.hasPrefix("\"") && option.hasSuffix("\"") && option.contains("@") && !option.contains("corp.io"))
        #expect(try file.text("data", 2) == #"{"name":"\#(name)","n":10000000000000000000000}"#)
        #expect(try file.text("data", 3) == #"{ "kept" : [1.50] }"#)
        let config = try #require(try file.fields(4)["config"] as? [String: Any])
        #expect((config["to"] as? [Any])?.first as? String == option.replacing("\"", with: ""))
    }

    @Test func secretsThatOnlyTheirNamesTell() throws {
        let file = try sanitized(
            row(
                "rule", 1,
                #""label": "x", "data": "{\"api_key\": \"plain-one\", \"n\": 5, \"Auth\": {\"u\": \"bob\", \"pin\": 12, \"on\": true}}""#
            ),
            row(
                "rule", 2,
                #""label": "uses plain-one", "data": "[{\"name\": \"clientSecret\", \"value\": \"second one\"}, [\"X-Api-Key\", \"third\"], {\"name\": \"color\", \"value\": \"red\"}]""#
            ),
            row("option", 1, #""key": "mail.password", "value": "\"hunter2\"""#),
            row("option", 2, #""key": "mail.port", "value": 25"#),
            row("projectoption", 1, #""key": "sentry:token", "value": {"a": ["fourth one"], "b": 7}"#),
            row("monitor", 1, #""name": "m", "slug": "s", "config": {"password": "fifth", "timezone": "UTC"}"#))
        for secret in ["plain-one", "bob", "second one", "third", "hunter2", "fourth one", "fifth"] {
            #expect(!file.text.contains(secret), "\(secret)")
        }
        #expect(
            try file.text("data")?.contains(#""n":5"#) == true && file.text("data")?.contains(#""on":true"#) == true)
        #expect(try file.text("data")?.contains(#""pin":0"#) == true)
        #expect(try file.text("data", 1)?.contains(#""value":"red""#) == true)
        #expect(try file.text("value", 2)?.count == 9 && file.fields(3)["value"] as? Int == 25)
        let config = try #require(try file.fields(5)["config"] as? [String: Any])
        #expect(config["timezone"] as? String == "UTC" && (config["password"] as? String)?.count == 5)
        #expect((file.summary.replaced[.secrets] ?? 0) >= 5)
    }

    @Test(
        arguments: [
            ("see ghp_16C7e42F292c6912E7710c838347Ae178B4a!", "see ", "!"),
            ("postgres://sentry:pw@db:5432/x", "postgres://", "@db:5432/x"),
            ("GET /?a=1&access_token=abc123&b=2", "GET /?a=1&access_token=", "&b=2"),
            ("d41d8cd98f00b204e9800998ecf8427e", "", ""), ("x Zm9vYmFyQmF6MTIzNDU2Nzg5 y", "x ", " y"),
            ("id 00112233-4455-6677-8899-aabbccddeeff.", "id ", "."),
            ("k -----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY----- e", "k ", " e"),
        ])
    func secretsThatTheirFormTells(_ title: String, _ before: String, _ after: String) throws {
        let file = try sanitized(row("dashboard", 1, #""title": "\#(title)""#))
        let old = title.replacing("\\n", with: "\n")
        let new = try #require(try file.text("title"))
        #expect(new != old && new.hasPrefix(before) && new.hasSuffix(after), "\(new)")
        let secret = old.dropFirst(before.count).dropLast(after.count)
        #expect(!new.contains(secret))
    }

    @Test(
        arguments: [
            "sentry.rules.filters.age_comparison.AgeComparisonFilter", "my-project-production-2024-01",
            "user.id:12345678",
            "2024-01-01T00:00:00Z", "a=b&page=2", "https://x/y@z", "deadbeef", "ErrorBudget",
        ])
    func wordsAreNoSecrets(_ title: String) throws {
        #expect(try sanitized(row("dashboard", 1, #""title": "\#(title)""#)).text("title") == title)
    }

    @Test func vocabularyStays() throws {
        let file = try sanitized(
            row("team", 1, #""name": "member", "slug": "member""#),
            row("organizationmember", 1, #""role": "member", "user_email": "x@corp.io""#))
        #expect(try file.text("role", 1) == "member" && file.text("user_email", 1)?.contains("corp.io") == false)
    }

    @Test func textsOfOtherScripts() throws {
        let file = try sanitized(
            row("user", 1, #""username": "\u65e5\u672c\u8a9e", "email": "\u65e5@\u672c", "password": """#))
        let letters = CharacterSet(charactersIn: "abcdefhijklmnopqrstuvwxyz")
        #expect(try file.text("username")?.count == 3)
        #expect(try file.text("username")?.unicodeScalars.allSatisfy(letters.contains) == true)
        #expect(try file.text("email")?.count == 3)
    }

    @Test func withoutItTextsStay() throws {
        let file = try SanitizedFile(
            list(row("user", 1, #""name": "Anna Lee""#), row("dashboard", 1, #""title": "Anna Lee a@b.io 10.0.0.1""#)))
        #expect(try file.text("title", 1) == "Anna Lee a@b.io 10.0.0.1")
    }
}

@Suite struct UnknownModelTests {
    private let export = list(
        row("user", 1, #""name": "Anna", "username": "anna", "email": "anna@corp.io", "password": """#),
        #"{"model": "other.thing", "pk": 1, "fields": {"when": "2024-01-01T00:00:00.000Z", "deep": [{"anna": "anna@corp.io"}], "n": 5, "ip": "10.0.0.1", "id": "00112233-4455-6677-8899-aabbccddeeff", "who": "Anna", "no": null, "\u65e5": "\u65e5"}}"#,
        #"{"model": "sentry.group", "pk": 1}"#, #"{"model": "Other.Thing", "pk": 2, "fields": {}}"#)

    @Test func areLeftOut() throws {
        let file = try SanitizedFile(export)
        #expect(file.summary.rows == 1 && file.summary.models == 1)
        #expect(file.summary.unknown.map(\.model) == ["other.thing", "sentry.group"])
        #expect(file.summary.unknown.map(\.rows) == [2, 1])
        #expect(!file.text.contains("other"))
    }

    @Test func areKeptWithOtherTexts() throws {
        let file = try SanitizedFile(export) {
            $0.seed = 1
            $0.keepsUnknown = true
        }
        #expect(file.summary.rows == 4 && file.summary.replaced[.others] == 6)
        let fields = try file.fields(1)
        #expect(fields["when"] as? String == "2024-01-01T00:00:00Z")
        #expect(try (fields["deep"] as? [[String: Any]])?.first?["anna"] as? String == file.text("email"))
        #expect(fields["n"] as? Int == 5 && fields["no"] is NSNull)
        #expect(try fields["who"] as? String == file.text("name"))
        for (field, original) in [("ip", "10.0.0.1"), ("id", "00112233-4455-6677-8899-aabbccddeeff"), ("日", "日")] {
            let new = try #require(fields[field] as? String)
            #expect(new != original && (field == "ip" || new.count == original.count))
        }
    }
}

@Suite("Values that no rule takes") struct RefusalTests {
    @Test(
        arguments: [
            (#""name": 5"#, "name", "an integer"), (#""username": "日本語""#, "username", "--thorough"),
            (#""email": ["a"]"#, "email", "a list"), (#""password": {}"#, "password", "an object"),
            (#""avatar_url": true"#, "avatar_url", "a boolean"), (#""last_login": 1.5"#, "last_login", "a fraction"),
            (#""last_login": 1E400"#, "last_login", "a fraction"), (#""flags": 1E400"#, "flags", "NaN or infinity"),
        ])
    func fields(fields: String, field: String, message: String) throws {
        let error = try #require(
            refusal(list(row("organization", 1, #""name": "o""#), row("user", 7, fields))))
        #expect(error.kind == .badData && error.message.contains(message))
        #expect(error.place.model == "sentry.user" && error.place.sourcePK == 7 && error.place.field == field)
        #expect(error.place.record == 2 && error.place.line == 2)
    }

    @Test func uuids() {
        let error = refusal(list(row("monitor", 1, #""guid": "no uuid", "name": "m", "slug": "s""#)))
        #expect(error?.message.contains("no UUID") == true && error?.place.field == "guid")
    }

    @Test(
        arguments: [
            (#"{"pk": 1, "fields": {}}"#, "no model"), (#"{"model": 5, "pk": 1, "fields": {}}"#, "no model"),
            (#"{"model": "sentry.user", "fields": {}}"#, "no primary key"),
            (#"{"model": "sentry.user", "pk": 1}"#, "no fields"),
            (#"{"model": "sentry.user", "pk": 1, "fields": []}"#, "no fields"), ("5", "must be an object"),
            (#"{"model": "sentry.user", "pk": 1, "fields": {"name": "\ud800"}}"#, "half a surrogate"),
        ])
    func rows(row: String, message: String) {
        let error = refusal("[\(row)]")
        #expect(error?.kind == .badData && error?.message.contains(message) == true && error?.place.record == 1)
    }

    @Test func manyModels() {
        let rows = (0...1000).map { #"{"model": "a.m\#($0)", "pk": 1, "fields": {}}"# }
        #expect(refusal("[" + rows.joined(separator: ",") + "]")?.kind == .tooLarge)
        #expect(refusal(#"[{"model": "\#(String(repeating: "m", count: 129))", "pk": 1}]"#)?.kind == .tooLarge)
    }
}
