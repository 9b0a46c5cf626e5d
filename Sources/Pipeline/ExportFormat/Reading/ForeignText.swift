/// What a text is that is no export, told from its first bytes: an operator learns what happened and what helps.
struct ForeignText {
    /// Bytes that are enough to tell.
    static let sampleBytes = 64 << 10

    private let bytes: UnsafeBufferPointer<UInt8>
    private let text: Substring

    /// - Parameter sample: the text from where a list was expected.
    init(_ sample: UnsafeBufferPointer<UInt8>) {
        bytes = UnsafeBufferPointer(rebasing: sample.prefix(Self.sampleBytes))
        text = Substring(String(decoding: bytes, as: UTF8.self)).trimmingSpace()
    }

    /// What the text is, with the remedy; nil if nothing tells.
    var complaint: String? {
        if let format = Self.formats.first(where: { bytes.starts(with: $0.magic) }) {
            return "the export is \(format.name); unpack it, or export again"
        }
        if isMarkup {
            return "the export is a web page (HTML), perhaps the error page of a proxy; download the export again"
        }
        if isJSONLines {
            return
                "the export holds one JSON object per line (JSON lines), one after the other; it must be one list of rows"
        }
        return nil
    }

    /// What a text is in which no list begins; nil if nothing tells.
    var complaintWithoutList: String? {
        if text.contains("Traceback (most recent call last)") {
            return
                "the file holds the error message of an export that failed (a Python traceback); mend what it says, export again"
        }
        if isSQL { return "the file is an SQL dump; make the export with Sentry's own export command" }
        if isYAML {
            return "the file is YAML or a settings file; it must be JSON, as Sentry's export command writes it"
        }
        if isLogLine(text) {
            return
                "the file holds text, perhaps log output, and no list of rows; it must be JSON: let the export command write "
                + "to a file, not to standard output"
        }
        return nil
    }

    /// Place in the sample at which a list of rows begins a line behind other text.
    var listStart: Int? {
        var lineStart = 0
        while let end = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            guard let start = Self.firstVisible(bytes, from: end + 1) else { return nil }
            if beginsList(start) { return start }
            lineStart = start
        }
        return nil
    }

    /// Whether a list of rows begins at a place: a bracket, then a brace, or nothing.
    private func beginsList(_ start: Int) -> Bool {
        guard bytes[start] == UInt8(ascii: "["), let next = Self.firstVisible(bytes, from: start + 1) else {
            return false
        }
        return bytes[next] == UInt8(ascii: "{") || bytes[next] == UInt8(ascii: "]")
    }

    private static func firstVisible(_ bytes: UnsafeBufferPointer<UInt8>, from place: Int) -> Int? {
        bytes[place...].firstIndex { $0 > 0x20 }
    }

    // MARK: Formats

    private static let formats: [(magic: [UInt8], name: String)] = [
        (Array("PK\u{3}\u{4}".utf8), "a zip archive"), (Array("PK\u{5}\u{6}".utf8), "an empty zip archive"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive"), (Array("PGDMP".utf8), "a PostgreSQL dump (pg_dump)"),
        (Array("SQLite format 3\0".utf8), "an SQLite database"), (Array("%PDF-".utf8), "a PDF document"),
        ([0x04, 0x22, 0x4D, 0x18], "compressed with lz4"), (Array("-----BEGIN ".utf8), "a key or certificate (PEM)"),
    ]

    private var isMarkup: Bool {
        let head = text.prefix(64).lowercased()
        return ["<!doctype", "<html", "<head", "<body", "<?xml", "<!--"].contains { head.hasPrefix($0) }
    }

    /// Two lines, each an object of its own. The first may lack its brace, which the reader has taken.
    private var isJSONLines: Bool {
        var lines = text.split(maxSplits: 2, whereSeparator: \.isNewline).makeIterator()
        guard let first = lines.next()?.trimmingSpace(), let second = lines.next()?.trimmingSpace() else {
            return false
        }
        return first.contains(":") && first.hasSuffix("}") && second.hasPrefix("{")
    }

    private static let statements = [
        "--", "/*", "SET ", "CREATE ", "INSERT ", "COPY ", "BEGIN", "PRAGMA ", "ALTER ", "DROP ", "SELECT ",
        "\\connect ",
    ]

    private var isSQL: Bool {
        let lines = text.split(whereSeparator: \.isNewline).prefix(40).map { $0.trimmingSpace() }
        let count = lines.count { line in Self.statements.contains { line.hasPrefix($0) } }
        return count > 0 && count * 2 >= lines.count && !text.hasPrefix("---\n")
    }

    private var isYAML: Bool {
        guard let line = text.split(whereSeparator: \.isNewline).first(where: { !$0.hasPrefix("#") }) else {
            return false
        }
        if line.trimmingSpace() == "---" || line.hasPrefix("- ") { return true }
        guard let colon = line.firstIndex(of: ":") else { return false }
        let key = line[..<colon]
        return key.allSatisfy { $0.isLetter || $0.isNumber || "._-\"'".contains($0) } && key.contains(where: \.isLetter)
            && (line[colon...].dropFirst().first.map { $0 == " " } ?? true)
    }
}

extension ForeignText {
    /// Whether a line is text for people, and no value of JSON with what may follow it in a list.
    static func isLogLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        let text = String(decoding: line.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return Self(line).isLogLine(Substring(text))
    }

    private func isLogLine(_ text: Substring) -> Bool {
        let line = text.prefix { !$0.isNewline }.trimmingSpace()
        guard let first = line.first, first.isLetter || first.isNumber || first == "[" || first == "(" else {
            return false
        }
        // JSON that stands where it must not is no log.
        guard !line.hasPrefix("[{"), !line.hasPrefix("[\""), !line.hasPrefix("[[") else { return false }
        return line.contains(where: \.isLetter) && line.contains { $0 == " " || $0 == ":" }
    }
}

extension Substring {
    fileprivate func trimmingSpace() -> Substring {
        var rest = drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
