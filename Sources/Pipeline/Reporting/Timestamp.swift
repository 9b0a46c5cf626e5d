import Glibc
import TextForms

/// Times of the queue (milliseconds since 1970) as ISO-8601 text in UTC.
public enum Timestamp {
    /// `2024-05-06T07:08:09.123Z`
    public static func text(_ milliseconds: Int64) -> String { TimestampText.text(milliseconds: milliseconds) }

    /// Nil for 0, which means never.
    public static func optional(_ milliseconds: Int64) -> String? {
        milliseconds == 0 ? nil : text(milliseconds)
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
