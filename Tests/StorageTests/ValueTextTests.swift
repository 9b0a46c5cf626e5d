import Catalogue
import Testing

@testable import Storage

@Suite("Values as text")
struct ValueTextTests {
    @Test(
        "Timestamps",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00.000000+00:00"), (-1, "1969-12-31T23:59:59.999999+00:00"),
            (1_687_474_795_488_000, "2023-06-22T22:59:55.488000+00:00"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000+00:00"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000+00:00"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999+00:00"),
        ])
    func timestamps(time: Int64, text: String) {
        #expect(TimestampText.text(time, withZone: true) == text)
        #expect(TimestampText.text(time, withZone: false) == String(text.dropLast(6)))
        #expect(TimestampText.microseconds(text) == time)
        #expect(TimestampText.microseconds(String(text.dropLast(6))) == time)
    }

    @Test(
        "Timestamps as other programs write them",
        arguments: [
            ("2023-06-22", Int64(1_687_392_000_000_000)), ("2023-06-22 00:00", 1_687_392_000_000_000),
            ("2023-06-22 22:59:55", 1_687_474_795_000_000), ("2023-06-22T22:59:55.5Z", 1_687_474_795_500_000),
            ("2023-06-22T22:59:55.48833+00:00", 1_687_474_795_488_330),
            ("2023-06-22T22:59:55.1234567Z", 1_687_474_795_123_456),
            ("2023-06-23T00:59:55+02:00", 1_687_474_795_000_000), ("2023-06-22T17:29:55-0530", 1_687_474_795_000_000),
            ("2023-06-22T23:59:55+01", 1_687_474_795_000_000),
        ])
    func foreignTimestamps(text: String, time: Int64) {
        #expect(TimestampText.microseconds(text) == time)
    }

    @Test(
        "No timestamps",
        arguments: [
            "", "now", "2023", "2023-13-01", "2023-02-29", "2023-06-31", "2023-06-00", "2023-06-22T",
            "2023-06-22T24:00",
            "2023-06-22T10:60", "2023-06-22T10:00:60", "2023-06-22T10:00:00.", "2023-06-22T10:00:00+", "2023-06-22x",
            "2023-06-22T10:00:00Zz", "٢٠٢٣-06-22",
        ])
    func noTimestamps(text: String) {
        #expect(TimestampText.microseconds(text) == nil)
    }

    @Test("UUIDs of any spelling")
    func uuids() {
        let dashed = "0f8fad5b-d9cb-469f-a165-70867728950e"
        for text in [dashed, dashed.uppercased(), "0f8fad5bd9cb469fa16570867728950e", "{\(dashed)}"] {
            #expect(UUIDBytes(text)?.text == dashed)
        }
        for text in ["", "0f8fad5b", dashed + "0", dashed.replacing("f", with: "g"), dashed + " "] {
            #expect(UUIDBytes(text) == nil)
        }
    }

    @Test("Arrays as JSON")
    func arrays() {
        #expect(ArrayText.json(["a", nil, "\"\\\n", "é"]) == #"["a",null,"\"\\\n","\u00e9"]"#)
        #expect(ArrayText.texts(#" [ "a" , null, "\"\\\n\u00e9\ud83d\ude00\/" ] "#) == ["a", nil, "\"\\\né😀/"])
        #expect(ArrayText.texts("[]") == [])
        #expect(ArrayText.json([[1, 2.5], [-3, 1e300]]) == "[[1.0,2.5],[-3.0,1e+300]]")
        #expect(ArrayText.doubles("[[1, 2.5], [-3, 1e300]]") == [[1, 2.5], [-3, 1e300]])
        for text in ["", "[", "[\"a\"", "[1]", "[\"a\",]", "{}", "null", "[\"\\x\"]", "[\"\\ud83d\"]", "[] []"] {
            #expect(ArrayText.texts(text) == nil, "\(text)")
        }
        #expect(ArrayText.doubles("[1]") == nil)
        #expect(ArrayText.doubles("[[a]]") == nil)
    }

    @Test("Folding is one character for one")
    func folding() {
        #expect(CaseFolding.folded("ABC@É.Ω") == "abc@é.ω")
        #expect(CaseFolding.folded("İ") == "i")
        #expect(CaseFolding.folded("ß") == "ß")
        #expect(CaseFolding.folded("ΟΔΟΣ") == "οδοσ")
        #expect(CaseFolding.folded("\u{212A}") == "k")
    }

    @Test("Names are no longer than PostgreSQL keeps, and stay apart")
    func names() throws {
        var seen: Set<String> = []
        let all = Set(Contents.allTables.tables.map(\.name))
        for table in Contents.allTables.tables {
            let names =
                table.uniques.map { SchemaNames.unique($0, of: table) }
                + table.checks.map { SchemaNames.check($0, of: table) }
                + table.foreignKeys(into: all).map { SchemaNames.foreignKey($0, of: table) }
                + table.foreignKeysWithoutIndex(into: all).map { SchemaNames.index($0, of: table) }
                + [SchemaNames.sequence(of: table.name)]
            for name in names {
                #expect(name.utf8.count <= 63)
                #expect(seen.insert(name).inserted, "\(name)")
            }
        }
    }
}
