extension ExportSource {
    /// Writes the text as it is, unpacked and decrypted. A tarball's text is authenticated before the first byte of it is
    /// written, and once more before the end.
    ///
    /// - Parameter onProgress: gets the bytes written so far
    package func copy(to sink: any ByteSink, onProgress: (Int64) -> Void = { _ in }) throws(ExportError) {
        let text = try text()
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: limits.blockBytes, alignment: 16)
        defer { block.deallocate() }
        var written: Int64 = 0
        while case let count = try text.read(into: block), count > 0 {
            try sink.write(UnsafeRawBufferPointer(rebasing: block[..<count]))
            written += Int64(count)
            onProgress(written)
        }
        try sink.finish()
    }

    /// Writes the JSON anew, in the spelling of encrypted exports: compact, each key of an object once. A list of rows may
    /// have any length; any other text may be as long as one row (``ExportLimits/maxRecordBytes``).
    ///
    /// - Parameter onProgress: gets the bytes read so far
    package func rewrite(to sink: any ByteSink, onProgress: (Int64) -> Void = { _ in }) throws(ExportError) {
        do throws(ExportError) {
            var text = CompactText(to: sink)
            if try beginsListOfRows() {
                try rewriteRows(to: &text, onProgress)
            } else {
                try rewriteValue(to: &text)
            }
            try text.flush()
        } catch {
            throw located(error)
        }
        try sink.finish()
    }

    private func rewriteRows(to text: inout CompactText, _ onProgress: (Int64) -> Void) throws(ExportError) {
        let reader = try records()
        text.append("[")
        while try reader.advance() {
            if reader.number > 1 { text.append(",") }
            try text.append(try reader.parsed(), at: reader.place, "this row")
            onProgress(reader.bytesRead)
        }
        text.append("]")
    }

    private func rewriteValue(to text: inout CompactText) throws(ExportError) {
        let buffer = try window()
        while try buffer.fill() {
            guard buffer.unread.count <= limits.maxRecordBytes else {
                throw ExportError(
                    .tooLarge, "the text is no list of rows, and has more than \(limits.maxRecordBytes) bytes")
            }
        }
        let place = ExportPlace(byte: buffer.offset(of: buffer.start))
        let parser = try RecordParser(limits: limits)
        let value: TapeValue
        do throws(TextFault) {
            value = try parser.parse(buffer.unread).root
        } catch {
            let complaint = ForeignText(buffer.unread).complaint
            throw complaint.map { ExportError(.badData, $0, place: place) } ?? error.error(at: place, "the text")
        }
        try text.append(value, at: place, "the text")
    }

    /// Whether the text begins as a list of objects does. Such a list is read row by row.
    private func beginsListOfRows() throws(ExportError) -> Bool {
        let buffer = try window()
        var visible: [UInt8] = []
        repeat {
            visible = Array(buffer.unread.lazy.filter { $0 > 0x20 }.prefix(2))
            // So many blanks are skipped where no buffer has to hold them.
            if visible.count < 2, buffer.unread.count > limits.maxRecordBytes { return true }
            if visible.count == 2 { break }
        } while try buffer.fill()
        return visible == Array("[{".utf8)
    }

    /// The text behind its byte order mark.
    private func window() throws(ExportError) -> RecordBuffer {
        let buffer = RecordBuffer(try text(), blockBytes: limits.blockBytes, maxBytes: limits.maxRecordBytes + 1)
        try TextStart.skipMark(buffer)
        return buffer
    }
}
