import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct DateTimeFieldTests {
    /// 2023-06-22T22:59:57Z is 1687474797 seconds after the epoch.
    private static let second: Int64 = 1_687_474_797_000_000

    @Test(
        arguments: [
            ("2023-06-22T22:59:57.023Z", second + 23_000), ("2023-06-22T22:59:57Z", second),
            ("2023-06-22 22:59:57Z", second), ("2023-06-22T22:59:57.123456Z", second + 123_456),
            ("2023-06-22T22:59:57.1234569Z", second + 123_456), ("2023-06-22T22:59:57,5Z", second + 500_000),
            ("2023-06-22T22:59:57", second), ("2023-06-22T22:59:57+00:00", second),
            ("2023-06-23T01:29:57+02:30", second), ("2023-06-22T20:59:57-0200", second),
            ("2023-06-22T20:59:57-02", second),
            ("2023-06-22T22:59:57 Z", second), ("20230622T225957Z", second),
            ("20230622T225957.5+0000", second + 500_000),
            ("2023-W25-4T22:59:57Z", second), ("2023W254T225957Z", second), ("2023-06-22", second - 82_797_000_000),
            ("20230622", second - 82_797_000_000), ("2023-6-22", second - 82_797_000_000),
            ("2023-06-22T22:59", second - 57_000_000), ("2023-06-22T22", second - 3_597_000_000),
            ("2023-06-22T22:59:57.000001-00:00:00.000001", second + 2),
            ("1970-01-01T00:00:00.000Z", 0), ("1969-12-31T23:59:59.999999Z", -1),
            ("2000-02-29T00:00:00.000Z", 951_782_400_000_000),
            ("0001-01-01T00:00:00.000Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("2021-01-03T00:00:00Z", 1_609_632_000_000_000), ("2020-W53-7", 1_609_632_000_000_000),
        ] as [(String, Int64)])
    func takes(_ text: String, _ expected: Int64) throws {
        #expect(try decode("sentry.user", "date_joined", "\"\(text)\"") == .timestamp(expected))
    }

    @Test(arguments: [
        "", " ", "x", "2023", "2023-06", "2023-13-01", "2023-02-29", "1900-02-29T00:00:00.000Z", "2023-06-31",
        "2023-06-22T", "2023-06-22T24:00:00Z", "2023-06-22T22:60:00Z", "2023-06-22T22:59:60Z", "06/22/2023",
        "2023-06-22T22:59:57.Z", "2023-06-22T22:59:57.023Zx", "2023-06-22T22:59:57+24:00", "2023-06-22T22:59:57z",
        "0000-01-01", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "10000-01-01", "2023-W54-1",
        "2021-W53-1",
        "2023-06-22T22:59:5:.023Z", "2O23-06-22T22:59:57.023Z", "2023-06-22T2x:59:57.023Z", "today",
    ])
    func refuses(_ text: String) { expectRefused("sentry.user", "date_joined", "\"\(text)\"") }

    @Test(arguments: ["5", "true", "[]", "{}", "1.5"])
    func refusesOtherKinds(_ json: String) { expectRefused("sentry.user", "date_joined", json) }

    @Test func passesNullOn() throws { #expect(try decode("sentry.user", "date_joined", "null") == .null) }
}
