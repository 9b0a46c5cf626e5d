/// A day of the proleptic Gregorian calendar, and its distance from 1970-01-01.
package struct CivilDate: Equatable, Sendable {
    package let year: Int64
    package let month: Int64
    package let day: Int64

    /// The date that many days after 1970-01-01. The calculation uses eras of 400 years that begin in March.
    package init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.dividedDown(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    }

    /// Days from 1970-01-01 to a date.
    @inlinable
    @inline(__always)
    package static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year &- 1 : year
        let era = (year >= 0 ? year : year &- 399) / 400
        let yearOfEra = year &- era &* 400
        let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return era &* 146_097 &+ dayOfEra &- 719_468
    }

    /// Whether the calendar has that day, in the years 1 to 9999.
    @inlinable
    package static func isDay(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        guard 1...9999 ~= year, 1...12 ~= month, day >= 1 else { return false }
        if day <= 28 { return true }
        switch month {
        case 2: return day <= (isLeap(year) ? 29 : 28)
        case 4, 6, 9, 11: return day <= 30
        default: return day <= 31
        }
    }

    @inlinable
    package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
}

extension Int64 {
    /// The quotient, rounded down also below zero, and the rest, which is never negative.
    func dividedDown(by divisor: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

/// A moment as date and time of day, in UTC.
package struct CivilTime: Equatable, Sendable {
    package let date: CivilDate
    /// Of the day.
    package let second: Int64
    /// Of the second.
    package let microsecond: Int64

    /// - Parameter microseconds: since 1970.
    package init(microseconds: Int64) {
        let (day, time) = microseconds.dividedDown(by: 86_400_000_000)
        date = CivilDate(daysSince1970: day)
        second = time / 1_000_000
        microsecond = time % 1_000_000
    }
}
