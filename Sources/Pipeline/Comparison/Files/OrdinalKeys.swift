import ExportFormat

/// Keys of several parts, by which the rows of some models are ordered. They lie packed in one piece of memory, so that
/// their bytes sort as Python sorts the parts: a mark, then an integer of eight bytes or a text up to a double zero.
struct OrdinalKeys {
    private var bytes: [UInt8] = []
    private var starts: [Int] = [0]

    var count: Int { starts.count - 1 }

    private enum Mark {
        static let null: UInt8 = 1
        static let integer: UInt8 = 2
        static let text: UInt8 = 3
    }

    /// Appends a part to the key that is being built. False for a value that Python could not order, or that is no key.
    mutating func append(_ part: FieldValue) -> Bool {
        switch part {
        case .null: bytes.append(Mark.null)
        case .bool(let flag): append(flag ? 1 : 0)
        case .integer(let number): append(number)
        case .text(let text): append(text)
        case .bigInteger, .double, .list, .object: return false
        }
        return true
    }

    /// Appends the first part of another key.
    mutating func appendFirstPart(of key: Int, in other: OrdinalKeys) {
        let start = other.starts[key]
        bytes += other.bytes[start..<other.end(ofPartAt: start)]
    }

    /// The key that is being built is complete.
    mutating func finishKey() { starts.append(bytes.count) }

    private mutating func append(_ number: Int64) {
        bytes.append(Mark.integer)
        let ordered = UInt64(bitPattern: number) ^ 1 << 63
        withUnsafeBytes(of: ordered.bigEndian) { bytes += $0 }
    }

    private mutating func append(_ text: String) {
        bytes.append(Mark.text)
        for byte in text.utf8 {
            bytes.append(byte)
            if byte == 0 { bytes.append(0xFF) }
        }
        bytes += [0, 0]
    }

    // MARK: - Reading

    private func key(_ key: Int) -> ArraySlice<UInt8> { bytes[starts[key]..<starts[key + 1]] }

    func precedes(_ left: Int, _ right: Int) -> Bool { key(left).lexicographicallyPrecedes(key(right)) }

    func areEqual(_ left: Int, _ right: Int) -> Bool { key(left).elementsEqual(key(right)) }

    func digest(_ key: Int) -> UInt64 {
        bytes[starts[key]..<starts[key + 1]].withUnsafeBufferPointer(FieldDigest.of)
    }

    /// Whether Python can tell the order of two different keys: the first parts that differ have the same kind, and none is
    /// null.
    func areComparable(_ left: Int, _ right: Int) -> Bool {
        var (at, other) = (starts[left], starts[right])
        while at < starts[left + 1], other < starts[right + 1] {
            let (next, otherNext) = (end(ofPartAt: at), end(ofPartAt: other))
            if bytes[at..<next] != bytes[other..<otherNext] { return bytes[at] == bytes[other] }
            (at, other) = (next, otherNext)
        }
        return true
    }

    private func end(ofPartAt start: Int) -> Int {
        switch bytes[start] {
        case Mark.integer: return start + 9
        case Mark.text:
            var at = start + 1
            while bytes[at] != 0 || bytes[at + 1] != 0 { at += bytes[at] == 0 ? 2 : 1 }
            return at + 2
        default: return start + 1
        }
    }

    /// The key as Python writes a tuple.
    func pythonForm(_ key: Int) -> String {
        var parts: [String] = []
        var at = starts[key]
        while at < starts[key + 1] {
            parts.append(part(at).pythonForm)
            at = end(ofPartAt: at)
        }
        return parts.count == 1 ? "(\(parts[0]),)" : "(\(parts.joined(separator: ", ")))"
    }

    private func part(_ start: Int) -> FieldValue {
        switch bytes[start] {
        case Mark.integer:
            let ordered = bytes[start + 1..<start + 9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return .integer(Int64(bitPattern: ordered ^ 1 << 63))
        case Mark.text: return .text(text(start + 1..<end(ofPartAt: start) - 2))
        default: return .null
        }
    }

    private func text(_ range: Range<Int>) -> String {
        var text: [UInt8] = []
        var at = range.lowerBound
        while at < range.upperBound {
            text.append(bytes[at])
            at += bytes[at] == 0 ? 2 : 1
        }
        return String(decoding: text, as: UTF8.self)
    }
}
