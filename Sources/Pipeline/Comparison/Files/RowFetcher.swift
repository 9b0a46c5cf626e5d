package import ExportFormat

/// Reads rows of one file again, many at a time, and parses them one by one. Owns their memory.
final class RowFetcher {
    private let access: TextAccess
    private let parser: RowParser
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)
    /// Where each row begins in the memory, and its bytes.
    private var spans: [Range<Int>] = []

    init(_ source: ExportSource) throws(ExportError) {
        access = TextAccess(source)
        parser = try RowParser(limits: source.limits)
    }

    deinit { memory.deallocate() }

    /// Bytes of rows to read at a time. Where a part that lies before the last one costs a pass over the whole text, larger
    /// batches save passes over models whose rows are compared in another order than the file's.
    var batchBytes: Int { access.isRandom ? 2 << 20 : 48 << 20 }

    /// Bytes that lie between rows and are read with them, rather than each row by itself.
    private static let maxGaps = 1 << 20

    /// Reads rows of a model, given by their places in the comparison.
    func fetch(_ model: ModelIndex, _ range: Range<Int>) throws(ExportError) {
        let rows = range.map { model.row(at: $0) }
        let bytes = rows.reduce(0) { $0 + Int(model.lengths[$1]) }
        let first = rows.map { model.places[$0] }.min() ?? 0
        let end = rows.map { model.places[$0] + Int64(model.lengths[$0]) }.max() ?? 0
        if end - first <= Int64(bytes + Self.maxGaps) {
            try fetchTogether(model, rows, first..<end)
        } else {
            try fetchOneByOne(model, rows, bytes)
        }
    }

    private func fetchTogether(_ model: ModelIndex, _ rows: [Int], _ text: Range<Int64>) throws(ExportError) {
        try access.read(at: text.lowerBound, into: room(text.count))
        spans = rows.map { row in
            let start = Int(model.places[row] - text.lowerBound)
            return start..<start + Int(model.lengths[row])
        }
    }

    private func fetchOneByOne(_ model: ModelIndex, _ rows: [Int], _ bytes: Int) throws(ExportError) {
        let room = room(bytes)
        var used = 0
        spans = Array(repeating: 0..<0, count: rows.count)
        for place in rows.indices.sorted(by: { model.places[rows[$0]] < model.places[rows[$1]] }) {
            let span = used..<used + Int(model.lengths[rows[place]])
            try access.read(at: model.places[rows[place]], into: UnsafeMutableRawBufferPointer(rebasing: room[span]))
            spans[place] = span
            used = span.upperBound
        }
    }

    private func room(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
        let needed = bytes + RowParser.padding
        if memory.count < needed || memory.count > 2 * needed + batchBytes {
            memory.deallocate()
            memory = .allocate(byteCount: needed, alignment: 16)
            memory.initializeMemory(as: UInt8.self, repeating: 0)
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes])
    }

    /// One of the rows read last, valid until the next one; nil if it has no fields.
    ///
    /// - Parameter place: its place among them
    func row(_ place: Int, key: RowKey) throws(ExportError) -> FileRow? {
        let text = UnsafeRawBufferPointer(rebasing: memory[spans[place]]).assumingMemoryBound(to: UInt8.self)
        guard let record = parser.row(text) else { throw access.changed }
        return TapeRow(Envelope(record)).map { FileRow(key: key, fields: $0) }
    }

    func requireUnchanged() throws(ExportError) { try access.requireUnchanged() }
}

/// A row of a file, on its parser's tape.
package struct FileRow: ComparedRow {
    package let key: RowKey
    let fields: TapeRow

    package init(key: RowKey, fields: TapeRow) {
        self.key = key
        self.fields = fields
    }

    package func value(_ field: FieldName) -> FieldValue { fields.value(field)?.fieldValue ?? .null }

    package func rest(without left: [FieldName]) -> FieldValue { fields.rest(without: left) }

    package func hasSameRest(as other: FileRow, without left: [FieldName]) -> Bool {
        fields.hasSameRest(as: other.fields, without: left)
    }
}
