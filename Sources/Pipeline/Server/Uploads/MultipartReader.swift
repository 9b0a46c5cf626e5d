internal import Glibc

/// Reads a body of `multipart/form-data` (RFC 7578) piece by piece, with memory for one piece and one head.
struct MultipartReader: Sendable {
    enum Event {
        /// - Parameter filename: nil for a field that is no file
        case begin(name: String, filename: String?)
        /// Of the part that began last.
        case bytes([UInt8])
    }

    private enum Place { case before, delimiter, head, content, end }

    private let delimiter: [UInt8]
    private var place = Place.before
    /// What is read and not yet told. The line end before the first delimiter may be missing in a body.
    private var pending = Self.lineEnd
    /// Whether what is pending begins with the line end of a head.
    private var isAfterHead = false
    private var parts = 0

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]
    private static let headEnd = lineEnd + lineEnd
    private static let (headLimit, partLimit) = (16 << 10, 64)

    /// nil for another type than `multipart/form-data` with a boundary.
    init?(contentType: String) {
        let (type, parameters) = HeaderParameters.split(contentType)
        guard type == "multipart/form-data", let boundary = parameters["boundary"],
            (1...70).contains(boundary.utf8.count)
        else { return nil }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Takes the next piece.
    mutating func read(_ bytes: some Sequence<UInt8>, _ tell: (Event) throws -> Void) throws {
        guard place != .end else { return }
        pending += bytes
        while try advance(tell) {}
    }

    /// Throws unless the body is whole.
    func finish() throws(Problem) {
        guard place == .end else { throw Self.malformed }
    }

    /// Whether there may be more to tell.
    private mutating func advance(_ tell: (Event) throws -> Void) throws -> Bool {
        switch place {
        case .before, .content: return try readContent(tell)
        case .delimiter: return readDelimiter()
        case .head: return try readHead(tell)
        case .end:
            pending = []
            return false
        }
    }

    private mutating func readContent(_ tell: (Event) throws -> Void) throws -> Bool {
        let found = pending.first(of: delimiter)
        // What may be the beginning of a delimiter waits for the next piece.
        let length = found ?? max(pending.count - delimiter.count + 1, 0)
        let first = isAfterHead ? Self.lineEnd.count : 0
        if length > first || found != nil {
            if place == .content, length > first { try tell(.bytes(Array(pending[first..<length]))) }
            pending.removeFirst(length)
            (isAfterHead, place) = (false, found == nil ? place : .delimiter)
        }
        return found != nil
    }

    private mutating func readDelimiter() -> Bool {
        guard pending.count >= delimiter.count + 2 else { return false }
        pending.removeFirst(delimiter.count)
        place = pending.starts(with: "--".utf8) ? .end : .head
        return true
    }

    /// The head begins with the line end behind the delimiter.
    private mutating func readHead(_ tell: (Event) throws -> Void) throws -> Bool {
        guard pending.starts(with: Self.lineEnd) else { throw Self.malformed }
        guard let end = pending.first(of: Self.headEnd) else {
            guard pending.count <= Self.headLimit else { throw Self.malformed }
            return false
        }
        parts += 1
        guard end <= Self.headLimit, parts <= Self.partLimit else { throw Self.malformed }
        try tell(try Self.begin(pending[..<end]))
        // The last line end stays: an empty part has no other one before its delimiter.
        pending.removeFirst(end + Self.lineEnd.count)
        isAfterHead = true
        place = .content
        return true
    }

    private static func begin(_ head: ArraySlice<UInt8>) throws(Problem) -> Event {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-disposition" else { continue }
            let (type, parameters) = HeaderParameters.split(String(parts[1]))
            guard type == "form-data", let name = parameters["name"] else { break }
            return .begin(name: name, filename: parameters["filename"])
        }
        throw malformed
    }

    private static let malformed = Problem.badRequest("Multipart form parse error - the body is no whole form.")
}

/// A header's value with parameters: `form-data; name="a"`
enum HeaderParameters {
    /// The value and the names of parameters in lower case.
    static func split(_ text: String) -> (value: String, parameters: [String: String]) {
        let parts = parts(text)
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let name = part[..<equals].filter { $0 != " " }.lowercased()
            parameters[name] = unquoted(String(part[part.index(after: equals)...]))
        }
        return ((parts.first ?? "").filter { $0 != " " }.lowercased(), parameters)
    }

    /// Parts between semicolons that stand outside of quotation marks.
    private static func parts(_ text: String) -> [String] {
        var (parts, isQuoted, isEscaped) = ([""], false, false)
        for character in text {
            if character == ";", !isQuoted {
                parts.append("")
                continue
            }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && !isEscaped
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    private static func unquoted(_ text: String) -> String {
        let plain = text.drop { $0 == " " }
        guard plain.first == "\"", let end = plain.dropFirst().lastIndex(of: "\"") else {
            return String(plain.prefix { $0 != " " })
        }
        return String(plain[plain.index(after: plain.startIndex)..<end]).replacing("\\\"", with: "\"")
    }
}

extension [UInt8] {
    /// Where a text begins for the first time.
    fileprivate func first(of text: [UInt8]) -> Int? {
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let first = text.first else { return nil }
            var place = 0
            while place + text.count <= bytes.count {
                let left = bytes.count - text.count - place + 1
                guard let found = memchr(base + place, Int32(first), left) else { return nil }
                place = base.distance(to: UnsafeRawPointer(found))
                if memcmp(base + place, text, text.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }
}
