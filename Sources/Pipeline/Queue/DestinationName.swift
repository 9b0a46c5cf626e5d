/// The name under which operators know a destination. Relocations are queued for a name; the workers of that name
/// serve one database.
public struct DestinationName: Sendable, Hashable, CustomStringConvertible {
    /// The name that is meant where none is given.
    public static let standard = DestinationName(unchecked: "default")
    /// Bytes.
    public static let limits = 1...64

    public let text: String

    /// Throws `invalidArgument` for a text that is no name.
    public init(_ text: String) throws(QueueError) {
        guard Self.limits.contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else {
            throw QueueError(
                .invalidArgument, "The name of the destination cannot be used.",
                remedy: "It has 1 to 64 letters, digits, dots, dashes or underscores.")
        }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    public var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
