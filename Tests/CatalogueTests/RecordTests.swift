import Testing

@testable import Catalogue

@Suite("JSON text")
struct JSONTextTests {
    @Test("ASCII alone, short escapes where JSON has them")
    func quoted() {
        #expect(JSONText.quoted("") == "\"\"")
        #expect(JSONText.quoted("a \"b\" \\ /") == #""a \"b\" \\ /""#)
        #expect(JSONText.quoted("\n\r\t\u{8}\u{c}\u{1}\u{1f}\u{7f}") == #""\n\r\t\b\f\u0001\u001f\u007f""#)
        #expect(JSONText.quoted("é日😀") == #""\u00e9\u65e5\ud83d\ude00""#)
    }
}

@Suite("Findings")
struct FindingTests {
    private let finding = Finding(
        kind: .validationError, model: "sentry.user", ordinal: 0, reason: "é \"quoted\"")

    @Test("A findings file (behaviour 6.3)")
    func file() {
        #expect(Finding.file([]) == "[]")
        #expect(
            Finding.file([finding, Finding(kind: .unknown, model: nil, leftPK: 7, reason: "")]) == #"""
                [
                  {
                    "finding": "RpcImportError",
                    "kind": "ValidationError",
                    "left_pk": null,
                    "on": {
                      "model": "sentry.user",
                      "ordinal": 0
                    },
                    "reason": "\u00e9 \"quoted\"",
                    "right_pk": null
                  },
                  {
                    "finding": "RpcImportError",
                    "kind": "Unknown",
                    "left_pk": 7,
                    "on": {
                      "model": "",
                      "ordinal": null
                    },
                    "reason": "",
                    "right_pk": null
                  }
                ]
                """#)
    }

    @Test("The form for people leaves out what is empty")
    func description() {
        #expect(
            finding.description == """
                RpcImportError(
                    kind: ValidationError,
                    on: InstanceID(model: 'sentry.user'),
                    reason: é "quoted"
                )
                """)
        let other = Finding(kind: .integrityError, model: "sentry.email", ordinal: 12, leftPK: -3, reason: "")
        #expect(
            other.description == """
                RpcImportError(
                    kind: IntegrityError,
                    on: InstanceID(model: 'sentry.email', ordinal: 12),
                    left_pk: -3,
                )
                """)
    }

    @Test("Kinds carry the reference's names")
    func kinds() {
        let names = [
            Finding.Kind.unknown, .databaseError, .deserializationFailed, .incorrectSiloMode, .integrityError,
            .invalidMinOrdinal, .missingImportUUID, .unexpectedModel, .unknownModel, .unspecifiedScope,
            .validationError,
        ].map(\.rawValue)
        #expect(
            names == [
                "Unknown", "DatabaseError", "DeserializationFailed", "IncorrectSiloModeForModel", "IntegrityError",
                "InvalidMinOrdinal", "MissingImportUUID", "UnexpectedModel", "UnknownModel", "UnspecifiedScope",
                "ValidationError",
            ])
    }
}

@Suite("Row accounts")
struct RowAccountTests {
    @Test("Counters and back")
    func counters() {
        var account = RowAccount()
        account.inserted(3, model: "a.b")
        account.existing(model: "a.b")
        account.overwritten(2, model: "a.c")
        account.dropped(4, model: "a.c", .missingReference(field: "user", model: "sentry.user"))
        account.dropped(model: "a.c", .filtered)
        let counters = [
            "a.b|inserted": 3, "a.b|existing": 1, "a.c|overwritten": 2,
            "a.c|dropped|missingReference:user->sentry.user": 4, "a.c|dropped|filtered": 1,
        ]
        #expect(account.counters == counters)
        #expect(RowAccount(counters: counters) == account)
        #expect(account.models["a.c"]?.total == 7)
        #expect(account.models["a.c"]?.droppedTotal == 5)
    }

    @Test("Sums")
    func sums() {
        var account = RowAccount(counters: ["a.b|inserted": 1, "a.b|dropped|filtered": 2])
        account.add(RowAccount(counters: ["a.b|inserted": 10, "a.c|existing": 5, "a.c|dropped|filtered": 3]))
        #expect(account.models["a.b"]?.inserted == 11)
        let totals = account.totals
        #expect(totals.inserted == 11)
        #expect(totals.existing == 5)
        #expect(totals.dropped == ["filtered": 5])
        #expect(totals.total == 21)
    }

    @Test("Counters of another form are left out", arguments: ["", "a", "a|unknown", "a|inserted|x", "a|dropped"])
    func malformed(counter: String) {
        #expect(RowAccount(counters: [counter: 1]) == RowAccount())
    }

    @Test("A reason's older text counts as the reason")
    func olderTexts() {
        let account = RowAccount(counters: ["a.b|dropped|skipped": 2, "a.b|dropped|skippedByOperator": 3])
        #expect(account.totals.dropped == ["skippedByOperator": 5])
    }

    @Test("Reasons have stable texts")
    func reasons() {
        let reasons: [(DropReason, String)] = [
            (.excludedModel, "excludedModel"), (.unknownModel, "unknownModel"), (.deletedModel, "deletedModel"),
            (.outOfScope, "outOfScope"), (.filtered, "filtered"), (.missingPrimaryKey, "missingPrimaryKey"),
            (.missingReference(field: "f", model: "m"), "missingReference:f->m"), (.merged, "merged"),
            (.superseded, "superseded"), (.skippedByOperator, "skippedByOperator"),
        ]
        for (reason, text) in reasons { #expect(reason.text == text) }
    }
}
