import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct PythonListFieldTests {
    @Test(
        arguments: [
            (#""['org:ci', 'project:read']""#, ["org:ci", "project:read"]), (#""[]""#, []), ("[]", []), ("null", []),
            (#""""#, []), ("false", []), ("0", []), ("{}", []), (#"["a", "b"]"#, ["a", "b"]),
            (#""[\"a\", \"b\"]""#, ["a", "b"]),
            (#"[1, 1.5, true, null, ["x"]]"#, ["1", "1.5", "True", nil, "['x']"]),
            (#""[1, null, true]""#, ["1", nil, "True"]),
            (#""['a', None, True, False, 1, -2.5, 1e3]""#, ["a", nil, "True", "False", "1", "-2.5", "1000.0"]),
            (#""('a', \"b\",)""#, ["a", "b"]), (#""()""#, []), (#""('a',)""#, ["a"]), (#""[u'a']""#, ["a"]),
            (#""[ 'a' ,\n'b' , ]""#, ["a", "b"]),
            (
                #""[\"it's\", 'a\"b', '\\\\', '\\'', '\\n\\t\\r\\x41\\u00e9\\U0001F600\\101\\q']""#,
                ["it's", "a\"b", "\\", "'", "\n\t\rAé😀A\\q"]
            ),
            (#""['é']""#, ["é"]), (#""{a,b}""#, ["a", "b"]), (#""{}""#, []), (#""{a}""#, ["a"]),
            // PostgreSQL's text is cut at commas and nothing else.
            (#""{org:read,NULL, c}""#, ["org:read", "NULL", " c"]), (#""{a,,\"x,y\"}""#, ["a", "", "\"x", "y\""]),
            (#""{{a},{b}}""#, ["{a}", "{b}"]),
            // All in quotes it is a set of Python.
            (#""{\"a b\",'c'}""#, ["a b", "c"]), (#""{1, 2}""#, ["1", "2"]),
            // Strings and objects are what Python iterates over.
            (#""\"aé😀\"""#, ["a", "é", "😀"]), (#""\"\"""#, []), (#""'xy'""#, ["x", "y"]),
            (#"{"k": 1, "a": 2, "k": 3}"#, ["k", "a"]), (#""{\"k\": [1], \"l\": 2}""#, ["k", "l"]),
            (#""['a' \"b\", 'c'u'd']""#, ["ab", "cd"]),
        ] as [(String, [String?])])
    func takes(_ json: String, _ expected: [String?]) throws {
        #expect(try decode("sentry.apitoken", "scope_list", json) == .textArray(expected))
    }

    @Test(arguments: [
        #""x""#, #""['a'""#, #""[a]""#, #""('a')""#, #""[,]""#, #""{a\\b}""#, #""{a""#, #""a,b""#,
        #""5""#, #""null""#, "5", "true", #""['a\nb']""#, #""['\\N{DASH}']""#,
        #""[b'a']""#, #""[01]""#, #""['\\ud800']""#,
    ])
    func refuses(_ json: String) { expectRefused("sentry.apitoken", "scope_list", json) }

    @Test func readsRowsOfNumbers() throws {
        let expected = Value.doubleArray([[1, 2], [3.5, 4]])
        #expect(try decode("sentry.timeseriessnapshot", "values", #""[[1.0, 2.0], [3.5, 4.0]]""#) == expected)
        #expect(try decode("sentry.timeseriessnapshot", "values", "[[1, 2], [3.5, 4]]") == expected)
        #expect(try decode("sentry.timeseriessnapshot", "values", #""((1, 2), (3.5, 4))""#) == expected)
        for empty in ["null", #""""#, #""[]""#, #""{}""#] {
            #expect(try decode("sentry.timeseriessnapshot", "values", empty) == .doubleArray([]))
        }
        for bad in [#""[1.0]""#, #""[['a']]""#, #""{1,2}""#, "[[null]]"] {
            expectRefused("sentry.timeseriessnapshot", "values", bad)
        }
    }

    @Test func missingIsTheDefault() throws {
        #expect(try decodeRow("sentry.datasecrecywaiver", "{}")["zendesk_tickets"] == .textArray([]))
        #expect(try decodeRow("sentry.apitoken", "{}")["scope_list"] == .null)
    }
}

@Suite struct JSONArrayFieldTests {
    @Test(
        arguments: [
            (#""[]""#, []), (#""[\"count()\", \"p95(x)\"]""#, ["count()", "p95(x)"]),
            (#"["a", null, 1]"#, ["a", nil, "1"]), (#""{}""#, []), (#""{\"a\": 1}""#, ["a"]),
            (#""\"ab\"""#, ["a", "b"]),
        ] as [(String, [String?])])
    func takes(_ json: String, _ expected: [String?]) throws {
        #expect(try decode("sentry.dashboardwidgetquery", "aggregates", json) == .textArray(expected))
    }

    @Test func nullStaysNull() throws {
        #expect(try decode("sentry.dashboardwidgetquery", "aggregates", "null") == .null)
    }

    @Test(arguments: [#""""#, #""['a']""#, #""null""#, #""5""#, "5", "{}", "false"])
    func refuses(_ json: String) { expectRefused("sentry.dashboardwidgetquery", "aggregates", json) }
}
