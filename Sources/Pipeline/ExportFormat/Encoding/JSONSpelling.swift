/// How a JSON text is spelled.
package enum JSONSpelling: Sendable, Equatable {
    /// As Python's `json.dumps`: ASCII, each value on a line of its own, with so many blanks for each level; with none if
    /// the number is negative.
    case indented(Int)
    /// The text inside encrypted files: UTF-8 without blanks, short exponents.
    case compact

    var isASCII: Bool { self != .compact }
}
