/// An IPv6 address, written as Python's `ipaddress` and Django write it.
package struct IPv6Address: CustomStringConvertible, Sendable {
    private var groups: [UInt16] = []

    /// nil if the text is not an IPv6 address. A zone after `%` is dropped.
    package init?(_ text: String) {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts[1].isEmpty || parts[1].contains("%") { return nil }
        let halves = Self.halves(String(parts[0]))
        guard let halves, let head = Self.groups(halves.0, mayEndInIPv4: halves.1 == nil) else { return nil }
        guard let second = halves.1 else {
            guard head.count == 8 else { return nil }
            groups = head
            return
        }
        guard let tail = Self.groups(second, mayEndInIPv4: true), head.count + tail.count <= 7 else { return nil }
        groups = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    /// The parts before and after `::`. The second is nil if there is no `::`; the result is nil if there are several.
    private static func halves(_ text: String) -> (String, String?)? {
        let bytes = Array(text.utf8)
        let marks = bytes.indices.dropLast().filter { bytes[$0] == 0x3A && bytes[$0 + 1] == 0x3A }
        guard let mark = marks.first else { return (text, nil) }
        guard marks.count == 1 else { return nil }
        return (
            String(decoding: bytes[..<mark], as: UTF8.self), String(decoding: bytes[(mark + 2)...], as: UTF8.self)
        )
    }

    private static func groups(_ text: String, mayEndInIPv4: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var words = text.split(separator: ":", omittingEmptySubsequences: false)
        var tail: [UInt16] = []
        if mayEndInIPv4, let last = words.last, last.contains(".") {
            guard let groups = ipv4(last) else { return nil }
            tail = groups
            words.removeLast()
        }
        var groups: [UInt16] = []
        for word in words {
            guard 1...4 ~= word.utf8.count, word.utf8.allSatisfy({ Hex.digit($0) != nil }),
                let group = UInt16(word, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups + tail
    }

    private static func ipv4(_ text: Substring) -> [UInt16]? {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count == 4 else { return nil }
        var bytes: [UInt16] = []
        for word in words {
            guard 1...3 ~= word.utf8.count, word.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
                word.count == 1 || word.first != "0", let byte = UInt16(word), byte < 256
            else { return nil }
            bytes.append(byte)
        }
        return [bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3]]
    }

    package var description: String {
        if groups[..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
            return "::ffff:\(groups[6] >> 8).\(groups[6] & 0xFF).\(groups[7] >> 8).\(groups[7] & 0xFF)"
        }
        let words = groups.map { String($0, radix: 16) }
        guard let zeros = longestZeros() else { return words.joined(separator: ":") }
        return words[..<zeros.lowerBound].joined(separator: ":") + "::"
            + words[zeros.upperBound...].joined(separator: ":")
    }

    /// The first of the longest runs of two zeros or more.
    private func longestZeros() -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start >= 2, end - start > (best?.count ?? 0) { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}
