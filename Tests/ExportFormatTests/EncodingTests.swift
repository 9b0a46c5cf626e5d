import Catalogue
import Testing

@testable import ExportFormat

@Suite("Values as an export writes them")
struct EncodingTests {
    private func text(
        _ model: String, _ field: String, _ value: Value, _ spelling: JSONSpelling = .indented(2)
    ) throws -> String {
        let model = try #require(Catalogue.standard.model(model))
        let column = try #require(model.columnIndex(ofField: field).map { model.columns[$0] })
        var out = JSONOutput(spelling)
        try FieldEncoder(maxDepth: ExportLimits.standard.maxDepth).encode(
            value, EncodingRule(column, of: model.name), level: 0, to: &out)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    private func problem(_ model: String, _ field: String, _ value: Value) throws -> String? {
        do {
            _ = try text(model, field, value)
        } catch let error as ValueMismatch {
            return error.problem
        }
        return nil
    }

    /// Milliseconds are cut off, not rounded; before the year 1000 the year is as long as it is.
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (1_999, "1970-01-01T00:00:00.001Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (1_687_474_795_488_999, "2023-06-22T22:59:55.488Z"),
        (-62_135_596_800_000_000, "1-01-01T00:00:00.000Z"), (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
    ])
    func times(_ time: Int64, _ expected: String) throws {
        #expect(try text("sentry.user", "date_joined", .timestamp(time)) == "\"\(expected)\"")
    }

    @Test(arguments: [Int64.min, .max, -62_135_596_800_000_001, 253_402_300_800_000_000])
    func timesThatPythonDoesNotKnow(_ time: Int64) throws {
        #expect(try problem("sentry.user", "date_joined", .timestamp(time)) != nil)
    }

    @Test(arguments: [
        (0.0, "0.0", "0.0"), (-0.0, "-0.0", "-0.0"), (3, "3.0", "3.0"), (0.1, "0.1", "0.1"), (1e-7, "1e-07", "1e-7"),
        (1e16, "1e+16", "1e16"), (-2.5e-300, "-2.5e-300", "-2.5e-300"),
        // Around 2^53, where Swift begins with exponents.
        (9_007_199_254_740_991, "9007199254740991.0", "9007199254740991.0"),
        (9_007_199_254_740_992, "9007199254740992.0", "9007199254740992.0"),
        (-9_007_199_254_740_994, "-9007199254740994.0", "-9007199254740994.0"),
        (9_999_999_999_999_998, "9999999999999998.0", "9999999999999998.0"),
        (1e15, "1000000000000000.0", "1000000000000000.0"),
    ])
    func fractions(_ number: Double, _ plain: String, _ compact: String) throws {
        #expect(try text("sentry.alertrule", "resolve_threshold", .double(number)) == plain)
        #expect(try text("sentry.alertrule", "resolve_threshold", .double(number), .compact) == compact)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func fractionsThatJSONDoesNotKnow(_ number: Double) throws {
        #expect(try problem("sentry.alertrule", "resolve_threshold", .double(number)) != nil)
        #expect(try problem("sentry.timeseriessnapshot", "values", .doubleArray([[1], [number]])) != nil)
    }

    @Test(arguments: [
        ("plain", "plain", "plain"), ("é", #"\u00e9"#, "é"), ("😀", #"\ud83d\ude00"#, "😀"),
        ("\u{7F}\u{2028}", #"\u007f\u2028"#, "\u{7F}\u{2028}"), ("\u{1}\u{1F}", #"\u0001\u001f"#, #"\u0001\u001f"#),
        ("a\"\\/\n\r\t\u{8}\u{C}", #"a\"\\/\n\r\t\b\f"#, #"a\"\\/\n\r\t\b\f"#), ("", "", ""),
    ])
    func texts(_ value: String, _ plain: String, _ compact: String) throws {
        #expect(try text("sentry.user", "name", .text(value)) == "\"\(plain)\"")
        #expect(try text("sentry.user", "name", .text(value), .compact) == "\"\(compact)\"")
    }

    /// A negative number keeps only the bits that the field defines.
    @Test(arguments: [
        (Value.integer(10), "10"), (.integer(.max), "9223372036854775807"), (.null, "0"), (.integer(-1), "1"),
    ])
    func flags(_ value: Value, _ expected: String) throws {
        #expect(try text("sentry.user", "flags", value) == "\"\(expected)\"")
    }

    @Test(arguments: [
        ("{}", "{}"), ("[]", "[]"), ("null", "null"), ("5", "5"), (#""x""#, #""x""#), ("-0", "0"), ("-0.0", "-0.0"),
        ("18446744073709551615", "18446744073709551615"), ("18446744073709551616", "1.8446744073709552e+19"),
        (#"{"a":1,"b":2,"a":3}"#, "{\n  \"a\": 3,\n  \"b\": 2\n}"),
        (#"[1,{"k":[]}]"#, "[\n  1,\n  {\n    \"k\": []\n  }\n]"),
    ])
    func nestedJSON(_ stored: String, _ expected: String) throws {
        #expect(try text("sentry.projectkey", "data", .text(stored)) == expected)
    }

    @Test(arguments: ["", "{", "NaN", "[1e400]", #""\ud800""#, "{'a': 1}", String(repeating: "[", count: 199)])
    func nestedTextThatIsNoJSON(_ stored: String) throws {
        #expect(try problem("sentry.projectkey", "data", .text(stored)) != nil)
    }

    @Test func emptyNestedTextIsNullWhereNullMayBe() throws {
        #expect(try text("sentry.dashboard", "filters", .text("")) == "null")
        #expect(try text("sentry.dashboard", "filters", .null) == "null")
    }

    @Test(arguments: [
        ("13", "13"), ("1e3", "1000.0"), ("null", "null"), ("true", "true"), (#""dark""#, #""\"dark\"""#),
        (#" { "a" : [ 1 , "é" ] } "#, #""{\"a\":[1,\"\\u00e9\"]}""#), ("", #""\"\"""#),
        ("not json", #""\"not json\"""#),
        ("[NaN]", #""\"[NaN]\"""#), (#""\ud800""#, #""\"\\ud800\"""#),
        ("[18446744073709551616]", #""[18446744073709551616]""#),
        ("18446744073709551616", "1.8446744073709552e+19"),
        // A pickle of protocol 0.
        (
            "KGxwMApJMQphKEkyClZhCnAxCnRwMgphKGRwMwpWawpwNAoobHA1CkkwMAphc2Eu",
            #""[1,[2,\"a\"],{\"k\":[false]}]""#
        ),
    ])
    func pickled(_ stored: String, _ expected: String) throws {
        #expect(try text("sentry.option", "value", .text(stored)) == expected)
    }

    @Test func aPickledNumberBeyondDoublesIsRefused() throws {
        #expect(try problem("sentry.option", "value", .text("1E400")) != nil)
    }

    @Test(arguments: [(#"{ "a": [] }"#, #""{\"a\":[]}""#), ("gAJ9 not json", #""{}""#), ("", #""{}""#)])
    func objects(_ stored: String, _ expected: String) throws {
        #expect(try text("sentry.rule", "data", .text(stored)) == expected)
    }

    @Test func lists() throws {
        let items: [String?] = ["a", "it's", "both ' and \"", "\u{200D}", "日\n", nil]
        let list = #""['a', \"it's\", 'both \\' and \"', '\\u200d', '\u65e5\\n', None]""#
        #expect(try text("sentry.servicehook", "events", .textArray(items)) == list)
        #expect(try text("sentry.servicehook", "events", .null) == #""[]""#)
        #expect(
            try text("sentry.timeseriessnapshot", "values", .doubleArray([[1, 2.5], [3, 4]]))
                == #""[[1.0, 2.5], [3.0, 4.0]]""#)
        #expect(
            try text("sentry.dashboardwidgetquery", "aggregates", .textArray(["a\"", "é"]))
                == #""[\"a\\\"\", \"\\u00e9\"]""#)
        #expect(try text("sentry.dashboardwidgetquery", "aggregates", .null) == "null")
    }

    @Test func aHookWithoutIdentifierGetsOne() throws {
        let first = try text("sentry.servicehook", "guid", .null)
        #expect(first.wholeMatch(of: /"[0-9a-f]{32}"/) != nil)
        #expect(try text("sentry.servicehook", "guid", .null) != first)
    }

    /// 37 bytes are the least that authenticator data has.
    @Test func bindingsAreAuthenticatorData() throws {
        let sound = #"{"devices":[{"binding":"\#(String(repeating: "cnJy", count: 12))cg=="}]}"#
        #expect(try problem("sentry.authenticator", "config", .text(sound)) == nil)
        for bad in [
            #"{"devices":[{"binding":"\#(String(repeating: "cnJy", count: 12))"}]}"#, #"{"devices":[{"binding":"?"}]}"#,
            #"{"devices":[{}]}"#, #"{"devices":1}"#,
        ] {
            #expect(try problem("sentry.authenticator", "config", .text(bad)) != nil, "\(bad)")
            #expect(try problem("sentry.option", "value", .text(bad)) == nil, "\(bad)")
        }
    }
}

@Suite("A whole export")
struct ExportWriterTests {
    private final class Memory: ByteSink {
        var text = ""
        var isFinished = false

        func write(_ bytes: UnsafeRawBufferPointer) { text += String(decoding: bytes, as: UTF8.self) }
        func finish() { isFinished = true }
    }

    private func export(_ rows: [[Value]], _ spelling: JSONSpelling) throws -> String {
        let memory = Memory()
        let writer = ExportWriter(to: memory, spelling)
        let encoder = writer.encoder(of: try #require(Catalogue.standard.model("sentry.neglectedrule")))
        #expect(
            encoder.columns == [
                "id", "rule_id", "organization_id", "disable_date", "opted_out", "sent_initial_email_date",
                "sent_final_email_date",
            ])
        for row in rows { try writer.write(row, encoder) }
        try writer.finish()
        #expect(memory.isFinished)
        return memory.text
    }

    private let rows: [[Value]] = [7, 8].map {
        [.integer($0), .integer(2), .integer(1), .timestamp(0), .bool(false), .null, .null]
    }

    private func expected(_ newLine: (Int) -> String) -> String {
        let rows = [7, 8].map { pk in
            let fields = [
                #""rule": 2"#, #""organization": 1"#, #""disable_date": "1970-01-01T00:00:00.000Z""#,
                #""opted_out": false"#, #""sent_initial_email_date": null"#, #""sent_final_email_date": null"#,
            ].map { newLine(3) + $0 }.joined(separator: ",")
            return newLine(1) + "{" + newLine(2) + #""model": "sentry.neglectedrule","# + newLine(2) + "\"pk\": \(pk),"
                + newLine(2) + #""fields": {"# + fields + newLine(2) + "}" + newLine(1) + "}"
        }
        return "[" + rows.joined(separator: ",") + newLine(0) + "]"
    }

    @Test(arguments: [4, 2, 1, 0, -1])
    func linesAreIndented(_ width: Int) throws {
        let text = try export(rows, .indented(width))
        #expect(text == expected { "\n" + String(repeating: " ", count: max(width, 0) * $0) })
    }

    @Test func compactHasNoBlanks() throws {
        let text = try export(rows, .compact)
        #expect(text == expected { _ in "" }.replacing(": ", with: ":"))
    }

    @Test(arguments: [JSONSpelling.indented(2), .compact])
    func nothingIsAnEmptyList(_ spelling: JSONSpelling) throws {
        #expect(try export([], spelling) == "[]")
    }

    @Test func aRowThatCannotBeWrittenIsNamed() throws {
        var row = rows[0]
        row[3] = .timestamp(.max)
        do {
            _ = try export([row], .compact)
            Issue.record("it was written")
        } catch let error as ExportError {
            #expect(error.kind == .badData && error.place.sourcePK == 7)
            let finding = try #require(error.finding)
            #expect(finding.json().contains("\"finding\": \"RpcExportError\"") && finding.leftPK == 7)
            #expect(finding.kind == .unknown && finding.model == "sentry.neglectedrule")
            #expect(finding.reason == "field disable_date holds a time outside the years 1 to 9999")
            #expect(finding.description.hasPrefix("RpcExportError("))
        }
    }
}
