import TextForms

/// Date-times as Django's `parse_datetime` and `parse_date` read them, in microseconds since 1970-01-01T00:00:00Z.
/// A text without an offset is UTC; digits beyond microseconds are cut off.
package enum DateTimeRule {
    @inline(__always)
    static func microseconds(_ value: TapeValue) throws(ValueMismatch) -> Int64 {
        guard value.isString else { throw .expected("a date-time", found: value) }
        let text = value.bytes
        if let fast = exported(text) { return fast }
        guard let time = clockTime(text) else { throw ValueMismatch("holds a string that is not a date-time") }
        let result = time.microseconds - (time.offset ?? 0)
        guard TimestampText.range ~= result else {
            throw ValueMismatch("holds a date-time outside the years 1 to 9999")
        }
        return result
    }

    /// What a text says, without the conversion to UTC; nil if it is no date-time.
    package static func clockTime(_ text: UnsafeBufferPointer<UInt8>) -> ClockTime? {
        if let fast = exported(text) { return ClockTime(microseconds: fast, offset: 0) }
        var reader = DateTimeReader(text)
        return reader.read()
    }

    /// `2023-06-22T22:59:57.023Z`, the form exports are written in.
    @inline(__always)
    private static func exported(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count == 24, text[4] == 0x2D, text[7] == 0x2D, text[10] == 0x54, text[13] == 0x3A,
            text[16] == 0x3A, text[19] == 0x2E, text[23] == 0x5A
        else { return nil }
        var wrong: UInt8 = 0
        @inline(__always) func two(_ at: Int) -> Int {
            let high = text[at] &- 0x30
            let low = text[at + 1] &- 0x30
            wrong |= (high > 9 ? 1 : 0) | (low > 9 ? 1 : 0)
            return Int(high) &* 10 &+ Int(low)
        }
        let year = two(0) &* 100 &+ two(2)
        let month = two(5)
        let day = two(8)
        let hour = two(11)
        let minute = two(14)
        let second = two(17)
        let last = text[22] &- 0x30
        let millisecond = two(20) &* 10 &+ Int(last)
        guard wrong == 0, last <= 9, CivilDate.isDay(year, month, day), hour < 24, minute < 60, second < 60 else {
            return nil
        }
        let seconds = CivilDate.days(year, month, day) &* 86_400 &+ hour &* 3600 &+ minute &* 60 &+ second
        return Int64(seconds &* 1_000_000 &+ millisecond &* 1000)
    }
}

/// A date-time as it is written.
package struct ClockTime: Equatable {
    /// What a clock there shows, since 1970-01-01T00:00:00.
    package let microseconds: Int64
    /// Microseconds that the clock is ahead of UTC; nil if the text does not say.
    package let offset: Int64?
}

/// Reads every form of ISO 8601 that Python 3.12 takes, and the looser one of Django's own pattern.
private struct DateTimeReader {
    private let text: UnsafeBufferPointer<UInt8>
    private var at = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// nil if the text is not one.
    mutating func read() -> ClockTime? {
        guard let days = date() else { return nil }
        let midnight = Int64(days) * 86_400_000_000
        guard at < text.count else { return ClockTime(microseconds: midnight, offset: nil) }
        guard separator(), let time = time() else { return nil }
        while let byte = current, NumberRules.isSpace(byte) { at += 1 }
        if at == text.count { return ClockTime(microseconds: midnight + time, offset: nil) }
        guard let offset = offset(), at == text.count else { return nil }
        return ClockTime(microseconds: midnight + time, offset: offset)
    }

    private var current: UInt8? { at < text.count ? text[at] : nil }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        at += 1
        return true
    }

    /// Between `low` and `high` digits, as many as there are.
    private mutating func number(_ low: Int, _ high: Int) -> Int? {
        var value = 0
        var count = 0
        while count < high, let byte = current, 0x30...0x39 ~= byte {
            value = value * 10 + Int(byte - 0x30)
            at += 1
            count += 1
        }
        return count >= low ? value : nil
    }

    private mutating func date() -> Int? {
        guard let year = number(4, 4) else { return nil }
        let isDashed = skip(UInt8(ascii: "-"))
        if skip(UInt8(ascii: "W")) { return week(of: year, isDashed: isDashed) }
        guard let month = isDashed ? number(1, 2) : number(2, 2) else { return nil }
        if isDashed, !skip(UInt8(ascii: "-")) { return nil }
        guard let day = isDashed ? number(1, 2) : number(2, 2), CivilDate.isDay(year, month, day) else { return nil }
        return CivilDate.days(year, month, day)
    }

    private mutating func week(of year: Int, isDashed: Bool) -> Int? {
        guard year >= 1, let week = number(2, 2) else { return nil }
        var day = 1
        if isDashed ? skip(UInt8(ascii: "-")) : current.map({ 0x30...0x39 ~= $0 }) == true {
            guard let given = number(1, 1) else { return nil }
            day = given
        }
        // 1970-01-01 was a Thursday; the week with the year's first Thursday is the first.
        let first = CivilDate.days(year, 1, 1)
        let weekday = ((first + 3) % 7 + 7) % 7
        let monday = first - weekday + (weekday > 3 ? 7 : 0)
        let hasWeek53 = weekday == 3 || (weekday == 2 && CivilDate.isLeap(year))
        guard 1...(hasWeek53 ? 53 : 52) ~= week, 1...7 ~= day else { return nil }
        return monday + (week - 1) * 7 + day - 1
    }

    /// Any one character.
    private mutating func separator() -> Bool {
        guard let byte = current, !(0x30...0x39 ~= byte) else { return false }
        at += 1
        while let byte = current, byte & 0xC0 == 0x80 { at += 1 }
        return at < text.count
    }

    private mutating func time() -> Int64? {
        guard let hour = number(1, 2), hour < 24 else { return nil }
        var minute = 0
        var second = 0
        var fraction: Int64 = 0
        let isColoned = skip(UInt8(ascii: ":"))
        let goesOn = isColoned || current.map { 0x30...0x39 ~= $0 } == true
        if goesOn {
            guard let given = number(isColoned ? 1 : 2, 2), given < 60 else { return nil }
            minute = given
            if isColoned ? skip(UInt8(ascii: ":")) : current.map({ 0x30...0x39 ~= $0 }) == true {
                guard let given = number(isColoned ? 1 : 2, 2), given < 60, let part = microseconds() else {
                    return nil
                }
                second = given
                fraction = part
            }
        }
        return Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction
    }

    /// Zero without a fraction; nil for a point without digits.
    private mutating func microseconds() -> Int64? {
        guard current == UInt8(ascii: ".") || current == UInt8(ascii: ",") else { return 0 }
        at += 1
        var value: Int64 = 0
        var count = 0
        while let byte = current, 0x30...0x39 ~= byte {
            if count < 6 { value = value * 10 + Int64(byte - 0x30) }
            at += 1
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 6)..<6 { value *= 10 }
        return value
    }

    /// Microseconds east of Greenwich.
    private mutating func offset() -> Int64? {
        guard let sign = current else { return nil }
        at += 1
        if sign == UInt8(ascii: "Z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hour = number(2, 2) else { return nil }
        var rest: Int64 = 0
        let isColoned = skip(UInt8(ascii: ":"))
        if isColoned || current != nil {
            guard let minute = number(2, 2), minute < 60 else { return nil }
            rest = Int64(minute) * 60_000_000
            if isColoned ? skip(UInt8(ascii: ":")) : current != nil {
                guard let second = number(2, 2), second < 60, let part = microseconds() else { return nil }
                rest += Int64(second) * 1_000_000 + part
            }
        }
        let offset = Int64(hour) * 3_600_000_000 + rest
        guard offset < 86_400_000_000 else { return nil }
        return sign == UInt8(ascii: "-") ? -offset : offset
    }
}
