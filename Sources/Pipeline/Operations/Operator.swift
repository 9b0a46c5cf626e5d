import Reporting

/// Who performs an action: a name for records and logs.
package struct Operator: Sendable, Equatable {
    /// Longer names are cut.
    package static let maximumCharacters = 64

    package let name: String

    /// Turns any text into one line without control characters.
    package init(name: String) {
        self.name = String(PlainText.line(name).prefix(Self.maximumCharacters))
    }
}
