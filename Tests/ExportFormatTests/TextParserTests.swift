import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct TextParserTests {
    private static func stored(_ text: String, takesNaN: Bool = false) -> Result<String, TextFault> {
        let parser = TextParser(maxDepth: 200, takesNaN: takesNaN)
        return Array(text.utf8).withUnsafeBufferPointer { bytes in
            Result { () throws(TextFault) in StoredJSON.text(try parser.parse(bytes).root) }
        }
    }

    @Test(arguments: [
        ("null", "null"), (" true ", "true"), ("\tfalse\r\n", "false"), ("0", "0"), ("-0", "0"), ("-1", "-1"),
        ("1.0", "1.0"), ("1E2", "100.0"), ("1e-7", "1e-07"), ("{}", "{}"), ("[ ]", "[]"), ("[1 , 2]", "[1,2]"),
        (#"{"a" : {"b" : []}}"#, #"{"a":{"b":[]}}"#), (#""\/\u0041\ud83d\ude00""#, #""/A\ud83d\ude00""#),
        ("18446744073709551615", "18446744073709551615"), ("-9223372036854775809", "-9223372036854775809"),
    ])
    func takes(_ text: String, _ expected: String) throws {
        #expect(try Self.stored(text).get() == expected)
    }

    @Test(arguments: [
        ("", 0), ("  ", 2), ("nul", 0), ("True", 0), ("01", 0), ("1.", 0), (".5", 0), ("+1", 0), ("1e", 0), ("-", 0),
        ("[1", 2), ("[1,]", 3), ("[1 2]", 3), ("[1}", 2), (#"{"a"}"#, 4), ("{a:1}", 1), (#"{"a":1,}"#, 7), (#""a"#, 2),
        ("\"a\u{1}\"", 2), (#""\x""#, 1), (#""\u12g4""#, 1), ("1 2", 2), ("NaN", 0), ("[Infinity]", 1),
        ("-Infinity", 0),
    ])
    func refuses(_ text: String, _ offset: Int) {
        guard case .failure(let fault) = Self.stored(text) else {
            Issue.record("taken: \(text)")
            return
        }
        #expect(fault.offset == offset)
        #expect(!fault.isRefusal)
    }

    @Test func takesNaNWhereAsked() throws {
        #expect(try Self.stored("[NaN, Infinity, -Infinity]", takesNaN: true).get() == "[null,null,null]")
    }

    @Test func judgesDepthAtBothEdges() throws {
        let deepest = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(try Self.stored(deepest).get() == deepest)
        guard case .failure(let fault) = Self.stored("[\(deepest)]") else {
            Issue.record("taken")
            return
        }
        #expect(fault.isRefusal)
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x9F, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xFF],
        ] as [[UInt8]])
    func findsWhatIsNoUTF8(_ bytes: [UInt8]) {
        let text = [0x22, 0x61] + bytes + [0x22]
        #expect(text.withUnsafeBufferPointer { UTF8Check.firstInvalid($0) } == 2)
    }

    @Test func takesEveryScalar() {
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 0x3F) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let bytes = Array(String(scalar).utf8)
            #expect(bytes.withUnsafeBufferPointer { UTF8Check.firstInvalid($0) } == nil)
        }
    }

    /// Both parsers agree on what JSON is, and on what it says.
    @Test func agreesWithTheFastParser() throws {
        var generator = Seeded(state: 42)
        let limits = ExportLimits.standard
        let parser = try RecordParser(limits: limits)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9\"", "1", "-2.5", "1e3", "true", "null", " ", "\"b\"", "x",
            "\"\\\"", "\u{e9}", "12345678901234567890", "\"k\":", "\"k\":1,",
        ]
        var taken = 0
        for _ in 0..<20_000 {
            let text = Self.random(pieces, &generator)
            let slow = Self.stored(text)
            let bytes = Array(text.utf8) + Array(repeating: 0, count: 64)
            let fast = bytes.withUnsafeBufferPointer { bytes in
                Result { () throws(TextFault) in
                    StoredJSON.text(try parser.parse(UnsafeBufferPointer(rebasing: bytes.dropLast(64))).root)
                }
            }
            #expect(slow == fast, "\(text)")
            if case .success = slow { taken += 1 }
        }
        #expect(taken > 1000)
    }

    /// Half of the texts are made to be well-formed.
    private static func random(_ pieces: [String], _ generator: inout Seeded) -> String {
        if generator.next() % 2 == 0 { return value(&generator, depth: 0) }
        return (0..<generator.next() % 8).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }.joined()
    }

    private static func value(_ generator: inout Seeded, depth: Int) -> String {
        let scalars = [
            "1", "-2.5e-3", "\"x\\ny\"", "null", "true", "123456789012345678901", "\"\"", "0.1", "\"\u{1F600}\"",
        ]
        switch generator.next() % (depth > 4 ? 1 : 3) {
        case 1:
            return "["
                + (0..<generator.next() % 4).map { _ in value(&generator, depth: depth + 1) }.joined(separator: ", ")
                + "]"
        case 2:
            return "{"
                + (0..<generator.next() % 4).map { "\"\($0 % 3)\":" + value(&generator, depth: depth + 1) }
                .joined(separator: ",") + "}"
        default: return scalars[Int(generator.next() % UInt64(scalars.count))]
        }
    }
}

/// A small generator whose numbers are the same in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
