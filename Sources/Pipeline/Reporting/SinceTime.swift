/// A time in the past: some time ago, or a date.
package enum SinceTime: Sendable, Equatable {
    /// Milliseconds.
    case ago(Int64)
    /// Milliseconds since 1970.
    case at(Int64)

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]

    /// What `init` reads, for people.
    package static let form = "a time such as 90s, 30m, 2h, 3d or 1w, or a date such as 2024-05-06 (UTC)"

    /// Nil for a text that is neither.
    package init?(_ text: String) {
        if let at = Timestamp.milliseconds(text) {
            self = .at(max(0, at))
            return
        }
        guard let unit = text.last.flatMap({ Self.units[$0] }), let number = Int64(text.dropLast()), number >= 0,
            case let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit * 1_000), !overflow
        else { return nil }
        self = .ago(milliseconds)
    }

    package func milliseconds(now: Int64) -> Int64 {
        switch self {
        case .ago(let milliseconds): max(0, now - milliseconds)
        case .at(let time): time
        }
    }
}
