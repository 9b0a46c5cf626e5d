import Foundation
import Testing

@testable import ExportFormat

/// JSON that is written anew for an encrypted export.
@Suite struct CompactTextTests {
    private final class Memory: ByteSink {
        var text = ""
        func write(_ bytes: UnsafeRawBufferPointer) { text += String(decoding: bytes, as: UTF8.self) }
        func finish() { text += "." }
    }

    /// The text, with a point that stands for its end.
    private func compact(_ text: String, limits: ExportLimits = .standard) throws -> String {
        let fixture = try Fixture(text, limits: limits)
        let sink = Memory()
        try fixture.source.rewrite(to: sink)
        return sink.text
    }

    private func refusal(_ text: String, limits: ExportLimits = .standard) throws -> ExportError {
        try #require(throws: ExportError.self) { try compact(text, limits: limits) }
    }

    @Test(arguments: [
        ("[]", "[]."), (" [ ] ", "[]."), ("{}", "{}."), ("5", "5."), ("null", "null."),
        (#" {"b": 1, "a": [ ] } "#, #"{"b":1,"a":[]}."#),
        ("[1, 2]", "[1,2]."), ("[\n{\"a\": 1},\n{}]\n", #"[{"a":1},{}]."#), ("\u{FEFF}[{ }]", "[{}]."),
        (#"[{"a": 1, "b": 2, "a": {"x": 1}}]"#, #"[{"a":{"x":1},"b":2}]."#),
        (
            "[0.1,1.0,1e3,1E-7,-0.0,-0,18446744073709551615,1e22]",
            "[0.1,1.0,1000.0,1e-7,-0.0,0,18446744073709551615,1e22]."
        ),
        (
            #"["\u00e9\/\u2028\ud83d\ude00\u0000\u001f\u007f\b\t\n\f\r\"\\"]"#,
            "[\"é/\u{2028}😀\\u0000\\u001f\u{7F}\\b\\t\\n\\f\\r\\\"\\\\\"]."
        ),
    ])
    func isWrittenAnew(_ text: String, _ wanted: String) throws { #expect(try compact(text) == wanted) }

    /// More keys than are looked through one by one: the last value stands at the first one's place.
    @Test func manyKeysTwice() throws {
        let keys = (0..<100).map { "\"k\($0)\":\($0)" }
        let again = (0..<100).map { "\"k\($0)\":\($0 + 1)" }
        let wanted = "[{" + again.joined(separator: ",") + "}]."
        #expect(try compact("[{" + (keys + again).joined(separator: ", ") + "}]") == wanted)
    }

    @Test func rowsOfAnyNumber() throws {
        let rows = (1...20_000).map { #"{"pk": \#($0)}"# }
        let wanted = "[" + (1...20_000).map { #"{"pk":\#($0)}"# }.joined(separator: ",") + "]."
        #expect(try compact("[" + rows.joined(separator: " ,\n") + "]") == wanted)
    }

    @Test func whatSentryCannotEncryptIsNamed() throws {
        let integer = try refusal("[\n{\"a\": 1},\n{\"a\": [18446744073709551616]}]")
        #expect(integer.kind == .badData && integer.message.contains("beyond 64 bits"))
        #expect(integer.place.record == 2 && integer.place.line == 3)
        #expect(try refusal("[18446744073709551616]").message.contains("the text holds an integer beyond 64 bits"))
        #expect(try refusal(#"[{"a": 1e400}]"#).message.contains("NaN or infinity"))
    }

    @Test func whatIsNoJSONIsNamed() throws {
        for text in ["", "[1,", "[{\"a\": NaN}]", "[NaN]", #"["\ud83d"]"#, "[{}] 5", "[{},5]", "[{}", "[{},]", "{} {}"]
        {
            #expect(try refusal(text).kind == .badData, "\(text)")
        }
        let line = try refusal("[1,\n\n x]")
        #expect(line.place.line == 3 && line.message.contains("not JSON"))
        #expect(try refusal("<!doctype html><p>").message.contains("web page"))
    }

    @Test func onlyRowsMayBeLong() throws {
        var limits = ExportLimits.standard
        limits.maxRecordBytes = 1000
        limits.blockBytes = 64
        let blanks = String(repeating: " ", count: 5000)
        #expect(try compact("\(blanks)[\(blanks){}\(blanks)]", limits: limits) == "[{}].")
        #expect(try compact("[1," + String(repeating: " ", count: 995) + "2]", limits: limits) == "[1,2].")
        #expect(try refusal("[1,\(blanks)2]", limits: limits).kind == .tooLarge)
    }
}
