import Catalogue

/// Text, addresses and UUIDs.
enum TextRules {
    /// Any value as Python's `str()` writes it.
    static func string(_ value: TapeValue, wanted: Bool) -> Value {
        wanted ? .text(PythonText.string(value)) : .null
    }

    /// An address as Django's GenericIPAddressField cleans it: without white space around it, an IPv6 one checked and
    /// in its shortest form. An IPv4 one is judged on the rows that are written.
    static func address(_ value: TapeValue, wanted: Bool) throws(FieldFault) -> Value {
        if !wanted, value.isString, !value.bytes.contains(UInt8(ascii: ":")) { return .null }
        let text = String(PythonText.string(value).unicodeScalars.trimmingPythonSpace())
        guard text.utf8.contains(UInt8(ascii: ":")) else { return wanted ? .text(text) : .null }
        guard let address = IPv6Address(text) else { throw FieldFault("holds a string that is no IPv6 address") }
        return wanted ? .text(address.description) : .null
    }

    /// Any spelling that Python's `uuid.UUID` takes, as dashed lower-case text.
    static func uuid(_ value: TapeValue, wanted: Bool) throws(FieldFault) -> Value {
        guard value.isString else { throw .misfit(value, "a UUID") }
        guard let text = dashed(value.bytes) else { throw FieldFault("holds a string that is no UUID") }
        return wanted ? .text(text) : .null
    }

    /// `urn:` and `uuid:` anywhere, braces around and dashes anywhere do not count; 32 hexadecimal digits remain.
    private static func dashed(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.count <= 128 else { return nil }
        var text = String(decoding: bytes, as: UTF8.self).removing("urn:").removing("uuid:")[...]
        while let first = text.first, first == "{" || first == "}" { text.removeFirst() }
        while let last = text.last, last == "{" || last == "}" { text.removeLast() }
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32, digits.allSatisfy({ Digits.hexadecimal($0) != nil }) else { return nil }
        return UUIDText.dashed(digits.map { 0x41...0x46 ~= $0 ? $0 | 0x20 : $0 })
    }
}

extension String {
    /// Without any occurrence of a word, as Python's `replace` with nothing.
    fileprivate func removing(_ word: String) -> String {
        var out: [UInt8] = []
        let bytes = Array(utf8)
        let wanted = Array(word.utf8)
        var at = 0
        while at < bytes.count {
            if at + wanted.count <= bytes.count, bytes[at..<at + wanted.count].elementsEqual(wanted) {
                at += wanted.count
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

extension String.UnicodeScalarView {
    fileprivate func trimmingPythonSpace() -> SubSequence {
        let isSpace = { (scalar: Unicode.Scalar) in
            scalar.properties.isWhitespace || 0x1C...0x1F ~= scalar.value
        }
        var slice = self[...]
        while let first = slice.first, isSpace(first) { slice.removeFirst() }
        while let last = slice.last, isSpace(last) { slice.removeLast() }
        return slice
    }
}

/// The dashed form of UUIDs.
enum UUIDText {
    /// Of 32 hexadecimal digits.
    static func dashed(_ digits: [UInt8]) -> String {
        var out: [UInt8] = []
        for (place, digit) in digits.enumerated() {
            if place == 8 || place == 12 || place == 16 || place == 20 { out.append(UInt8(ascii: "-")) }
            out.append(digit)
        }
        return String(decoding: out, as: UTF8.self)
    }
}
