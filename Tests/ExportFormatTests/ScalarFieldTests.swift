import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct IntegerFieldTests {
    @Test(
        arguments: [
            ("7", 7), ("-7", -7), ("0", 0), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            (#""12""#, 12), (#"" +12 ""#, 12), (#""\t-3\n""#, -3), (#""007""#, 7), (#""1_000""#, 1000), (#""5""#, 5),
            ("1.5", 1), ("-1.9", -1), ("1e3", 1000), ("true", 1), ("false", 0), ("-0", 0),
        ] as [(String, Int64)])
    func takes(_ json: String, _ expected: Int64) throws {
        #expect(try decode("sentry.user", "avatar_type", json) == .integer(expected))
    }

    @Test(arguments: [
        #""""#, #"" ""#, #""1.5""#, #""abc""#, #""1__0""#, #""_1""#, #""1_""#, #""- 1""#, #""+""#, "[]", "{}", "[1]",
        "9223372036854775808", "-9223372036854775809", #""9223372036854775808""#, "1e19", "100000000000000000000000",
    ])
    func refuses(_ json: String) { expectRefused("sentry.user", "avatar_type", json) }

    @Test func passesNullOn() throws {
        #expect(try decode("sentry.user", "avatar_type", "null") == .null)
    }

    @Test func takesForeignKeysInBothSpellings() throws {
        #expect(try decodeRow("sentry.useremail", #"{"user": 4}"#)["user_id"] == .integer(4))
        #expect(try decodeRow("sentry.useremail", #"{"user_id": "5"}"#)["user_id"] == .integer(5))
        #expect(try decodeRow("sentry.useremail", #"{"user": null}"#)["user_id"] == .null)
        expectRefused("sentry.useremail", "user", #""""#)
    }

    @Test func leavesBoundedColumnsToTheWorker() throws {
        #expect(try decode("sentry.organization", "status", "2147483648") == .integer(2_147_483_648))
    }
}

@Suite struct FloatFieldTests {
    @Test(
        arguments: [
            ("0.25", 0.25), ("3", 3), ("true", 1), (#""1.5""#, 1.5), (#"" 1_0.5 ""#, 10.5), (#""1.""#, 1),
            (#"".5""#, 0.5),
            (#""-1e-2""#, -0.01), (#""inf""#, .infinity), (#""-Infinity""#, -.infinity),
            ("18446744073709551615", 0x1p64),
            ("100000000000000000000000", 1e23),
        ] as [(String, Double)])
    func takes(_ json: String, _ expected: Double) throws {
        #expect(try decode("sentry.customdynamicsamplingrule", "sample_rate", json) == .double(expected))
    }

    @Test func takesNaNAsText() throws {
        guard case .double(let value) = try decode("sentry.customdynamicsamplingrule", "sample_rate", #""nan""#) else {
            Issue.record("no number")
            return
        }
        #expect(value.isNaN)
    }

    @Test(arguments: [#""""#, #"".""#, #""1e""#, #""0x10""#, #""a""#, "[]", "{}"])
    func refuses(_ json: String) { expectRefused("sentry.customdynamicsamplingrule", "sample_rate", json) }
}

@Suite struct BooleanFieldTests {
    @Test(arguments: ["true", "1", "1.0", #""t""#, #""True""#, #""1""#])
    func takesTrue(_ json: String) throws {
        #expect(try decode("sentry.user", "is_active", json) == .bool(true))
    }

    @Test(arguments: ["false", "0", "0.0", #""f""#, #""False""#, #""0""#])
    func takesFalse(_ json: String) throws {
        #expect(try decode("sentry.user", "is_active", json) == .bool(false))
    }

    @Test(arguments: ["null", #""""#, "2", "1.5", #""true""#, #""maybe""#, "[]", "{}", "[true]"])
    func refuses(_ json: String) { expectRefused("sentry.user", "is_active", json) }

    @Test(arguments: ["null", #""""#, "[]", "{}"])
    func takesEmptyForNullWhereNullable(_ json: String) throws {
        #expect(try decode("sentry.user", "is_sentry_app", json) == .null)
    }

    @Test func refusesOthersWhereNullable() { expectRefused("sentry.user", "is_sentry_app", #""maybe""#) }
}

@Suite struct StringFieldTests {
    @Test(arguments: [
        (#""abc""#, "abc"), (#""""#, ""), (#""\u00e9\ud83d\ude00""#, "é😀"), ("true", "True"), ("false", "False"),
        ("1", "1"), ("1.5", "1.5"), ("1e16", "1e+16"), ("18446744073709551615", "18446744073709551615"),
        ("123456789012345678901234567890", "123456789012345678901234567890"), ("[]", "[]"),
        (#"{"a": [1, true, null, "x", 2.0]}"#, "{'a': [1, True, None, 'x', 2.0]}"),
        (
            #"["it's", "a\"b", "'\"", "\u0001\n\\", "\u00e9", "\u200b", "\ue000", "\udb40\udc01"]"#,
            #"["it's", 'a"b', '\'"', '\x01\n\\', 'é', '\u200b', '\ue000', '\U000e0001']"#
        ),
        (#"{"k": 1, "l": 2, "k": 3}"#, "{'k': 3, 'l': 2}"),
    ])
    func takes(_ json: String, _ expected: String) throws {
        #expect(try decode("sentry.user", "name", json) == .text(expected))
    }

    @Test func passesNullOn() throws { #expect(try decode("sentry.user", "name", "null") == .null) }

    @Test func leavesLengthsToTheWorker() throws {
        let long = String(repeating: "x", count: 10_000)
        #expect(try decode("sentry.user", "username", "\"\(long)\"") == .text(long))
    }

    @Test(arguments: [#""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\u0041""#, #""a\udfffb""#])
    func refusesHalfSurrogates(_ json: String) throws {
        let error = try refusal(of: "[\(record("sentry.user", "{\"name\": \(json)}"))]")
        #expect(error.message.contains("surrogate"))
    }
}

@Suite struct AddressFieldTests {
    @Test(arguments: [
        (#""127.0.0.1""#, "127.0.0.1"), (#"" 127.0.0.1\n""#, "127.0.0.1"), (#""not.an.address""#, "not.an.address"),
        (#""2001:0DB8:0:0:0:0:0:1""#, "2001:db8::1"), (#""::""#, "::"), (#""1::""#, "1::"), (#""::1""#, "::1"),
        (#""1:0:0:2:0:0:0:3""#, "1:0:0:2::3"), (#""1:0:0:2:3:0:0:4""#, "1::2:3:0:0:4"),
        (#""1:2:3:0:5:6:7:8""#, "1:2:3:0:5:6:7:8"), (#""::ffff:1.2.3.4""#, "::ffff:1.2.3.4"),
        (#""::1.2.3.4""#, "::102:304"), (#""fe80::1%eth0""#, "fe80::1"),
    ])
    func takes(_ json: String, _ expected: String) throws {
        #expect(try decode("sentry.userip", "ip_address", json) == .text(expected))
    }

    @Test(arguments: [
        #"":""#, #"":::""#, #""1:2""#, #""1::2::3""#, #""12345::""#, #""g::""#, #""::1.2.3""#, #""::1.2.3.256""#,
        #""::01.2.3.4""#, #""1:2:3:4:5:6:7:8:9""#, #""1:2:3:4:5:6:7:8::""#, #""::1.2.3.4:5""#, #""::1%""#,
    ])
    func refuses(_ json: String) { expectRefused("sentry.userip", "ip_address", json) }
}

@Suite struct UUIDFieldTests {
    private static let dashed = "0b2c6f3e-1d2a-4c5b-8e9f-a0b1c2d3e4f5"

    @Test(arguments: [
        #""0b2c6f3e-1d2a-4c5b-8e9f-a0b1c2d3e4f5""#, #""0B2C6F3E1D2A4C5B8E9FA0B1C2D3E4F5""#,
        #""{0b2c6f3e-1d2a-4c5b-8e9f-a0b1c2d3e4f5}""#, #""urn:uuid:0b2c6f3e-1d2a-4c5b-8e9f-a0b1c2d3e4f5""#,
        #""0b2c-6f3e1d2a4c5b8e9fa0b1c2d3e4-f5""#,
    ])
    func takes(_ json: String) throws {
        #expect(try decode("sentry.incident", "detection_uuid", json) == .text(Self.dashed))
    }

    @Test(arguments: [
        #""""#, #""abc""#, #""0b2c6f3e1d2a4c5b8e9fa0b1c2d3e4f""#, #""0b2c6f3e1d2a4c5b8e9fa0b1c2d3e4fg""#, "5", "[]",
    ])
    func refuses(_ json: String) { expectRefused("sentry.incident", "detection_uuid", json) }

    @Test func fillsRequiredOnes() throws {
        let missing = try #require(try decodeRow("sentry.sentryappcomponent", "{}")["uuid"]?.text)
        let empty = try #require(try decode("sentry.sentryappcomponent", "uuid", #""""#).text)
        #expect(isUUID4(missing) && isUUID4(empty) && missing != empty)
        #expect(try decode("sentry.incident", "detection_uuid", "null") == .null)
        #expect(try decodeRow("sentry.incident", "{}")["detection_uuid"] == .null)
    }
}

@Suite struct FlagsFieldTests {
    /// organization.flags defines eleven bits, user.flags one.
    @Test(
        arguments: [
            (#""1""#, 1), (#""""#, 0), ("null", 0), ("5", 5), ("4096", 4096), (#""4096""#, 4096), (#""-1""#, -1),
            ("-1", 2047), ("-2", 2046), ("-2048", 0), ("true", 1), ("1.7", 1), ("[]", 0), ("{}", 0), (#"" 3 ""#, 3),
        ] as [(String, Int64)])
    func takes(_ json: String, _ expected: Int64) throws {
        #expect(try decode("sentry.organization", "flags", json) == .integer(expected))
    }

    @Test func masksToTheModelsOwnBits() throws {
        #expect(try decode("sentry.user", "flags", "-1") == .integer(1))
        #expect(try decode("sentry.user", "flags", "null") == .integer(0))
    }

    @Test(arguments: [#""abc""#, "[1]", #"{"a": 1}"#, "9223372036854775808"])
    func refuses(_ json: String) { expectRefused("sentry.organization", "flags", json) }
}

func isUUID4(_ text: String) -> Bool {
    text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
}
