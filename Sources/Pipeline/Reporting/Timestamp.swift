import Catalogue
import Glibc
import TextForms

/// Times of the queue (milliseconds since 1970) as ISO-8601 text: in UTC for programs, in local time for people.
public enum Timestamp {
    /// `2024-05-06T07:08:09.123Z`
    public static func text(_ milliseconds: Int64) -> String { TimestampText.text(milliseconds: milliseconds) }

    /// Nil for 0, which means never.
    public static func optional(_ milliseconds: Int64) -> String? {
        milliseconds == 0 ? nil : text(milliseconds)
    }

    /// For people: the time of this machine's zone (`TZ`), with its offset: `2024-05-06T09:08:09.123+02:00`. In UTC it is
    /// ``text(_:)``. Nil for 0, which means never.
    public static func local(_ milliseconds: Int64) -> String? {
        guard milliseconds != 0 else { return nil }
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return text(milliseconds) }
        let minutes = Int64(parts.tm_gmtoff / 60)
        guard minutes != 0 else { return text(milliseconds) }
        return "\(text(milliseconds.saturatedAdding(minutes * 60_000)).dropLast())\(offset(minutes))"
    }

    private static func offset(_ minutes: Int64) -> String {
        let digits = [minutes.magnitude / 60, minutes.magnitude % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return (minutes < 0 ? "-" : "+") + digits.joined(separator: ":")
    }

    /// Reads a date, or a time with a zone or in UTC; nil for anything else.
    public static func milliseconds(_ text: String) -> Int64? { TimestampText.microseconds(text).map { $0 / 1_000 } }

    /// This machine's clock, for logs and displays. The queue uses Redis' clock.
    public static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
