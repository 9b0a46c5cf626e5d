import Reporting

/// Who performs an action: a name and a host for records and logs.
package struct Operator: Sendable, Equatable {
    /// Longer names are cut.
    package static let maximumCharacters = 64

    package let name: String
    /// Where the operator works; empty if unknown.
    package let host: String

    /// Turns any text into one line without control characters.
    package init(name: String, host: String = "") {
        self.name = Self.line(name)
        self.host = Self.line(host)
    }

    /// `ada@host`
    package var text: String { host.isEmpty ? name : "\(name)@\(host)" }

    private static func line(_ text: String) -> String { String(PlainText.line(text).prefix(maximumCharacters)) }
}
