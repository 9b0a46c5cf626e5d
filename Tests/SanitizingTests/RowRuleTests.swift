import Crypto
import Foundation
import Testing

@testable import Sanitizing

private func matches(_ text: String?, _ pattern: String) -> Bool {
    text?.range(of: "^(?:\(pattern))$", options: .regularExpression) != nil
}

private let invented = "[A-Z][a-z]+ [A-Z][a-z]+"
private let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

@Suite("What becomes of the fields of a row") struct RowRuleTests {
    @Test func namesAndSlugs() throws {
        let file = try SanitizedFile(
            list(
                row("organization", 1, #""slug": "acme", "name": "Acme Widgets", "status": 0"#),
                row("team", 1, #""slug": "something-else", "name": "Acme Widgets""#),
                row("team", 2, #""slug": "kept", "name": null"#), row("team", 3, #""slug": "gone", "name": """#),
                row("project", 1, #""slug": null, "name": "P""#), row("environment", 1, #""name": "Acme Widgets""#)))
        let name = try #require(try file.text("name"))
        #expect(matches(name, invented) && name != "Acme Widgets")
        let slug = name.lowercased().replacing(" ", with: "-")
        #expect(try file.text("slug") == slug && file.text("slug", 1) == slug)
        #expect(try file.text("name", 1) == name && file.text("name", 5) == name)
        #expect(try file.text("slug", 2) == "kept" && file.fields(2)["name"] is NSNull)
        #expect(try file.text("slug", 3) == "" && file.text("name", 3) == "")
        #expect(try file.fields(4)["slug"] is NSNull)
        #expect(try matches(file.text("name", 4), "[A-Z][a-z]{2} [A-Z][a-z]{2}"))
        #expect(try file.fields()["status"] as? Int == 0)
    }

    @Test func texts() throws {
        let file = try SanitizedFile(
            list(row("user", 1, #""username": "Ab-g7 é", "password": "gG", "session_nonce": null, "email": """#)))
        #expect(try matches(file.text("username"), "[A-Fa-fg0-9 -]{7}"))
        #expect(try matches(file.text("password"), "[gG]{2}"))
        #expect(try file.fields()["session_nonce"] is NSNull)
        #expect(try file.text("email") == "")
    }

    @Test func emails() throws {
        let file = try SanitizedFile(
            list(
                row("useremail", 1, #""email": "anna.lee@example.com", "validation_hash": "x""#),
                row("useremail", 2, #""email": "bob@example.com", "validation_hash": """#),
                row("useremail", 3, #""email": "two@at@example.com", "validation_hash": null"#)))
        let first = try #require(try file.text("email")).split(separator: "@")
        let second = try #require(try file.text("email", 1)).split(separator: "@")
        #expect(first.count == 2 && matches(String(first[0]), "[a-fh-z.]{8}"))
        #expect(second.count == 2 && first[1] == second[1] && first[1] != "example.com" && first[1].count == 11)
        #expect(try file.text("email", 2)?.count == 18)
        #expect(try matches(file.text("validation_hash"), "[A-Za-z0-9]{32}"))
        #expect(try file.text("validation_hash", 1) == "" && file.fields(2)["validation_hash"] is NSNull)
    }

    @Test func addresses() throws {
        let file = try SanitizedFile(
            list(
                row("userip", 1, #""ip_address": "1.2.3.4", "country_code": "DE", "region_code": null"#),
                row("userip", 2, #""ip_address": "2001:db8::1", "country_code": """#),
                row("userip", 3, #""ip_address": "no address""#)))
        #expect(try matches(file.text("ip_address"), #"\d{1,3}(\.\d{1,3}){3}"#) && file.text("ip_address") != "1.2.3.4")
        let second = try #require(try file.text("ip_address", 1))
        #expect(withBytes(second) { AddressText.isAddress($0) } && second.contains(":"))
        #expect(try matches(file.text("ip_address", 2), "[a-fh-z ]{10}"))
        #expect(try file.text("country_code") == "CA" && file.fields()["region_code"] is NSNull)
        #expect(try file.text("country_code", 1) == "" && file.fields(1)["region_code"] == nil)
    }

    @Test func urls() throws {
        let file = try SanitizedFile(
            list(
                row("repository", 1, #""url": "https://me:pw@git.example.com:81/a/b.git?x=1#y""#),
                row("repository", 2, #""url": "https://example.com""#), row("repository", 3, #""url": "git@host""#)))
        #expect(
            try matches(
                file.text("url"),
                #"[a-z]{5}://[a-z]{3}\.[a-z]{7}\.[a-z]{3}/[a-f/]{3,4}\.[a-fg-z]{3}\?[h-z0-9=]{3}#[h-z]"#))
        let parts = try #require(try file.text("url")).split(separator: ".")
        #expect(try file.text("url", 1)?.contains("://\(parts[1]).") == true)
        #expect(try matches(file.text("url", 2), "[a-z@g]{8}"))
        // Both are there although the rows lacked them.
        #expect(try file.text("languages") == "[]")
    }

    @Test func uuids() throws {
        let file = try SanitizedFile(
            list(
                row("monitor", 1, #""guid": "00112233-4455-6677-8899-aabbccddeeff", "name": "m", "slug": "m""#),
                row(
                    "servicehook", 1,
                    #""guid": "00112233445566778899aabbccddeeff", "secret": "", "url": "", "events": "['x']""#),
                row("servicehook", 2, #""guid": null, "secret": "", "url": """#)))
        #expect(try matches(file.text("guid"), uuid) && file.text("guid") != "00112233-4455-6677-8899-aabbccddeeff")
        #expect(try matches(file.text("guid", 1), uuid))
        #expect(try file.text("events", 1) == "[]" && file.fields(2)["guid"] is NSNull)
    }

    @Test func json() throws {
        let file = try SanitizedFile(
            list(
                row(
                    "integration", 1,
                    #""metadata": {"key": "secret"}, "name": "n", "external_id": "7", "provider": "slack""#),
                row("integration", 2, #""metadata": null, "name": "n", "external_id": "8", "provider": "slack""#),
                row("authenticator", 1, #""config": "{\"secret\":1}""#)))
        #expect(try (file.fields()["metadata"] as? [String: Any])?.isEmpty == true)
        #expect(try file.fields(1)["metadata"] is NSNull)
        #expect(try file.text("provider") == file.text("provider", 1) && matches(file.text("provider"), "[a-fh-z]{5}"))
        #expect(try file.text("config", 2) == "\"\"")
    }

    @Test func tokensKeepTheirDigestAndEnd() throws {
        let token = "sntryu_" + String(repeating: "a1", count: 32)
        let digest = SHA256.hash(data: Data(token.utf8)).map { String(format: "%02x", $0) }.joined()
        let fields =
            #""token": "\#(token)", "hashed_token": "\#(digest)", "token_last_characters": "a1a1", "refresh_token": null"#
        let file = try SanitizedFile(
            list(
                row("apitoken", 1, fields), row("apitoken", 2, fields),
                row("apitoken", 3, #""token": "", "hashed_token": "\#(digest)", "token_last_characters": "a1a1""#)))
        let new = try #require(try file.text("token"))
        #expect(matches(new, "[0-9a-f]{64}"))
        let wanted = SHA256.hash(data: Data(new.utf8)).map { String(format: "%02x", $0) }.joined()
        #expect(try file.text("hashed_token") == wanted && file.text("token_last_characters") == String(new.suffix(4)))
        #expect(try file.text("token", 1) == new)
        #expect(try file.text("token", 2) == "" && file.text("hashed_token", 2) == wanted)
        #expect(try file.fields()["refresh_token"] is NSNull)
    }

    @Test func theFirstRuleDecidesForAll() throws {
        let file = try SanitizedFile(
            list(
                row("user", 1, #""name": "anna", "username": "anna", "email": "anna@anna", "password": "bert""#),
                row("user", 2, #""name": "bert", "username": "x", "email": "", "password": "p""#),
                row("apikey", 1, #""allowed_origins": "*", "key": "*", "label": "l""#)))
        let name = try #require(try file.text("name"))
        #expect(matches(name, invented))
        #expect(try file.text("username") == name && file.text("email") == "\(name)@\(name)")
        let password = try #require(try file.text("password"))
        #expect(matches(password, "[a-fh-z]{4}"))
        #expect(try file.text("name", 1) == password)
        #expect(try file.text("allowed_origins", 2) == "" && file.text("key", 2) == "")
    }

    @Test func everythingElseStaysInPlace() throws {
        let export = #"""
            [{"pk": "7", "extra": [1, {"é": "ü"}], "fields": {"b": 18446744073709551616, "a": 1.0, "title": "q\u0001\"\\\u2028"},
              "model": "Sentry.Dashboard"}]
            """#
        let file = try SanitizedFile(export)
        #expect(
            file.text
                == #"""
                [
                  {
                    "pk": "7",
                    "extra": [
                      1,
                      {
                        "é": "ü"
                      }
                    ],
                    "fields": {
                      "b": 18446744073709551616,
                      "a": 1.0,
                      "title": "q\u0001\"\\\#u{2028}"
                    },
                    "model": "Sentry.Dashboard"
                  }
                ]
                """#.replacing(#"\#u{2028}"#, with: "\u{2028}"))
        #expect(file.summary.rows == 1 && file.summary.models == 1)
    }

    @Test func emptyFiles() throws {
        #expect(try SanitizedFile("[]").text == "[]")
        #expect(
            try SanitizedFile(list(row("repository", 1, ""))).text.contains(
                "\"fields\": {\n      \"languages\": \"[]\"\n    }"))
    }
}
