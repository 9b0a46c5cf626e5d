import Catalogue
import Foundation
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct RecordReaderTests {
    private static let rows = [
        record("sentry.email", pk: "1", #"{"email": "a\"]}[{\\"}"#),
        record("sentry.email", pk: "2", #"{"email": "é😀"}"#),
        record("sentry.email", pk: "3", "{}"),
        record("sentry.email", pk: "4", #"{"email": "\#(String(repeating: "\\\\", count: 150))"}"#),
        #"{"model":"a.b"}"#,
    ]

    private static func read(_ text: String, step: Int) throws -> [String] {
        let reader = try RecordReader(DripSource(Array(text.utf8), step: step), limits: .standard)
        var rows: [String] = []
        while let row = try reader.next() { rows.append(String(decoding: row.json, as: UTF8.self)) }
        #expect(reader.bytesRead == Int64(text.utf8.count))
        return rows
    }

    /// Every boundary falls between two reads, and at every place of the scanner's blocks.
    @Test func readsInPiecesOfAnySize() throws {
        let text = "\n [ " + Self.rows.joined(separator: "\r\n,\t") + "\n] \n"
        for step in Array(1...130) + [1000, 100_000] { #expect(try Self.read(text, step: step) == Self.rows) }
    }

    @Test func findsEndsAtEveryPlaceOfABlock() throws {
        for length in 0...200 {
            let row = record(
                "sentry.email", "{\"email\": \"\(String(repeating: "x", count: length))\\\\\", \"n\": [[{}]]}")
            #expect(try Self.read("[\(row),\(row)]", step: 100_000) == [row, row])
        }
    }

    @Test func tellsWhereRowsAre() throws {
        let text = "[{\"model\":\"a.b\"}, {\"model\":\"c.d\"}]"
        let reader = try RecordReader(DripSource(Array(text.utf8), step: 3), limits: .standard)
        let first = try reader.next()
        let second = try reader.next()
        #expect(first?.number == 1 && first?.byte == 1)
        #expect(second?.number == 2 && second?.byte == 18)
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test func digestsTheText() throws {
        let reader = try RecordReader(DripSource(Array("[]".utf8), step: 1), limits: .standard)
        #expect(try reader.next() == nil)
        // printf '[]' | sha256sum
        #expect(reader.sha256() == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945")
    }

    @Test(arguments: ["[]", " [ ] ", "{}", " {\n} ", "\u{FEFF}[]", "\u{FEFF} [{\"model\":\"a.b\"}]"])
    func accepts(_ text: String) throws { _ = try Self.read(text, step: 1) }
}

@Suite struct BadTextTests {
    private static let row = record("sentry.email", "{}")

    @Test(arguments: [
        ("", "empty"), (" \n", "empty"), ("not json", "JSON"), ("3", "a number"), ("-1", "a number"), ("null", "null"),
        ("true", "a boolean"), (#""text""#, "a string"), ("NaN", "JSON"), (#"{"model": "a.b"}"#, "a single object"),
        ("[", "truncated"),
        ("[\(row)", "truncated"), ("[\(row),", "truncated"), ("[\(row.dropLast(3))", "truncated"),
        ("[\(row)]]", "follows"),
        ("[\(row)] x", "follows"), ("[][]", "follows"), ("{} {}", "follows"), ("[\(row) \(row)]", "comma"),
        ("[\(row),]", "comma"), ("[,\(row)]", "must be an object"), ("[\(row),,\(row)]", "must be an object"),
        ("[5]", "a number"),
        ("[null]", "null"), (#"["x"]"#, "a string"), ("[[]]", "a list"), ("[\(row), 5]", "a number"), ("[NaN]", "JSON"),
        ("[\(row)}", "comma"), ("{\(row)}", "single object"),
    ])
    func refusesStructure(_ text: String, _ words: String) throws {
        let error = try refusal(of: text)
        #expect(error.kind == .badData)
        #expect(error.kind.exitCode == 65)
        #expect(error.message.contains(words), "\(error)")
        #expect(error.place.byte != nil)
    }

    @Test(arguments: [
        (#"[{"model": "a.b", "pk": NaN}]"#, 24, "NaN"), (#"[{"model": "a.b" "pk": 1}]"#, 17, "comma"),
        (#"[{"model": "a.b", "pk": 1]]"#, 25, "wrong one"), (#"[{"model": "a.b", "pk": [1}]}]"#, 26, "wrong one"),
        (#"[{"model": "a.b", "pk": 01}]"#, 24, "not JSON"), (#"[{"model": "a.b", 'pk': 1}]"#, 18, "quotes"),
        (#"[{"model": "a.b", "pk": 1,}]"#, 26, "quotes"), (#"[{"model": "a.\b.x"}, {"model": "a\q"}]"#, 34, "escape"),
    ])
    func refusesRows(_ text: String, _ byte: Int64, _ words: String) throws {
        let error = try refusal(of: text)
        #expect(error.kind == .badData)
        #expect(error.place.byte == byte, "\(error)")
        #expect(error.message.contains(words), "\(error)")
        #expect(error.place.record != nil)
    }

    @Test func refusesOtherEncodings() throws {
        let text = "[{\"model\": \"a.b\", \"x\": \"é\"}]"
        for (mark, encoding) in [
            ([0xFF, 0xFE], String.Encoding.utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian),
            ([], .utf16LittleEndian), ([], .utf16BigEndian), ([], .utf32LittleEndian),
        ] as [([UInt8], String.Encoding)] {
            let bytes = mark + [UInt8](try #require(text.data(using: encoding)))
            #expect(try refusal(ofBytes: bytes).message.contains("UTF-16"))
        }
        let latin = [UInt8](try #require(text.data(using: .isoLatin1)))
        let error = try refusal(ofBytes: latin)
        #expect(error.message.contains("UTF-8"))
        #expect(error.place.byte == 24)
    }

    @Test func refusesEnvelopes() throws {
        for (row, words) in [
            (#"{"pk": 1, "fields": {}}"#, "no model"), (#"{"model": 5, "fields": {}}"#, "no model"),
            (#"{"model": null, "fields": {}}"#, "no model"), (#"{"model": "user", "fields": {}}"#, "without a dot"),
        ] {
            let error = try refusal(of: "[\(Self.row), \(row)]")
            #expect(error.kind == .badData && error.message.contains(words))
            #expect(error.place.record == 2)
            #expect(error.finding?.kind == .deserializationFailed)
        }
        for row in [
            #"{"model": "sentry.user", "pk": 7}"#, #"{"model": "sentry.user", "pk": 7, "fields": null}"#,
            #"{"model": "sentry.user", "pk": 7, "fields": []}"#,
        ] {
            let error = try refusal(of: "[\(Self.row), \(row)]")
            #expect(error.finding?.kind == .deserializationFailed)
            #expect(error.finding?.model == "sentry.user" && error.finding?.leftPK == 7)
        }
    }

    @Test func refusesKeysBeyond64Bits() throws {
        for pk in [
            "9223372036854775808", "-9223372036854775809", #""9223372036854775808""#, "1e30",
            "100000000000000000000000",
        ] {
            let error = try refusal(of: "[\(record("sentry.user", pk: pk, "{}"))]")
            #expect(error.finding?.kind == .unknown)
            #expect(error.place.field == "pk")
        }
        for pk in [#""x""#, "[]", "{}", #""""#] {
            let error = try refusal(of: "[\(record("sentry.user", pk: pk, "{}"))]")
            #expect(error.finding?.kind == .deserializationFailed)
        }
        for pk in ["9223372036854775807", "-9223372036854775808"] {
            #expect(try Fixture("[\(record("sentry.user", pk: pk, "{}"))]").survey().rowsTotal == 1)
        }
    }

    /// No message shows what a field holds.
    @Test func keepsValuesToItself() throws {
        for value in [#""s3cr3t""#, #"["s3cr3t"]"#, #"{"s3cr3t": 1}"#, #""s3cr3t\ud800""#] {
            for field in ["is_active", "date_joined", "flags", "avatar_type"] {
                let error = try refusal(of: "[\(record("sentry.user", "{\"\(field)\": \(value)}"))]")
                #expect(!error.description.contains("s3cr3t"))
                #expect(error.finding?.reason.contains("s3cr3t") != true)
            }
        }
    }
}
