import ArgumentParser
import Reporting

/// A time in the past: some time ago, or a date.
enum SinceTime {
    /// Milliseconds.
    case ago(Int64)
    /// Milliseconds since 1970.
    case at(Int64)

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]

    static func parse(_ text: String) throws -> SinceTime {
        if let at = Timestamp.milliseconds(text) { return .at(max(0, at)) }
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0,
            case let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit * 1_000), !overflow
        else {
            throw ValidationError(
                "--since takes a time such as 90s, 30m, 2h, 3d or 1w, or a date such as 2024-05-06 (UTC).")
        }
        return .ago(milliseconds)
    }

    func milliseconds(now: Int64) -> Int64 {
        switch self {
        case .ago(let milliseconds): max(0, now - milliseconds)
        case .at(let time): time
        }
    }
}
