import ArgumentParser
import Reporting

extension SinceTime {
    static func parse(_ text: String) throws -> SinceTime {
        guard let time = SinceTime(text) else {
            throw ValidationError(
                "--since takes a time such as 90s, 30m, 2h, 3d or 1w, or a date such as 2024-05-06 (UTC).")
        }
        return time
    }
}
