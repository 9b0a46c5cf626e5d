import Foundation
import Testing

@testable import Sanitizing

/// An export of people and organizations that a seed decides, with hostile texts.
struct RandomExport {
    private var random: RandomStream
    /// What must not be found afterwards.
    private(set) var secrets: Set<String> = []
    private(set) var rows: [[String: Any]] = []
    private var people: [(name: String, username: String, email: String)] = []

    private static let names = [
        "Anna", "José", "李雷 Li", "O'Brien", "Dr. \"Q\"", "back\\slash", "line\nbreak", "👩‍👩‍👧 fam", "<script>", "𝔘nicode",
        "a\u{301}ccent",
    ]
    private static let domains = ["example.com", "mail.acme-widgets.io", "münchen.de"]

    init(seed: Int64) {
        random = withBytes("export") { RunKey(seed: seed).stream(.token, $0) }
        for key in 1...Int(random.next(in: 2...9)) { addPerson(key) }
        for key in 1...3 { addOrganization(key) }
        for key in 1...6 { addFreeTexts(key) }
    }

    private mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int(random.next(below: UInt64(list.count)))]
    }

    private mutating func secret(_ text: String) -> String {
        secrets.insert(text)
        return text
    }

    private mutating func hex(_ count: Int) -> String {
        var out: [UInt8] = []
        random.append(count, of: Array("0123456789abcdef".utf8), to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func date() -> String {
        let milliseconds = 1_700_000_000_000 + random.next(in: 0...pick([5, 100_000_000_000]))
        return String(
            decoding: Self.format.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000)).utf8,
            as: UTF8.self)
    }

    private static var format: ISO8601DateFormatter {
        let format = ISO8601DateFormatter()
        format.formatOptions.insert(.withFractionalSeconds)
        return format
    }

    private mutating func add(_ model: String, _ key: Int, _ fields: [String: Any]) {
        rows.append(["model": "sentry." + model, "pk": key, "fields": fields])
    }

    private mutating func addPerson(_ key: Int) {
        let name = secret(pick(Self.names) + " \(hex(6))")
        let username = secret("user-\(hex(5))")
        let email = secret("\(username)@\(pick(Self.domains))")
        people.append((name, username, email))
        add(
            "user", key,
            [
                "name": name, "username": username, "email": email, "password": secret("md5$\(hex(8))$\(hex(32))"),
                "date_joined": date(), "last_login": NSNull(), "avatar_url": "",
            ])
        add("useremail", key, ["user": key, "email": email, "validation_hash": secret(hex(32))])
        add(
            "userip", key,
            ["user": key, "ip_address": secret("10.\(random.next(below: 250)).77.1\(key)"), "first_seen": date()])
    }

    private mutating func addOrganization(_ key: Int) {
        let slug = secret("slug-\(hex(8))")
        add("organization", key, ["name": secret("Org \(hex(6))"), "slug": slug, "date_added": date()])
        add("apikey", key, ["key": secret(hex(32)), "label": "Default", "allowed_origins": "*", "date_added": date()])
        let token = secret(hex(64))
        add("apitoken", key, ["token": token, "token_last_characters": String(token.suffix(4)), "date_added": date()])
        add(
            "repository", key,
            ["name": "r", "url": "https://\(slug).example/x", "external_id": String(key), "date_added": date()])
    }

    private mutating func addFreeTexts(_ key: Int) {
        let person = pick(people)
        let some = pick(Array(secrets).sorted())
        let text = pick([
            "", "\(person.name)'s", "to:\(person.email);", "assigned:\(person.username)",
            String(repeating: "\(some) ", count: 300),
        ])
        add("dashboard", key, ["title": text, "filters": ["deep": [text, 1]]])
        add(
            "useroption", key,
            ["user": 1, "key": "mail:email", "value": String(decoding: json([text, person.email]), as: UTF8.self)])
    }

    func json(_ value: Any) -> Data {
        (try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])) ?? Data()
    }

    var text: String { String(decoding: json(rows), as: UTF8.self) }
}

@Suite("Exports that a seed makes") struct RandomExportTests {
    private static let seeds: ClosedRange<Int64> = 1...60

    private func sanitized(_ export: RandomExport, seed: Int64?, isThorough: Bool) throws -> SanitizedFile {
        try SanitizedFile(export.text) {
            $0.seed = seed
            $0.isThorough = isThorough
        }
    }

    /// All texts of a value, also those of JSON inside a text.
    private func texts(_ value: Any) -> [String] {
        switch value {
        case let text as String:
            guard let inner = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else { return [text] }
            return [text] + texts(inner)
        case let list as [Any]: return list.flatMap(texts)
        case let object as [String: Any]: return object.values.flatMap(texts)
        default: return []
        }
    }

    @Test func noOriginalSurvives() throws {
        for seed in Self.seeds {
            let export = RandomExport(seed: seed)
            let file = try sanitized(export, seed: seed, isThorough: true)
            let found = try texts(JSONSerialization.jsonObject(with: Data(file.text.utf8)))
            for secret in export.secrets {
                #expect(!found.contains { $0.contains(secret) }, "seed \(seed): \(secret)")
            }
        }
    }

    @Test func rowsKeysAndReferencesStay() throws {
        for seed in Self.seeds {
            let export = RandomExport(seed: seed)
            let file = try sanitized(export, seed: nil, isThorough: false)
            let rows = try #require(try JSONSerialization.jsonObject(with: Data(file.text.utf8)) as? [[String: Any]])
            #expect(rows.count == export.rows.count)
            for (old, new) in zip(export.rows, rows) {
                #expect(old["model"] as? String == new["model"] as? String && old["pk"] as? Int == new["pk"] as? Int)
                let (before, after) = (old["fields"] as? [String: Any], new["fields"] as? [String: Any])
                let added = old["model"] as? String == "sentry.repository" ? ["languages"] : []
                #expect(Set(before?.keys.map { $0 } ?? []).union(added) == Set(after?.keys.map { $0 } ?? []))
                #expect(before?["user"] as? Int == after?["user"] as? Int)
                #expect(before?["title"] as? String == after?["title"] as? String)
            }
        }
    }

    @Test func sameTextSameReplacementAndOrderOfDates() throws {
        for seed in Self.seeds {
            let export = RandomExport(seed: seed)
            let file = try sanitized(export, seed: seed, isThorough: false)
            var replacements: [String: String] = [:]
            var dates: [(String, String)] = []
            for (place, row) in export.rows.enumerated() {
                for (field, value) in row["fields"] as? [String: Any] ?? [:] {
                    guard let value = value as? String, let new = try file.text(field, place) else { continue }
                    if field.hasPrefix("date") || field.hasPrefix("first") { dates.append((value, new)) }
                    guard ["name", "username", "key", "label", "ip_address"].contains(field) else { continue }
                    #expect(replacements[value, default: new] == new)
                    replacements[value] = new
                }
            }
            let sorted = dates.sorted { $0.0 < $1.0 }.map { $0.1.replacing(".", with: "").replacing("Z", with: "") }
            #expect(sorted.map { $0.padding(toLength: 23, withPad: "0", startingAt: 0) }.isAscending)
        }
    }

    @Test func aSeedRepeatsAndNothingElseDoes() throws {
        let export = RandomExport(seed: 5)
        let first = try sanitized(export, seed: 9, isThorough: true).text
        #expect(try sanitized(export, seed: 9, isThorough: true).text == first)
        #expect(try sanitized(export, seed: 10, isThorough: true).text != first)
        let secret = try sanitized(export, seed: nil, isThorough: true).text
        #expect(try sanitized(export, seed: nil, isThorough: true).text != secret)
    }

    /// A program in another language has computed the two from the definition. No later version may change them.
    @Test func whatASeedGivesStays() throws {
        let file = try SanitizedFile(list(row("user", 1, #""name": "Anna Lee", "username": "anna""#))) { $0.seed = 7 }
        #expect(try file.text("name") == "Behuhub Nihanine" && file.text("username") == "ttai")
    }
}

extension [String] {
    fileprivate var isAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 <= $1 } }
}
