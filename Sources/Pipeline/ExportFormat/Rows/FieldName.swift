/// The name of a field, as text and as the bytes that are looked for on a tape.
public struct FieldName: Sendable, Hashable, ExpressibleByStringLiteral {
    public let text: String
    private let bytes: [UInt8]

    public init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    public init(stringLiteral text: String) { self.init(text) }

    @inline(__always)
    package func isSpelled(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.count == name.count && bytes.withUnsafeBufferPointer { $0.isSame(as: name) }
    }
}
