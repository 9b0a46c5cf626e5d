import Catalogue
import Glibc
import TextForms

/// Text, addresses and UUIDs.
enum TextRules {
    /// Any value as Python's `str()` writes it. As in the reference, a text is stored without its NUL characters.
    static func string(_ value: TapeValue, keepsNUL: Bool) -> Value {
        if !keepsNUL, holdsNUL(value) { return .text(String(decoding: value.bytes.filter { $0 != 0 }, as: UTF8.self)) }
        return .text(PythonText.string(value))
    }

    /// Only a string can: everything else is written with escapes.
    @inline(__always)
    static func holdsNUL(_ value: TapeValue) -> Bool {
        guard value.isString else { return false }
        let bytes = value.bytes
        return bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
    }

    /// An address as Django's GenericIPAddressField cleans it: without white space around it. An IPv6 address is
    /// checked and brought to its shortest form. The worker checks IPv4 addresses, only in the rows that it writes.
    static func address(_ value: TapeValue, wanted: Bool) throws(ValueMismatch) -> Value {
        if !wanted, value.isString, !value.bytes.contains(UInt8(ascii: ":")) { return .null }
        let text = String(PythonText.string(value).unicodeScalars.trimmingPythonSpace())
        guard text.utf8.contains(UInt8(ascii: ":")) else { return wanted ? .text(text) : .null }
        guard let address = IPv6Address(text) else { throw ValueMismatch("holds a string that is not an IPv6 address") }
        return wanted ? .text(address.description) : .null
    }

    /// Any spelling that Python's `uuid.UUID` takes, as dashed lower-case text.
    static func uuid(_ value: TapeValue, wanted: Bool) throws(ValueMismatch) -> Value {
        guard value.isString else { throw .expected("a UUID", found: value) }
        guard let text = canonical(value.bytes) else { throw ValueMismatch("holds a string that is not a UUID") }
        return wanted ? .text(text) : .null
    }

    private static func canonical(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.count <= 128 else { return nil }
        return UUIDText.canonical(python: String(decoding: bytes, as: UTF8.self))
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
