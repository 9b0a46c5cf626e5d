import TextForms

@testable import ExportFormat

/// A pickle in base64, as a pickled column holds it.
enum PickleFuzz {
    nonisolated(unsafe) private static let reader = PickleReader(maxDepth: 40)
    nonisolated(unsafe) private static let events = PickledValue(maxDepth: 40)
    nonisolated(unsafe) private static let json = TextParser(maxDepth: 40, takesNaN: false, takesHalves: true)

    static func run(_ input: UnsafeRawBufferPointer) {
        // Those of a node store have no base64 around them here, and more opcodes.
        _ = events.value(Array(input))
        Array(Base64.encode(input).utf8).withUnsafeBufferPointer { text in
            guard case .value(let tape) = reader.read(base64: text) else { return }
            let stored = StoredJSON.text(tape.root)
            // A character takes six bytes at most, a number about three times its digits.
            mustHold(stored.utf8.count <= 6 * (64 << 10) + 64 * input.count, "the text is bounded")
            Array(stored.utf8).withUnsafeBufferPointer { bytes in
                // A text that does not parse is the contradiction to find.
                mustHold((try? json.parse(bytes)) != nil, "what is stored is JSON")
            }
        }
    }
}
