import Catalogue
import TextForms

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
        guard let text = canonical(value.bytes) else { throw FieldFault("holds a string that is no UUID") }
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
