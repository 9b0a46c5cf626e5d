package import ExportFormat
internal import Glibc
import TextForms

/// The value of a row of the node store: an event's body, compressed, in base64.
package final class NodeText {
    private let deflater = Deflater()
    private let reader: ValueReader
    private let pickles: PickledValue

    /// Bytes that a value expands to at most.
    private static let maxBytes = 256 << 20
    private static let maxDepth = 1024

    package init() {
        reader = ValueReader(maxDepth: Self.maxDepth)
        pickles = PickledValue(maxDepth: Self.maxDepth)
    }

    /// nil without memory for it.
    package func encoded(_ text: [UInt8]) -> String? { deflater.bytes(text).map { Base64.encode($0) } }

    /// The text that was compressed; nil for what is not of the node store.
    package func inflated(_ data: some StringProtocol) -> [UInt8]? {
        Base64.decode(data).flatMap { Deflated.bytes($0, limit: Self.maxBytes) }
    }

    /// The body, or what is kept under a name beside it; nil for a value that is neither. As the reference does, JSON that is no
    /// object reads as an empty one. Versions before 21 have pickled bodies: those of plain values are read.
    package func value(_ text: [UInt8], under name: String? = nil) -> FieldValue? {
        guard text.first == UInt8(ascii: "{") else { return name == nil ? pickles.value(text) : nil }
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let name else { return object(lines[0]) }
        for place in stride(from: 1, to: lines.count - 1, by: 2) where lines[place].elementsEqual(name.utf8) {
            return object(lines[place + 1])
        }
        return nil
    }

    /// The text of a body and some of its members; nil for a value that is no body.
    package func body(_ text: [UInt8], _ keys: Set<String>) -> (text: [UInt8], members: FieldValue)? {
        guard text.first == UInt8(ascii: "{") else {
            return pickles.value(text).map { (EventText.messageBytes($0), $0) }
        }
        let line = Self.firstLine(text)
        return reader.members(keys, of: line).map { (line, $0) }
    }

    private static func firstLine(_ text: [UInt8]) -> [UInt8] {
        let length = text.withUnsafeBytes { bytes -> Int? in
            guard let start = bytes.baseAddress, let end = memchr(start, Int32(UInt8(ascii: "\n")), bytes.count) else {
                return nil
            }
            return UnsafeRawPointer(end) - start
        }
        return length.map { Array(text[..<$0]) } ?? text
    }

    private func object(_ line: ArraySlice<UInt8>) -> FieldValue {
        guard let value = try? reader.value(Array(line)), value.isObject else { return .object([]) }
        return value
    }
}
