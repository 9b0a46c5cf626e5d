/// How a text is made anew. The first rule that meets a text decides for all: from then on the same text has the same
/// replacement everywhere.
enum TextKind: UInt8, Sendable, CaseIterable {
    /// As many characters, of the classes that the text has.
    case string = 1
    /// Two capitalised words.
    case name
    case uuid
    /// An IP address of the same family.
    case address
    /// 64 hexadecimal digits.
    case hex64
    /// 32 letters and digits.
    case word32
    /// A constant for every text but the empty one.
    case nothing, emptyJSONText, country, region
}

/// How a text is made anew that is replaced twice. Here, too, the first rule decides for all fields of this sort.
enum SecondKind: UInt8, Sendable, CaseIterable {
    /// An API token: 64 hexadecimal digits.
    case token = 1
    /// The last four characters of one.
    case tokenEnd
    /// SHA-256 of one, in hexadecimal.
    case tokenDigest
    case uuid

    /// The first of the two rules.
    var first: TextKind { self == .uuid ? .uuid : .string }
}
