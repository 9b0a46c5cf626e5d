/// Timestamps as text: `2023-06-22T22:59:55.488000+00:00`. All texts have the same length, so that texts sort like
/// times. Python's `datetime.fromisoformat` and SQLite's date functions read them.
package enum TimestampText {
    /// 0001-01-01T00:00:00 to 9999-12-31T23:59:59.999999, in microseconds: the times that the text (and Python) can
    /// express.
    package static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// - Parameter microseconds: since 1970, within ``range``.
    package static func text(_ microseconds: Int64, withZone: Bool) -> String {
        let (day, time) = microseconds.dividedDown(by: microsecondsPerDay)
        let date = CivilDate(daysSince1970: day)
        return String(unsafeUninitializedCapacity: withZone ? 32 : 26) { text in
            write(date.year, digits: 4, to: text, at: 0)
            write(date.month, digits: 2, to: text, at: 5)
            write(date.day, digits: 2, to: text, at: 8)
            write(time / 3_600_000_000, digits: 2, to: text, at: 11)
            write(time / 60_000_000 % 60, digits: 2, to: text, at: 14)
            write(time / 1_000_000 % 60, digits: 2, to: text, at: 17)
            write(time % 1_000_000, digits: 6, to: text, at: 20)
            for (place, mark) in marks where place < text.count { text[place] = mark }
            return withZone ? 32 : 26
        }
    }

    /// The characters between the digits, and the zone after them.
    private static let marks: [(Int, UInt8)] =
        zip([4, 7, 10, 13, 16, 19], "--T::.".utf8).map { ($0, $1) } + zip(26..., "+00:00".utf8).map { ($0, $1) }

    /// Reads what other programs write, too: a space for the `T`, any number of fraction digits, `Z`, another offset
    /// or none (UTC), a date alone. nil for anything else.
    package static func microseconds(_ text: String) -> Int64? {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), isDay(year, month, day)
        else { return nil }
        var value = Int64(CivilDate.days(Int(year), Int(month), Int(day))) * microsecondsPerDay
        if reader.isAtEnd { return value }
        guard reader.skip("T") || reader.skip(" "), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), hour < 24, minute < 60
        else { return nil }
        value += (hour * 3_600 + minute * 60) * 1_000_000
        if reader.skip(":") {
            guard let second = reader.number(2), second < 60 else { return nil }
            value += second * 1_000_000
            if reader.skip(".") {
                guard let fraction = reader.fraction() else { return nil }
                value += fraction
            }
        }
        guard let offset = reader.offsetSeconds(), reader.isAtEnd else { return nil }
        return value - offset * 1_000_000
    }

    /// The year 0 is read too, although this code never writes it.
    private static func isDay(_ year: Int64, _ month: Int64, _ day: Int64) -> Bool {
        CivilDate.isDay(year == 0 ? 400 : Int(year), Int(month), Int(day))
    }

    /// `2024-05-06T07:08:09.123Z`; a year of more than four digits has a sign, as ISO 8601 requires. Every number has a
    /// text, so that a damaged record cannot break a listing.
    ///
    /// - Parameter milliseconds: since 1970.
    package static func text(milliseconds: Int64) -> String {
        let (day, time) = milliseconds.dividedDown(by: 86_400_000)
        let date = CivilDate(daysSince1970: day)
        let clock = [time / 3_600_000, time / 60_000 % 60, time / 1_000 % 60].map { padded($0, 2) }
        return "\(year(date.year))-\(padded(date.month, 2))-\(padded(date.day, 2))"
            + "T\(clock.joined(separator: ":")).\(padded(time % 1_000, 3))Z"
    }

    private static func year(_ number: Int64) -> String {
        switch number {
        case ..<0: "-" + padded(-number, 4)
        case 10_000...: "+\(number)"
        default: padded(number, 4)
        }
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func write(
        _ number: Int64, digits: Int, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        var rest = number
        for place in (start..<start + digits).reversed() {
            text[place] = UInt8(48 + rest % 10)
            rest /= 10
        }
    }
}

/// Reads digits and marks from the front of a text.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(_ digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = nextDigit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    /// Microseconds of a decimal fraction; digits beyond the sixth are cut off.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = nextDigit() {
            if count < 6 { value = value * 10 + digit }
            count += 1
        }
        for _ in min(count, 6)..<6 { value *= 10 }
        return count == 0 ? nil : value
    }

    /// Seconds east of UTC: nothing or `Z` is 0; `+hh:mm`, `+hhmm`, `+hh`.
    mutating func offsetSeconds() -> Int64? {
        if rest.isEmpty || skip("Z") { return 0 }
        let sign: Int64 = skip("-") ? -1 : 1
        if sign == 1, !skip("+") { return nil }
        guard let hours = number(2) else { return nil }
        if rest.isEmpty { return sign * hours * 3_600 }
        _ = skip(":")
        guard let minutes = number(2) else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    private mutating func nextDigit() -> Int64? {
        guard let byte = rest.first, (48...57).contains(byte) else { return nil }
        rest.removeFirst()
        return Int64(byte - 48)
    }
}
