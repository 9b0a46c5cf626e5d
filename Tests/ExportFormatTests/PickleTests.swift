import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// Base64 of pickles, made by Python; what they hold stands beside them.
@Suite struct PickleTests {
    private func stored(_ base64: String) throws -> Value { try decode("sentry.option", "value", "\"\(base64)\"") }

    private static let text = "\"h\\u00e9\\n\\\\x\""
    private static let nested = #"[1,[2,"a"],{"k":[false]}]"#

    /// Each value in protocols 0, 1 and 2.
    @Test(
        arguments: [
            (["VmjpXHUwMDBhXHUwMDVjeApwMAou", "WAYAAABow6kKXHhxAC4=", "gAJYBgAAAGjDqQpceHEALg=="], text),
            (["RjAuNQou", "Rz/gAAAAAAAALg==", "gAJHP+AAAAAAAAAu"], "0.5"),
            (["STAxCi4=", "STAxCi4=", "gAKILg=="], "true"),
            (["Ti4=", "Ti4=", "gAJOLg=="], "null"), (["SS03MDAwMAou", "SpDu/v8u", "gAJKkO7+/y4="], "-70000"),
            (["TDEwOTk1MTE2Mjc3NzZMCi4=", "TDEwOTk1MTE2Mjc3NzZMCi4=", "gAKKBgAAAAAAAS4="], "1099511627776"),
            (
                [
                    "KGxwMApJMQphKEkyClZhCnAxCnRwMgphKGRwMwpWawpwNAoobHA1CkkwMAphc2Eu",
                    "XXEAKEsBKEsCWAEAAABhcQF0cQJ9cQNYAQAAAGtxBF1xBUkwMAphc2Uu",
                    "gAJdcQAoSwFLAlgBAAAAYXEBhnECfXEDWAEAAABrcQRdcQWJYXNlLg==",
                ], nested
            ),
            (
                [
                    "KGRwMApJMQpWdApwMQpzTlZuCnAyCnNGMi41ClZmCnAzCnMu",
                    "fXEAKEsBWAEAAAB0cQFOWAEAAABucQJHQAQAAAAAAABYAQAAAGZxA3Uu",
                    "gAJ9cQAoSwFYAQAAAHRxAU5YAQAAAG5xAkdABAAAAAAAAFgBAAAAZnEDdS4=",
                ], #"{"1":"t","null":"n","2.5":"f"}"#
            ), (["VlxVMDAwMWY2MDAKcDAKLg==", "WAQAAADwn5iAcQAu", "gAJYBAAAAPCfmIBxAC4="], #""\ud83d\ude00""#),
        ] as [([String], String)])
    func decodesPlainValues(_ pickles: [String], _ expected: String) throws {
        for pickle in pickles { #expect(try stored(pickle) == .text(expected)) }
    }

    @Test func decodesWhatPython2Wrote() throws {
        // A byte string by length, and one in quotes: 'a\x41\n\'\101\q'
        #expect(try stored("gAJVA2NhZi4=") == .text(#""caf""#))
        #expect(try stored("UydhXHg0MVxuXCdcMTAxXHEnCnAwCi4=") == .text(#""aA\n'A\\q""#))
        #expect(try stored("VQLDqS4=") == .text(#""\u00e9""#))
        // [True, False, -7, 12L, 1e3, 7, 257, -1, -128, 1.0] with every opcode for numbers
        #expect(
            try stored(
                "KGxwMApJMDEKYUkwMAphSS0wNwphTDEyTAphRjFlMwphSwdhTQEBYUr/////YYoBgGFHP/AAAAAAAABhLg==")
                == .text("[true,false,-7,12,1000.0,7,257,-1,-128,1.0]"))
    }

    @Test func aSharedItemIsWrittenTwice() throws {
        #expect(try stored("gAJdcQAoXXEBSwFhaAFlLg==") == .text("[[1],[1]]"))
    }

    /// Base64 may be cut into lines.
    @Test func lineFeedsDoNotMatter() throws {
        #expect(try stored(#"gAJ9cQAoSwFYAQAA\nAHRxAXUu\n"#) == .text(#"{"1":"t"}"#))
    }

    private static let laughs =
        "gAJYBQAAAGhhaGFocQAoaABoAHRxAShoAWgBdHECKGgCaAJ0cQMoaANoA3RxBChoBGgEdHEFKGgFaAV0cQYoaAZoBnRxByhoB2gHdHEIKGgI"
        + "aAh0cQkoaAloCXRxCihoCmgKdHELKGgLaAt0cQwoaAxoDHRxDShoDWgNdHEOKGgOaA50cQ8oaA9oD3RxEChoEGgQdHERKGgRaBF0cRIoaBJo"
        + "EnRxEyhoE2gTdHEUKGgUaBR0cRUoaBVoFXRxFihoFmgWdHEXKGgXaBd0cRgoaBhoGHRxGShoGWgZdHEaKGgaaBp0cRsoaBtoG3RxHChoHGgc"
        + "dHEdKGgdaB10cR4u"

    /// A set, another protocol, a call of a function, a tuple as a key, a list inside itself, thirty doublings, bytes that
    /// are no text, two values.
    @Test(arguments: [
        "gAJjX19idWlsdGluX18Kc2V0CnEAXXEBSwFhhXECUnEDLg==", "gANYAQAAAHhxAC4=", "gASVBQAAAAAAAACMAXiULg==",
        "Y3Bvc2l4CnN5c3RlbQooUyd0cnVlJwp0Ui4=", "gAJ9cQBLAYVxAUsCcy4=", "gAJdcQBoAGEu", laughs, "VQHpLg==",
    ])
    func otherPicklesStayTextAndAreCounted(_ base64: String) throws {
        #expect(try stored(base64) == .text("\"\(base64)\""))
        let rows = (1...2).map { record("sentry.option", pk: "\($0)", #"{"key":"\#($0)","value":"\#(base64)"}"#) }
        let survey = try Fixture("[" + rows.joined(separator: ",") + "]").survey(.config)
        #expect(survey.warnings == ["2 rows with a pickled value that is not plain data, which stays as text"])
    }

    /// Not the end, nothing before the end, plain words that end like a pickle.
    @Test(arguments: ["Ti5OLg==", "Lg==", "menu", "x4=", "gAJOLg=", "dGVzdC4=", ""])
    func otherTextStaysText(_ text: String) throws {
        #expect(try stored(text) == .text("\"\(text)\""))
        let survey = try Fixture("[\(record("sentry.option", #"{"key":"k","value":"\#(text)"}"#))]").survey(.config)
        #expect(survey.warnings.isEmpty)
    }

    @Test func jsonComesFirst() throws { #expect(try stored(#"\"Ti4=\""#) == .text(#""Ti4=""#)) }

    /// As in the reference, a rule's data is no place for a pickle.
    @Test func ruleDataIsNoPickle() throws { #expect(try decode("sentry.rule", "data", #""gAJOLg==""#) == .text("{}")) }
}
