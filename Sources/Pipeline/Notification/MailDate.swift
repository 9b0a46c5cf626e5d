internal import TextForms

/// `Fri, 27 Nov 2026 06:15:00 +0000`
enum MailDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameter microseconds: since 1970 UTC, not before
    static func text(_ microseconds: Int64) -> String {
        let time = CivilTime(microseconds: microseconds)
        let (date, second) = (time.date, time.second)
        // 1970 began on a Thursday.
        let day = days[Int(max(microseconds, 0) / 86_400_000_000 % 7)]
        let clock = [second / 3_600, second / 60 % 60, second % 60].map(twoDigits).joined(separator: ":")
        return "\(day), \(twoDigits(date.day)) \(months[Int(date.month) - 1]) \(date.year) \(clock) +0000"
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
