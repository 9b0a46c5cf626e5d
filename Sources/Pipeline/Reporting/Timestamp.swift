import Glibc

/// Times as the queue gives them, in milliseconds since 1970, as ISO-8601 text in UTC.
public enum Timestamp {
    /// `2024-05-06T07:08:09.123Z`; a year of more than four digits carries a sign, as ISO 8601 asks for.
    ///
    /// Every value has a text: what a damaged record holds must not end a listing.
    public static func text(_ milliseconds: Int64) -> String {
        let seconds = Int(milliseconds.quotientAndRemainder(dividingBy: 1_000).quotient)
        let fraction = Int(milliseconds % 1_000)
        var time = time_t(fraction < 0 ? seconds - 1 : seconds)
        var parts = tm()
        guard gmtime_r(&time, &parts) != nil else { return "\(milliseconds) ms" }
        let date = [
            year(Int(parts.tm_year) + 1_900), padded(Int(parts.tm_mon) + 1, 2), padded(Int(parts.tm_mday), 2),
        ]
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0), 2) }
        let rest = padded(fraction < 0 ? fraction + 1_000 : fraction, 3)
        return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":")).\(rest)Z"
    }

    /// Nil for 0, which means never.
    public static func optional(_ milliseconds: Int64) -> String? {
        milliseconds == 0 ? nil : text(milliseconds)
    }

    /// This machine's clock, for logs and displays. The queue decides by Redis' clock.
    public static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func year(_ number: Int) -> String {
        switch number {
        case ..<0: "-" + padded(-number, 4)
        case 10_000...: "+\(number)"
        default: padded(number, 4)
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
