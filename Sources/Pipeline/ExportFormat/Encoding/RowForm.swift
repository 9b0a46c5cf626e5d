package import Catalogue

/// Gives rows of a database the form that they have in an export, for comparisons. One instance serves one thread.
package final class RowForm {
    private let encoder: RowEncoder
    private let parser: RowParser
    private var out = JSONOutput(.compact)

    package init(_ model: Model, limits: ExportLimits = .standard) throws(ExportError) {
        encoder = RowEncoder(model, spelling: .compact, values: FieldEncoder(maxDepth: limits.maxDepth))
        parser = try RowParser(limits: limits)
    }

    /// The columns of a row.
    package var columns: [String] { encoder.columns }

    /// The row's fields, valid until the next row; nil if no export can hold it.
    ///
    /// - Parameter values: one for each of ``columns``
    package func fields(_ values: [Value]) throws(ExportError) -> TapeRow? {
        out.removeAll()
        try encoder.encode(values, to: &out)
        let count = out.bytes.count
        out.append(Self.padding)
        return out.bytes.withUnsafeBufferPointer { bytes in
            parser.row(UnsafeBufferPointer(rebasing: bytes[..<count])).flatMap { TapeRow(Envelope($0)) }
        }
    }

    private static let padding = [UInt8](repeating: 0, count: RowParser.padding)
}
