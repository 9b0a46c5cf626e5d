import ArgumentParser
import Reporting

extension SinceTime {
    /// For options.
    static func parse(_ text: String) throws -> SinceTime {
        guard let time = SinceTime(text) else { throw ValidationError("--since takes \(form).") }
        return time
    }
}
