import Testing

@testable import Reporting

@Suite struct TimestampTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (-1_000, "1969-12-31T23:59:59.000Z"), (253_402_300_800_000, "+10000-01-01T00:00:00.000Z"),
        (.max, "+292278994-08-17T07:12:55.807Z"), (.min, "-292275055-05-16T16:47:04.192Z"),
    ])
    func isISO8601InUTC(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp.text(milliseconds) == text)
    }
}
