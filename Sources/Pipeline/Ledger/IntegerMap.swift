/// A JSON object of integers, as the maps of chunk rows are: a source key and what it has become.
enum IntegerMap {
    /// Reads such a text as Sentry, PostgreSQL and we write it. nil for every other text, also one that comes to the same: a whole
    /// JSON decoder judges those. Maps of a million rows are read at each take-over, and this is twenty times as fast.
    static func read(_ text: String) -> [(Int64, Int64)]? {
        var text = text
        return text.withUTF8 { bytes in
            var scanner = Scanner(rest: bytes[...])
            return scanner.map()
        }
    }

    private struct Scanner {
        var rest: Slice<UnsafeBufferPointer<UInt8>>

        mutating func map() -> [(Int64, Int64)]? {
            guard takes("{") else { return nil }
            var found: [(Int64, Int64)] = []
            var isAscending = true
            var isFirst = true
            while !takes("}") {
                guard isFirst || takes(","), let (key, value) = pair() else { return nil }
                if let last = found.last, last.0 >= key { isAscending = false }
                found.append((key, value))
                isFirst = false
            }
            skipSpace()
            guard rest.isEmpty, isAscending || Self.areUnique(found) else { return nil }
            return found
        }

        private mutating func pair() -> (Int64, Int64)? {
            guard takes("\""), let key = integer(), rest.popFirst() == UInt8(ascii: "\""), takes(":") else {
                return nil
            }
            skipSpace()
            return integer().map { (key, $0) }
        }

        private static func areUnique(_ pairs: [(Int64, Int64)]) -> Bool {
            let keys = pairs.map(\.0).sorted()
            return zip(keys, keys.dropFirst()).allSatisfy { $0 != $1 }
        }

        private mutating func skipSpace() {
            while let byte = rest.first, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                rest.removeFirst()
            }
        }

        /// Whether the next character is this one; then it is behind.
        private mutating func takes(_ wanted: Unicode.Scalar) -> Bool {
            skipSpace()
            guard rest.first == UInt8(ascii: wanted) else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func integer() -> Int64? {
            let isNegative = rest.first == UInt8(ascii: "-")
            if isNegative { rest.removeFirst() }
            let isZero = rest.first == UInt8(ascii: "0")
            var (number, digits): (Int64, Int) = (0, 0)
            while let byte = rest.first, 0x30...0x39 ~= byte {
                // Eighteen digits always fit.
                guard digits < 18 else { return nil }
                number = number * 10 - Int64(byte - 0x30)
                digits += 1
                rest.removeFirst()
            }
            guard digits > 0, !isZero || (digits == 1 && !isNegative) else { return nil }
            return isNegative ? number : -number
        }
    }
}
