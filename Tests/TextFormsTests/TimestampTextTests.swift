import Testing

@testable import TextForms

@Suite("Timestamps as text")
struct TimestampTextTests {
    @Test(
        "Timestamps",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00.000000+00:00"), (-1, "1969-12-31T23:59:59.999999+00:00"),
            (1_687_474_795_488_000, "2023-06-22T22:59:55.488000+00:00"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000+00:00"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000+00:00"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999+00:00"),
        ])
    func timestamps(time: Int64, text: String) {
        #expect(TimestampText.text(time, withZone: true) == text)
        #expect(TimestampText.text(time, withZone: false) == String(text.dropLast(6)))
        #expect(TimestampText.microseconds(text) == time)
        #expect(TimestampText.microseconds(String(text.dropLast(6))) == time)
    }

    @Test(
        "Timestamps as other programs write them",
        arguments: [
            ("2023-06-22", Int64(1_687_392_000_000_000)), ("2023-06-22 00:00", 1_687_392_000_000_000),
            ("2023-06-22 22:59:55", 1_687_474_795_000_000), ("2023-06-22T22:59:55.5Z", 1_687_474_795_500_000),
            ("2023-06-22T22:59:55.48833+00:00", 1_687_474_795_488_330),
            ("2023-06-22T22:59:55.1234567Z", 1_687_474_795_123_456),
            ("2023-06-23T00:59:55+02:00", 1_687_474_795_000_000), ("2023-06-22T17:29:55-0530", 1_687_474_795_000_000),
            ("2023-06-22T23:59:55+01", 1_687_474_795_000_000),
        ])
    func foreignTimestamps(text: String, time: Int64) {
        #expect(TimestampText.microseconds(text) == time)
    }

    @Test(
        "No timestamps",
        arguments: [
            "", "now", "2023", "2023-13-01", "2023-02-29", "2023-06-31", "2023-06-00", "2023-06-22T",
            "2023-06-22T24:00",
            "2023-06-22T10:60", "2023-06-22T10:00:60", "2023-06-22T10:00:00.", "2023-06-22T10:00:00+", "2023-06-22x",
            "2023-06-22T10:00:00Zz", "٢٠٢٣-06-22",
        ])
    func noTimestamps(text: String) {
        #expect(TimestampText.microseconds(text) == nil)
    }

    @Test("The year 0 is read, and its 29 February")
    func yearZero() {
        #expect(TimestampText.microseconds("0000-02-29") == -62_162_121_600_000_000)
        #expect(TimestampText.microseconds("0000-02-30") == nil)
    }

    @Test(
        "Milliseconds, of any time that fits",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_714_979_289_123, "2024-05-06T07:08:09.123Z"), (253_402_300_800_000, "+10000-01-01T00:00:00.000Z"),
            (-62_135_596_800_001, "0000-12-31T23:59:59.999Z"), (.max, "+292278994-08-17T07:12:55.807Z"),
            (.min, "-292275055-05-16T16:47:04.192Z"),
        ])
    func milliseconds(time: Int64, text: String) {
        #expect(TimestampText.text(milliseconds: time) == text)
    }
}
