import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Files that are not an export, or contain a mistake: refused as a whole, with the place and without a value.
@Suite struct BadTextTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: Data
        let refusal: Refusal
        let flags: [String]

        init(
            _ name: String, _ text: String, encoding: String.Encoding = .utf8, flags: [String] = [], _ refusal: Refusal
        ) {
            self.flags = flags
            testDescription = name
            bytes = text.data(using: encoding) ?? Data()
            self.refusal = refusal
        }
    }

    private static let good = row()
    private static func nested(_ levels: Int) -> String {
        String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }

    static let cases: [Case] = [
        Case("not JSON", "open sesame", Refusal(65, "byte 0", "list of rows")),
        Case("empty file", "", Refusal(65, "byte 0", "empty")),
        Case("white space alone", " \n\t", Refusal(65, "byte 3", "empty")),
        Case("a number", "42", Refusal(65, "byte 0", "is a number", "list of rows")),
        Case("null", "null", Refusal(65, "byte 0", "null", "list of rows")),
        Case("a string", "\"sesame\"", Refusal(65, "byte 0", "is a string", "list of rows")),
        Case("a single object", good, Refusal(65, "byte 1", "single object", "list of rows")),
        Case("truncated in a row", "[" + good.dropLast(3), Refusal(65, "record 1", "truncated", "export again")),
        Case("truncated between rows", "[\(good)", Refusal(65, "record 1", "truncated", "export again")),
        Case("truncated after a comma", "[\(good),", Refusal(65, "record 2", "truncated", "export again")),
        Case("trailing text", "[\(good)] sesame", Refusal(65, "byte \(good.utf8.count + 3)", "follows the end")),
        Case("two exports joined", "[\(good)]\n[\(good)]", Refusal(65, "record 1", "follows the end", "joined")),
        Case("a comma too many", "[\(good),]", Refusal(65, "record 1", "comma")),
        Case("a comma missing", "[\(good) \(good)]", Refusal(65, "record 1", "comma")),
        Case("UTF-16", "[\(good)]", encoding: .utf16, Refusal(65, "UTF-16", "convert it to UTF-8")),
        Case("UTF-16 unmarked", "[\(good)]", encoding: .utf16LittleEndian, Refusal(65, "UTF-16", "UTF-8")),
        Case(
            "Latin-1", "[\(good),\(row(#"{"username":"sesam\#u{E9}"}"#))]", encoding: .isoLatin1,
            Refusal(65, "record 2", "UTF-8")),
        Case("elements are numbers", "[1]", Refusal(65, "record 1, byte 1", "is a number", "object")),
        Case("elements are lists", "[[]]", Refusal(65, "record 1, byte 1", "is a list", "object")),
        Case("an element is null", "[\(good),null]", Refusal(65, "record 2", "null", "object")),
        Case(
            "a model without a dot", "[\(good),\(row(model: "user"))]",
            Refusal(65, "record 2", "without a dot", "app.model", findings: ["DeserializationFailed"])),
        Case("NaN", "[\(row(#"{"username":NaN}"#))]", Refusal(65, "record 1", "NaN")),
        Case("infinite key", "[\(row(pk: "-Infinity"))]", Refusal(65, "record 1", "Infinity")),
        Case(
            "unknown field of a known model", "[\(good),\(row(pk: "7", #"{"username":"sesame","shoe":"sesame"}"#))]",
            flags: ["--strict"],
            Refusal(
                65, "record 2", "sentry.user, row 2, pk 7, field shoe", "another version of Sentry",
                findings: ["DeserializationFailed"])),
        Case(
            "undecodable value", "[\(row(pk: "7", #"{"username":"a","is_active":"sesame"}"#))]",
            Refusal(
                65, "record 1", "row 1, pk 7, field is_active", "boolean", "export again",
                findings: ["DeserializationFailed"])),
        Case(
            "pk over 64 bit", "[\(row(pk: "9223372036854775808"))]",
            Refusal(65, "record 1", "field pk", "64 bits", findings: ["Unknown"])),
        Case(
            "pk under 64 bit", "[\(row(pk: "-9223372036854775809"))]",
            Refusal(65, "record 1", "field pk", "64 bits", findings: ["Unknown"])),
        Case(
            "pk that is text", "[\(row(pk: "\"sesame\""))]",
            Refusal(65, "record 1", "field pk", "not an integer", findings: ["DeserializationFailed"])),
        Case(
            "no fields", #"[{"model":"sentry.user","pk":1}]"#,
            Refusal(65, "record 1", "no fields", findings: ["DeserializationFailed"])),
        Case(
            "deep nesting", "[\(row(#"{"username":\#(nested(100_000))}"#))]", Refusal(65, "record 1", "deeper than 200")
        ),
        Case(
            "gzip magic", "\u{1F}\u{8B}sesame", encoding: .isoLatin1,
            Refusal(65, "compressed file", "damaged or truncated")),
    ]

    @Test(arguments: cases) func isRefused(_ item: Case) throws {
        let installation = try Installation(migrated: false)
        let path = installation.folder.file("export.json")
        try item.bytes.write(to: URL(fileURLWithPath: path))
        try item.refusal.expect(["users"] + item.flags + [path], in: installation)
    }

    /// The first pass alone says the same.
    @Test func checkRefusesTheSame() throws {
        let installation = try Installation(migrated: false)
        for item in Self.cases {
            let path = installation.folder.file("export.json")
            try item.bytes.write(to: URL(fileURLWithPath: path))
            try item.refusal.expect(["users", "--check"] + item.flags + [path], in: installation)
        }
    }

    /// Refused for its size, not read into memory.
    @Test func aStringOfAHundredMegabytesIsRefused() throws {
        let installation = try Installation(migrated: false)
        let path = try installation.folder.write(
            #"[{"model":"sentry.user","pk":1,"fields":{"name":""#, to: "export.json")
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        let block = Data(repeating: UInt8(ascii: "s"), count: 1 << 20)
        for _ in 0..<100 { try file.write(contentsOf: block) }
        try file.write(contentsOf: Data(#""}}]"#.utf8))
        try file.close()
        let running = try installation.start("relocation-enqueue", ["users", path])
        let peak = AnonymousMemory.peak(of: running.process)
        let result = try running.result()
        #expect(result.code == 65 && result.output == "")
        #expect(result.errors.contains("record 1") && result.errors.contains("bytes"), "\(result.errors)")
        #expect(result.errors.utf8.count < 1000)
        #expect(peak < 96 << 20, "\(peak >> 20) MB")
        try Refusal.expectNothingQueued(installation)
    }
}
