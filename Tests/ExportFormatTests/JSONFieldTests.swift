import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct NestedJSONFieldTests {
    @Test(arguments: [
        (#"{"a": [1, 2.0, "é", null, true]}"#, #"{"a":[1,2.0,"\u00e9",null,true]}"#), ("[]", "[]"), ("5", "5"),
        (#""{\"b\": 1, \"a\": 2}""#, #"{"b":1,"a":2}"#), (#""[1]""#, "[1]"), (#""5""#, "5"),
        // A string whose text is a JSON string is decoded twice.
        (#""\"[1]\"""#, "[1]"), (#""\"\\\"x\\\"\"""#, #""x""#), (#""NaN""#, "null"),
        (#""[Infinity, -Infinity]""#, "[null,null]"),
        ("1e16", "1e+16"), ("123456789012345678901234567890", "123456789012345678901234567890"),
        (#"{"a": 1, "b": 2, "a": 3}"#, #"{"a":3,"b":2}"#),
    ])
    func takes(_ json: String, _ expected: String) throws {
        #expect(try decode("sentry.projectkey", "data", json) == .text(expected))
    }

    @Test(arguments: [#""""#, #""x""#, #""{""#, #""\"x\"""#, #""\"\"""#, #""[1] 2""#, #""\"\\ud800\"""#])
    func refuses(_ json: String) { expectRefused("sentry.projectkey", "data", json) }

    @Test func nullIsNull() throws {
        #expect(try decode("sentry.dashboard", "filters", "null") == .null)
        #expect(try decode("sentry.dashboard", "filters", #""""#) == .null)
        #expect(try decode("sentry.dashboard", "filters", #""null""#) == .null)
        #expect(try decode("sentry.projectkey", "data", "null") == .null)
    }

    @Test func defaultsToAnObject() throws {
        #expect(try decodeRow("sentry.projectkey", "{}")["data"] == .text("{}"))
        #expect(try decodeRow("sentry.dashboard", "{}")["filters"] == .null)
    }
}

@Suite struct PickledFieldTests {
    @Test(arguments: [
        (#""\"dark\"""#, #""dark""#), (#""[\"*\"]""#, #"["*"]"#), ("13", "13"), ("1.5", "1.5"), ("true", "true"),
        ("null", "null"), (#""null""#, "null"), (#""dark""#, #""dark""#), (#""""#, #""""#),
        (#""{\"b\": 1, \"a\": \"é\"}""#, #"{"b":1,"a":"\u00e9"}"#), (#""{\"a\":1,}""#, #""{\"a\":1,}""#),
        ("[1, 2]", "[1,2]"), (#"{"a": null}"#, #"{"a":null}"#), (#""1e-05""#, "1e-05"), (#""1e5""#, "100000.0"),
        (#""1e16""#, "1e+16"), (#""-0.0""#, "-0.0"), (#""0.0001""#, "0.0001"), (#""123456789.125""#, "123456789.125"),
        (#""15000000000000000.0""#, "1.5e+16"), (#""5e-324""#, "5e-324"), (#""1e400""#, "null"), (#""NaN""#, "null"),
        (#""18446744073709551616""#, "18446744073709551616"), (#""-18446744073709551616""#, "-18446744073709551616"),
        ("18446744073709551616", "18446744073709551616"), (#""01""#, #""01""#), (#""\u0000""#, #""\u0000""#),
        (#""\"\\u00e9\\n\\t\\b\\f\\r\\\"\\\\/\u007f\"""#, #""\u00e9\n\t\b\f\r\"\\/\u007f""#),
    ])
    func takes(_ json: String, _ expected: String) throws {
        #expect(try decode("sentry.useroption", "value", json) == .text(expected))
    }

    @Test func keepsDevices() throws {
        let json = #""{\"devices\": [{\"binding\": \"AAEC\", \"name\": \"k\"}]}""#
        #expect(
            try decode("sentry.authenticator", "config", json)
                == .text(#"{"devices":[{"binding":"AAEC","name":"k"}]}"#))
    }

    @Test func missingIsAnEmptyString() throws {
        #expect(try decodeRow("sentry.useroption", "{}")["value"] == .text(#""""#))
    }

    /// Half a surrogate pair stays an escape, in values and keys, also beside a whole pair.
    @Test(arguments: [
        (#""\"\\ud800\"""#, #""\ud800""#), (#""\"a\\uDFFFb\\ud83d\\ude00\\ud83d\"""#, #""a\udfffb\ud83d\ude00\ud83d""#),
        (#""{\"\\udc00\": [\"\\ud83d\\n\"]}""#, #"{"\udc00":["\ud83d\n"]}"#),
        (#""\"\\ud83d\\u00e9\"""#, #""\ud83d\u00e9""#), (#""\"\\ude00\\ud83d\"""#, #""\ude00\ud83d""#),
        (#""\"\\\\ud800\"""#, #""\\ud800""#),
    ])
    func keepsHalfSurrogatesInsideItsText(_ json: String, _ expected: String) throws {
        #expect(try decode("sentry.useroption", "value", json) == .text(expected))
    }

    @Test func halfSurrogatesInsideOtherJSONText() throws {
        #expect(try decode("sentry.projectkey", "data", #""[\"\\udbff\"]""#) == .text(#"["\udbff"]"#))
        // A string that is read twice keeps its half in between.
        #expect(try decode("sentry.projectkey", "data", #""\"[\\\"\\ud83d\\\"]\"""#) == .text(#"["\ud83d"]"#))
        #expect(try decode("sentry.rule", "data", #""{\"a\": \"\\udc01\"}""#) == .text(#"{"a":"\udc01"}"#))
    }

    /// Text columns and arrays cannot hold one, and the reference's reader of files takes none.
    @Test func refusesHalfSurrogatesElsewhere() {
        expectRefused("sentry.apitoken", "scope_list", #""[\"\\ud800\"]""#)
        #expect(throws: (any Error).self) { try decode("sentry.rule", "label", #""\ud800""#) }
        #expect(throws: (any Error).self) { try decode("sentry.projectkey", "data", #"{"a": "\ud800"}"#) }
    }

    @Test func judgesDepthOfItsTextAtBothEdges() throws {
        let deepest = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(try decode("sentry.useroption", "value", "\"\(deepest)\"") == .text(deepest))
        expectRefused("sentry.useroption", "value", "\"[\(deepest)]\"")
    }
}

@Suite struct JSONTextFieldTests {
    @Test(arguments: [
        (#""{\"actions\": [], \"a\": 1}""#, #"{"actions":[],"a":1}"#), ("null", "{}"), (#""""#, "{}"),
        (#""not json""#, "{}"), (#""eJyrVkpUsjLQUcpTsgLCWgAzxAVw""#, "{}"), (#"{"a": 1}"#, #"{"a":1}"#), ("[]", "{}"),
        (#""[1]""#, "[1]"), (#""null""#, "{}"), ("0", "{}"), ("false", "{}"),
        // Read twice, as long as it is a string; what is false then is no value.
        (#""[]""#, "{}"), (#""0""#, "{}"), (#""false""#, "{}"), (#""7""#, "7"), (#""\"word\"""#, "{}"),
        (#""\"\"""#, "{}"), (#""\"[2]\"""#, "[2]"), (#""\"[]\"""#, "[]"), (#""\"null\"""#, "null"),
        (#""\"\\\"x\\\"\"""#, #""x""#), ("2.5", "2.5"), ("[false]", "[false]"),
    ])
    func takes(_ json: String, _ expected: String) throws {
        #expect(try decode("sentry.rule", "data", json) == .text(expected))
    }

    @Test func missingIsAnEmptyObject() throws {
        #expect(try decodeRow("sentry.rule", "{}")["data"] == .text("{}"))
    }
}
