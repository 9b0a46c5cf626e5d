package import Catalogue

/// Writes an export row by row: a list of objects, without a line end behind it.
package final class ExportWriter {
    private let sink: any ByteSink
    private let values: FieldEncoder
    private let spelling: JSONSpelling
    private var out: JSONOutput
    /// Rows written so far.
    package private(set) var rows = 0

    /// Bytes that are kept before they go to the sink.
    private static let blockBytes = 64 << 10

    /// - Parameter keepsLongIntegers: see ``JSONOutput``.
    package init(
        to sink: any ByteSink, _ spelling: JSONSpelling, limits: ExportLimits = .standard,
        keepsLongIntegers: Bool = false
    ) {
        self.sink = sink
        self.spelling = spelling
        values = FieldEncoder(maxDepth: limits.maxDepth)
        out = JSONOutput(spelling, keepsLongIntegers: keepsLongIntegers)
    }

    /// - Parameter form: that of the version which the export is for; nil for the catalogue's own
    package func encoder(of model: Model, form: VersionForm? = nil) -> RowEncoder {
        RowEncoder(model, spelling: spelling, values: values, form: form)
    }

    /// Throws `badData` with a finding for a row that no export can hold.
    package func write(_ row: [Value], _ encoder: RowEncoder) throws(ExportError) {
        try write { out throws(ExportError) in try encoder.encode(row, to: &out) }
    }

    /// Writes one row, whose text `write` appends. It stands at level 1.
    package func write(_ write: (inout JSONOutput) throws(ExportError) -> Void) throws(ExportError) {
        out.append(rows == 0 ? "[" : ",")
        out.newLine(1)
        try write(&out)
        rows += 1
        if out.bytes.count >= Self.blockBytes { try flush() }
    }

    package func finish() throws(ExportError) {
        if rows == 0 { out.append("[") } else { out.newLine(0) }
        out.append("]")
        try flush()
        try sink.finish()
    }

    private func flush() throws(ExportError) {
        try sink.write(out.bytes)
        out.removeAll()
    }
}
