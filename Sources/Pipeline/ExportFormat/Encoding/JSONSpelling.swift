/// How a JSON text is spelled.
package enum JSONSpelling: Sendable, Equatable {
    /// As Python's `json.dumps`: ASCII, each value on a line of its own, with so many blanks for each level; with none if
    /// the number is negative.
    case indented(Int)
    /// As the reference's tools write what they have changed: UTF-8, two blanks for each level, short exponents.
    case readable
    /// The text inside encrypted files: UTF-8 without blanks, short exponents.
    case compact
    /// One line as Python's `json.dumps` writes it without blanks: ASCII.
    case asciiLine

    var isASCII: Bool {
        switch self {
        case .indented, .asciiLine: true
        case .readable, .compact: false
        }
    }

    /// Blanks for each level; nil if the text is one line.
    var indentation: Int? {
        switch self {
        case .indented(let width): max(width, 0)
        case .readable: 2
        case .compact, .asciiLine: nil
        }
    }
}
