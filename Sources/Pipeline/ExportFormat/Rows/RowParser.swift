/// Parses rows that lie anywhere in memory, one at a time.
package final class RowParser {
    private let parser: RecordParser

    package init(limits: ExportLimits) throws(ExportError) { parser = try RecordParser(limits: limits) }

    /// Bytes that must be readable after every text.
    package static let padding = RecordParser.padding

    /// The tape of a row, valid until the next one; nil for a text that is no row.
    package func row(_ text: UnsafeBufferPointer<UInt8>) -> TapeValue? {
        // The caller has read the row before: that it is none now says all.
        try? parser.parse(text).root
    }
}
