import Catalogue
import Comparison
import ExportFormat
import Testing

/// Both rows have the primary key 1 and refer to rows by the ordinals of their keys on each side.
private func findings(
    _ model: String, _ left: [String: FieldValue], _ right: [String: FieldValue],
    ordinals: (left: [Int64: Int64], right: [Int64: Int64]) = ([:], [:])
) -> [ComparisonFinding] {
    let references = References(
        left: { _, key in if case .integer(let key) = key { ordinals.left[key] } else { nil } },
        right: { _, key in if case .integer(let key) = key { ordinals.right[key] } else { nil } })
    let rows = RowPair(row(left), row(right), references)
    return RowComparison(model, Catalogue.standard.model(model)).findings(rows, ordinal: 7)
}

private func row(_ fields: [String: FieldValue]) -> PlainRow {
    PlainRow(key: .integer(1), fields: fields.map { .init($0.key, $0.value) })
}

/// The kinds and reasons for one field's two values, null where a side lacks the field.
private func complaints(
    _ model: String, _ field: String, _ left: FieldValue, _ right: FieldValue
) -> [String] {
    findings(model, [field: left], [field: right]).map { "\($0.kind): \($0.reason)" }
}

private let hex = String(repeating: "0123456789abcdef", count: 2)
private let otherHex = String(repeating: "fedcba9876543210", count: 2)

@Suite struct RuleTests {
    @Test(arguments: [("abc", "abc"), ("abc", "abc-x2"), ("", "-x"), ("é", "é-1")])
    func aSuffixIsNoDifference(_ left: String, _ right: String) {
        #expect(complaints("sentry.organization", "slug", .text(left), .text(right)).isEmpty)
    }

    @Test func anotherSlug() {
        #expect(
            complaints("sentry.organization", "slug", .text("abc"), .text("abcx2")) == [
                "AutoSuffixComparator: the left value (abc) of `slug` was not equal to or a dashed prefix of the right "
                    + "value (abcx2)"
            ])
        #expect(complaints("sentry.organization", "slug", .integer(1), .text("1-2")).count == 1)
        // The composed letter and the decomposed one are different texts.
        #expect(complaints("sentry.organization", "slug", .text("\u{E9}"), .text("e\u{301}")).count == 1)
    }

    @Test func aSideThatLacksAValue() {
        #expect(
            complaints("sentry.organization", "slug", .null, .text("a")) == [
                "AutoSuffixComparatorExistenceCheck: the left `slug` value was missing"
            ])
        #expect(findings("sentry.organization", [:], ["slug": .null]).isEmpty)
        // One missing field keeps the rule from all its fields.
        let found = findings(
            "sentry.relay", ["relay_id": .null, "public_key": .text("a")],
            ["relay_id": .text("b"), "public_key": .text("c")])
        #expect(found.map(\.kind) == ["HashObfuscatingComparatorExistenceCheck"])
    }

    @Test(arguments: [
        ("2024-01-02T03:04:05.006Z", "2024-01-02T03:04:05.006Z"), ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05.001z"),
        ("2024-01-02", "2024-01-02T00:00:00"), ("", "1970-01-01T00:00:00Z"),
        ("2024-01-02T03:04:05+01:00", "2024-01-02t02:04:05 +0000"),
    ]) func laterUpdates(_ left: String, _ right: String) {
        #expect(complaints("sentry.userrole", "date_updated", .text(left), .text(right)).isEmpty)
    }

    @Test(arguments: [
        ("2024-01-02T03:04:05.006001Z", "2024-01-02T03:04:05.006Z"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05+01:00"),
        ("soon", "2024-01-02"), ("2024-01-02T03:04:05", "2024-01-02T03:04:05Z"), ("2024-01-02", ""),
    ]) func earlierUpdates(_ left: String, _ right: String) {
        let shown = right.isEmpty ? "1970-01-01T00:00:00+00:00" : right
        #expect(
            complaints("sentry.userrole", "date_updated", .text(left), .text(right)) == [
                "DateUpdatedComparator: the left value (\(left)) of `date_updated` was not less than or equal to the right "
                    + "value (\(shown))"
            ])
    }

    @Test func instants() {
        let model = "sentry.team"
        func differ(_ left: String, _ right: String) -> Bool {
            !complaints(model, "date_added", .text(left), .text(right)).isEmpty
        }
        #expect(!differ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000Z"))
        #expect(!differ("2024-01-02T03:04:05Z", "2024-01-02T05:04:05+02:00"))
        #expect(differ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05"))
        #expect(differ("2024-01-02T03:04:05.006Z", "2024-01-02T03:04:05.007Z"))
        // A model without rules of its own compares times as text.
        #expect(
            findings(
                "sentry.alertruletrigger", ["date_added": .text("2024-01-02T03:04:05Z")],
                ["date_added": .text("2024-01-02T03:04:05.000Z")]
            ).map(\.kind) == ["UnequalJSON"])
    }

    @Test(arguments: [
        ("ann@example.com", "a...@...le.com"), ("@b.c", "...@...b.c"), ("nobody", "nobody"), ("a@b@c", "a@b@c"),
        ("", ""),
    ]) func addressesAreObscured(_ address: String, _ shown: String) {
        #expect(
            complaints("sentry.user", "email", .text(address), .text("x@y.z")) == [
                "EmailObfuscatingComparator: the left value (\"\(shown)\") of `email` was not equal to the right value "
                    + "(\"x...@...y.z\")"
            ])
    }

    @Test(arguments: [
        ("0123456789abcdef", "012...def"), ("01234567", "0...7"), ("0123456", "..."), ("ääääääää", "ä...ä"),
    ]) func tokensAreObscured(_ token: String, _ shown: String) {
        #expect(
            complaints("sentry.servicehook", "secret", .text(token), .text("")) == [
                "HashObfuscatingComparator: the left value (\"\(shown)\") of `secret` was not equal to the right value "
                    + "(\"...\")"
            ])
    }

    @Test func keysOfProjects() {
        #expect(complaints("sentry.projectkey", "public_key", .text(hex), .text(hex)).isEmpty)
        let found = findings(
            "sentry.projectkey", ["public_key": .text(hex + "\n")], ["public_key": .text(hex + "\n")])
        #expect(found.map(\.kind) == ["SecretHexComparator", "SecretHexComparator"])
        #expect(found.map(\.ordinal) == [7, 7] && found.map(\.leftKey) == [.integer(1), .integer(1)])
        #expect(
            complaints("sentry.projectkey", "public_key", .text(hex), .text("0123")) == [
                "HashObfuscatingComparator: the left value (\"012...def\") of `public_key` was not equal to the right "
                    + "value (\"...\")",
                "SecretHexComparator: the right value (\"0123\") of `public_key` was not matched by this regex: "
                    + "^[0-9a-f]{32}$",
            ])
    }

    @Test func subscriptionsMustChange() {
        let (old, new) = (FieldValue.text("0/" + hex), FieldValue.text("١٢/" + otherHex))
        #expect(complaints("sentry.querysubscription", "subscription_id", old, new).isEmpty)
        #expect(
            complaints("sentry.querysubscription", "subscription_id", old, old) == [
                "SubscriptionIDComparator: the left value (0/\(hex)) of the subscription ID field `subscription_id` was\n"
                    + String(repeating: " ", count: 32) + "equal to the right value (0/\(hex))"
            ])
        #expect(complaints("sentry.querysubscription", "subscription_id", .text("/" + hex), new).count == 1)
    }

    @Test func identifiersMustChange() {
        let old = FieldValue.text("0f0e0d0c-0b0a-4908-8706-050403020100")
        func count(_ right: String) -> Int { complaints("sentry.monitor", "guid", old, .text(right)).count }
        #expect(count("0F0E0D0C0B0A49088706050403020100") == 0)
        #expect(count("0f0e0d0c-0b0a-4908-8706-050403020100") == 1)
        #expect(count("0f0e0d0c-0b0a-1908-8706-050403020100") == 1)
        #expect(count("0f0e0d0c-0b0a-4908-c706-050403020100") == 1)
        #expect(count("0f0e0d0c-0b0a-4908-8706-0504030201000") == 1)
        #expect(complaints("sentry.monitor", "guid", .text("x"), .text("x")).count == 3)
    }

    @Test func listsInAnyOrder() {
        func differ(_ left: FieldValue, _ right: FieldValue) -> Bool {
            !complaints("sentry.apitoken", "scope_list", left, right).isEmpty
        }
        #expect(!differ(.list([.text("a"), .text("b")]), .list([.text("b"), .text("a")])))
        #expect(!differ(.text("['ab']"), .text("['ba']")))
        #expect(differ(.list([.text("a")]), .text("['a']")))
        #expect(differ(.list([.text("a"), .text("a")]), .list([.text("a")])))
        #expect(
            complaints("sentry.apitoken", "scope_list", .list([.text("it's")]), .list([])) == [
                "UnorderedListComparator: the left value ([\"it's\"]) of the unordered list field `scope_list` was not "
                    + "equal to the right value ([])"
            ])
    }

    @Test func references() {
        func reasons(_ left: Int64, _ right: Int64) -> [String] {
            findings(
                "sentry.team", ["organization": .integer(left)], ["organization": .integer(right)],
                ordinals: ([10: 1, 11: 2], [20: 1, 21: 2])
            ).map(\.reason)
        }
        #expect(reasons(10, 20).isEmpty)
        #expect(
            reasons(10, 21) == [
                "the left foreign key ordinal (1) for `organization` was not equal to the right foreign key ordinal (2)"
            ])
        #expect(
            reasons(5, 6) == [
                "the left foreign key ordinal for `organization` model with pk `5` could not be found",
                "the right foreign key ordinal for `organization` model with pk `6` could not be found",
            ])
    }
}

@Suite struct PasswordRuleTests {
    private func kinds(_ left: [String: FieldValue], _ right: [String: FieldValue]) -> [String] {
        let found = findings("sentry.user", left, right)
        #expect(found.allSatisfy { $0.kind == "UserPasswordObfuscatingComparator" })
        return found.map { $0.reason.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }

    @Test func aClaimedUserKeepsThePassword() {
        let long = String(repeating: "a", count: 80)
        #expect(kinds(["password": .text("a")], ["password": .text("a")]).isEmpty)
        #expect(
            kinds(["password": .text(long + "b")], ["password": .text(long)]) == [
                #"the left value ("aaaaaaaaaaaa...aaaaab") of `password` was not equal to the right value ("aaaaaa...aaaa")"#
            ])
        // What belongs to the password is compared for unclaimed users only.
        let expired = FieldValue.bool(true)
        #expect(kinds(["password": .text("a")], ["password": .text("a"), "is_password_expired": expired]).isEmpty)
    }

    @Test func anUnclaimedUserGetsANewOne() {
        let unclaimed = ["password": FieldValue.text("b"), "is_unclaimed": .bool(true)]
        #expect(kinds(["password": .text("a")], unclaimed).isEmpty)
        #expect(
            kinds(["password": .text("b")], unclaimed) == [
                #"the left value ("...") of `password` was equal to the right value ("..."), which is disallowed when "#
                    + "`is_unclaimed` is `True`"
            ])
        #expect(
            kinds(
                ["password": .text("a"), "last_password_change": .text("2024-01-02")],
                unclaimed.merging(["is_password_expired": .bool(true)]) { first, _ in first })
                == [
                    "the left value (2024-01-02) of `last_password_change` was not less than or equal to the right value "
                        + "(1970-01-01T00:00:00+00:00)",
                    "the right value of `is_password_expired` must be `False` for unclaimed users",
                ])
    }

    @Test func nobodyClaimsAUser() {
        let found = kinds(["password": .text("a"), "is_unclaimed": .bool(true)], ["password": .text("a")])
        #expect(found.count == 1 && found[0].contains("cannot claim users"))
    }
}

@Suite struct OtherFieldsTests {
    @Test func theDifferenceIsThatOfTheReference() {
        let left: [String: FieldValue] = ["name": .text("a"), "slug": .text("s"), "status": .integer(1)]
        let right: [String: FieldValue] = ["name": .text("a"), "slug": .text("s-2"), "status": .double(1)]
        #expect(
            findings("sentry.organization", left, right).map(\.reason) == [
                "\n    --- \n\n    +++ \n\n    @@ -1,4 +1,4 @@\n\n     {\n       \"name\": \"a\",\n    -  \"status\": 1\n"
                    + "    +  \"status\": 1.0\n     }"
            ])
    }

    @Test func nullIsNotAbsentAndOrderDoesNotMatter() {
        #expect(findings("sentry.organization", ["name": .null], [:]).map(\.kind) == ["UnequalJSON"])
        let (a, b) = (FieldValue.Member("a", .integer(1)), FieldValue.Member("b", .integer(2)))
        #expect(FieldValue.object(sorting: [b, a]) == .object(sorting: [a, b]))
    }

    @Test func jsonAsPythonPrintsIt() {
        let value = FieldValue.object(sorting: [
            .init("é", .list([])), .init("b", .list([.double(1e16), .double(1e-7), .double(-0.0), .double(0.1)])),
            .init("a", .object([])), .init("c", .bigInteger("18446744073709551616")), .init("d", .text("\u{7F}\n/😀")),
        ])
        #expect(
            value.jsonLines == [
                "{", #"  "a": {},"#, #"  "b": ["#, "    1e+16,", "    1e-07,", "    -0.0,", "    0.1", "  ],",
                #"  "c": 18446744073709551616,"#, #"  "d": "\u007f\n/\ud83d\ude00","#, #"  "\u00e9": []"#, "}",
            ])
    }

    @Test func anElementOfAFindingsFile() {
        var finding = ComparisonFinding("UnequalCounts", model: "sentry.team", reason: "counted \"1\"")
        finding.rightKey = .text(ExactText("k"))
        #expect(
            finding.json(indent: 0) == """
                {
                  "finding": "ComparatorFinding",
                  "kind": "UnequalCounts",
                  "left_pk": null,
                  "on": {
                    "model": "sentry.team",
                    "ordinal": null
                  },
                  "reason": "counted \\"1\\"",
                  "right_pk": "k"
                }
                """)
    }
}
