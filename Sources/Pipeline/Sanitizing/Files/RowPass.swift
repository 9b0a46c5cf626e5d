import ExportFormat

/// Goes through the rows of a file once.
struct RowPass {
    let source: ExportSource
    let kinds: RowKinds
    /// Called now and then with the bytes read.
    let onProgress: (Int64) -> Void

    /// Rows between two reports of progress.
    private static let reportInterval: Int64 = 1024

    /// Calls `take` for every row. What it throws gets the row's place.
    func run(_ take: (TapeValue, RowKind) throws(ExportError) -> Void) throws(ExportError) {
        let reader = try source.records()
        do throws(ExportError) {
            while try reader.advance() {
                let row = try reader.parsed()
                do throws(ExportError) {
                    let kind = try kinds.kind(of: Envelope(row))
                    try take(row, kind)
                } catch {
                    throw Self.placed(error, reader, Envelope(row))
                }
                if reader.number.isMultiple(of: Self.reportInterval) { onProgress(reader.bytesRead) }
            }
            onProgress(reader.bytesRead)
        } catch {
            throw source.located(error)
        }
    }

    /// The error of a row with what is known of its place.
    private static func placed(_ error: ExportError, _ reader: RecordReader, _ row: Envelope) -> ExportError {
        // A file that cannot be written is no row's fault.
        guard error.kind == .badData || error.kind == .tooLarge else { return error }
        var error = error
        error.place.byte = reader.byte
        error.place.record = reader.number
        if case .integer(let key)? = row.pk?.fieldValue { error.place.sourcePK = key }
        return error
    }
}
