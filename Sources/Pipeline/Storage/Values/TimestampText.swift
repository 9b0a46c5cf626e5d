/// Timestamps as text: `2023-06-22T22:59:55.488000+00:00`, always of one length, so that the order of the texts is
/// that of the times. Python's `datetime.fromisoformat` and SQLite's date functions read it.
enum TimestampText {
    /// 0001-01-01T00:00:00 to 9999-12-31T23:59:59.999999, in microseconds: what the text (and Python) can say.
    static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    private static let microsecondsADay: Int64 = 86_400_000_000

    /// - Parameter microseconds: since 1970, within ``range``.
    static func text(_ microseconds: Int64, withZone: Bool) -> String {
        let day = floorDivide(microseconds, microsecondsADay)
        let time = microseconds - day * microsecondsADay
        let date = civil(fromDay: day)
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

    /// What stands between the digits, and the zone behind them.
    private static let marks: [(Int, UInt8)] =
        zip([4, 7, 10, 13, 16, 19], "--T::.".utf8).map { ($0, $1) } + zip(26..., "+00:00".utf8).map { ($0, $1) }

    /// Reads what other programs write, too: a space for the `T`, any number of fraction digits, `Z`, another offset
    /// or none (UTC), a date alone. nil for anything else.
    static func microseconds(_ text: String) -> Int64? {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var value = self.day(year: year, month: month, day: day) * microsecondsADay
        guard civil(fromDay: floorDivide(value, microsecondsADay)) == (year, month, day) else { return nil }
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

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        value >= 0 ? value / by : -((by - 1 - value) / by)
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

    /// Days since 1970-01-01 to a date of the Gregorian calendar, by counting in eras of 400 years.
    private static func civil(fromDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
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
