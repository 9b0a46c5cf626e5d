import CSimdJSON

/// Reads the elements of an export's top-level array one after the other, in bounded memory.
// Ten properties: the place in the text is kept flat, since every record moves it.
public final class RecordReader {
    /// One element, as it stands in the file.
    public struct Record: Sendable, Equatable {
        /// 1-based.
        public let number: Int64
        /// 0-based offset into the (decrypted) JSON text.
        public let byte: Int64
        public let json: [UInt8]
    }

    private enum State {
        case beginning, afterRecord, finished
    }

    private let buffer: RecordBuffer
    private let parser: RecordParser
    private let limits: ExportLimits
    private var state = State.beginning
    private var recordStart = 0
    private var recordLength = 0
    private var count: Int64 = 0
    /// The text was `{}` rather than a list.
    package private(set) var isEmptyObject = false
    private let digest = TextDigest()
    private var lineFeeds: LineFeeds?

    init(_ source: any ByteSource, limits: ExportLimits) throws(ExportError) {
        self.limits = limits
        buffer = RecordBuffer(source, blockBytes: limits.blockBytes, maxBytes: limits.maxRecordBytes + 1)
        parser = try RecordParser(limits: limits)
        let digest = digest
        buffer.onRead = { digest.update($0) }
    }

    /// The next element; nil after the last one, once the rest of the text has been checked.
    public func next() throws(ExportError) -> Record? {
        guard try advance() else { return nil }
        _ = try parsed()
        return Record(number: number, byte: byte, json: Array(text))
    }

    /// Bytes of the text read so far.
    public var bytesRead: Int64 { buffer.bytesRead }

    /// SHA-256 of the text, in hexadecimal; of all of it once ``next()`` has returned nil.
    public func sha256() -> String { digest.hexadecimal() }

    // MARK: - For this room

    /// Number of the current element, 1-based. Computed, because other rooms cannot prove that nothing else changes a stored
    /// property meanwhile, and would check that at run time for every row.
    package var number: Int64 { count }

    /// Where the current element begins.
    package var byte: Int64 { buffer.offset(of: recordStart) }

    package var place: ExportPlace { ExportPlace(byte: byte, record: number) }

    /// From here on lines are counted. Called before anything is read.
    package func countLines() {
        let feeds = LineFeeds()
        lineFeeds = feeds
        buffer.onRead = { [digest] block in
            digest.update(block)
            feeds.update(block)
        }
    }

    /// The 1-based line in which the current element begins; nil if lines are not counted.
    package var line: Int64? {
        lineFeeds.map { feeds in
            let rest = UnsafeRawBufferPointer(start: buffer.base + recordStart, count: buffer.end - recordStart)
            return feeds.count + 1 - LineFeeds.count(rest)
        }
    }

    /// The current element.
    package var text: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: buffer.base + recordStart, count: recordLength)
    }

    /// Moves to the next element; false after the last one. Only brackets are checked here.
    package func advance() throws(ExportError) -> Bool {
        switch state {
        case .beginning:
            try begin()
            if state != .finished, try skipSpace() == UInt8(ascii: "]") { try finish() }
        case .afterRecord: try separate()
        case .finished: break
        }
        if state == .finished { return false }
        try takeRecord()
        return true
    }

    /// Parses the current element; the result is valid until the next call.
    package func parsed() throws(ExportError) -> TapeValue {
        do throws(TextFault) {
            return try parser.parse(text).root
        } catch {
            throw error.error(at: place)
        }
    }
}

// MARK: - Structure

extension RecordReader {
    /// The next byte that is no white space, not consumed; nil at the end.
    private func skipSpace() throws(ExportError) -> UInt8? {
        while true {
            let base = buffer.base
            let end = buffer.end
            var at = buffer.start
            while at < end, Self.isSpace(base[at]) { at += 1 }
            buffer.start = at
            if at < end { return base[at] }
            guard try buffer.fill() else { return nil }
        }
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private func bad(_ message: String, at offset: Int64? = nil) -> ExportError {
        let place = ExportPlace(
            byte: offset ?? buffer.offset(of: buffer.start), record: number > 0 ? number : nil)
        return ExportError(.badData, message, place: place)
    }

    private func begin() throws(ExportError) {
        try TextStart.skipMark(buffer)
        switch try skipSpace() {
        case UInt8(ascii: "["): buffer.start += 1
        case UInt8(ascii: "{"): try emptyObject()
        case nil: throw bad("the export is empty; export again")
        case let byte?: throw try noList() ?? bad(TextStart.complaint(about: byte))
        }
    }

    /// What stands where the list should begin; nil if nothing tells.
    private func noList(isObject: Bool = false) throws(ExportError) -> ExportError? {
        while buffer.unread.count < ForeignText.sampleBytes, try buffer.fill() {}
        let foreign = ForeignText(buffer.unread)
        if let complaint = foreign.complaint { return bad(complaint) }
        guard let start = foreign.listStart else {
            return isObject ? nil : foreign.complaintWithoutList.map { bad($0) }
        }
        let place = buffer.offset(of: buffer.start + start)
        return bad(
            "text stands before the export, perhaps log output; the list of rows begins at byte \(place): remove what stands "
                + "before it, or let the export command write to a file, not to standard output", at: place)
    }

    /// Text for people where a row or the end of the list should be; nil if it is none.
    private func logLine() throws(ExportError) -> ExportError? {
        while !buffer.unread.contains(UInt8(ascii: "\n")), buffer.unread.count < ForeignText.sampleBytes,
            try buffer.fill()
        {}
        guard ForeignText.isLogLine(buffer.unread) else { return nil }
        return bad(
            "text that is no row stands here, perhaps a line of log output: remove it, or let the export command write to a "
                + "file, not to standard output")
    }

    private func emptyObject() throws(ExportError) {
        buffer.start += 1
        guard try skipSpace() == UInt8(ascii: "}") else {
            throw try noList(isObject: true) ?? bad("the export is a single object; it must be a list of rows")
        }
        isEmptyObject = true
        try finish()
    }

    /// After the closing bracket only white space may follow.
    private func finish() throws(ExportError) {
        buffer.start += 1
        if let next = try skipSpace() {
            if next != UInt8(ascii: "["), next != UInt8(ascii: "{") {
                throw bad(
                    "text follows the end of the list, perhaps log output: remove it, or let the export command write to a "
                        + "file, not to standard output")
            }
            throw bad("something follows the end of the list; the file may be several exports joined together")
        }
        state = .finished
    }

    private func separate() throws(ExportError) {
        switch try skipSpace() {
        case UInt8(ascii: ","):
            buffer.start += 1
            if try skipSpace() == UInt8(ascii: "]") { throw bad("a comma is followed by no row") }
        case UInt8(ascii: "]"): try finish()
        case nil: throw bad("the export ends before its list is closed: it is truncated; export again")
        default: throw try logLine() ?? bad("a comma is missing after this row")
        }
    }

    private func takeRecord() throws(ExportError) {
        let first = try skipSpace()
        count += 1
        guard first == UInt8(ascii: "{") else {
            guard let first else {
                throw bad("the export ends before its list is closed: it is truncated; export again")
            }
            if count == 1, let error = try noList() { throw error }
            throw try logLine() ?? bad("this row is \(TextStart.kind(first)); every row must be an object")
        }
        try findEnd()
        state = .afterRecord
    }

    private func findEnd() throws(ExportError) {
        var scan = csimdjson_scan()
        var looked = 0
        recordLength = 0
        while true {
            let end = csimdjson_record_end(
                &scan, buffer.base + buffer.start + looked, buffer.end - buffer.start - looked)
            // C's SIZE_MAX means "not yet" and arrives as -1.
            if end >= 0 {
                recordStart = buffer.start
                recordLength = looked + end
                break
            }
            looked = buffer.end - buffer.start
            if looked > limits.maxRecordBytes || scan.values > UInt64(limits.maxRecordValues) { break }
            guard try buffer.fill() else {
                throw bad("the export ends inside this row: it is truncated; export again")
            }
        }
        try requireModestSize(bytes: max(looked, recordLength), values: scan.values)
        buffer.start += recordLength
    }
}

extension RecordReader {
    private func requireModestSize(bytes: Int, values: UInt64) throws(ExportError) {
        let excess: String
        if bytes > limits.maxRecordBytes {
            excess = "\(limits.maxRecordBytes) bytes"
        } else if values > UInt64(limits.maxRecordValues) {
            excess = "\(limits.maxRecordValues) values"
        } else {
            return
        }
        throw ExportError(
            .tooLarge, "this row has more than \(excess)",
            place: ExportPlace(byte: buffer.offset(of: buffer.start), record: number))
    }
}

extension TextFault {
    /// The refusal of a text that begins at `place`.
    func error(at place: ExportPlace, _ noun: String = "this row") -> ExportError {
        var place = place
        place.byte = place.byte.map { $0 + Int64(offset) }
        return ExportError(isRefusal ? .tooLarge : .badData, "\(noun) \(problem)", place: place)
    }
}
