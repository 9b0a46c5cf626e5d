/// Reads JSON texts that lie inside the strings of a row.
package final class InnerText {
    private let parser: TextParser

    package init(limits: ExportLimits) { parser = TextParser(maxDepth: limits.maxDepth, takesNaN: false) }

    /// The list, object or string that a text holds, valid until the next call; nil for any other text.
    package func value(_ text: UnsafeBufferPointer<UInt8>) -> TapeValue? {
        guard let first = text.first, [TapeType.object, TapeType.array, TapeType.string].contains(first) else {
            return nil
        }
        // Any other text is as good.
        return try? parser.parse(text).root
    }
}
