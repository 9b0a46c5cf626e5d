import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat

@Suite struct NULTests {
    @Test func leavesATextWithoutIt() throws {
        #expect(try decode("sentry.rule", "label", #""\u0000a\u0000\u0000b\u0000""#) == .text("ab"))
        #expect(try decode("sentry.rule", "label", #""\u0000""#) == .text(""))
        #expect(try decode("sentry.user", "email", #""a\u0000@x.com""#) == .text("a@x.com"))
        // A list is written with escapes.
        #expect(try decode("sentry.rule", "label", #"["\u0000"]"#) == .text(#"['\x00']"#))
        #expect(try decode("sentry.projectkey", "data", #"{"a": "\u0000"}"#) == .text(#"{"a":"\u0000"}"#))
    }

    /// The worker refuses it there.
    @Test(arguments: ["username", "name"]) func staysInTheFieldsOfTheProfileForm(_ field: String) throws {
        let row = try decodeRow("sentry.user", #"{"\#(field)": "a\u0000"}"#)
        #expect(row.values.contains(.text("a\0")))
    }

    @Test func isCounted() throws {
        let rows = [
            record("sentry.rule", pk: "1", #"{"label": "a\u0000", "data": "{}"}"#),
            record("sentry.rule", pk: "2", #"{"label": "a", "data": "{\"a\": \"\\u0000\"}"}"#),
            // Out of scope.
            record("sentry.option", #"{"key": "a\u0000"}"#),
        ]
        let survey = try Fixture("[" + rows.joined(separator: ",") + "]").survey(.organizations)
        #expect(survey.warnings == ["1 row with NUL characters in texts, which are taken out"])
    }
}
