package import ExportFormat

/// Event bodies as text, in the spellings of the places that hold them.
package enum EventText {
    /// As the node store keeps it: keys in order, ASCII, one line.
    package static func stored(_ body: FieldValue) -> [UInt8] {
        var out = JSONOutput(.asciiLine, keepsLongIntegers: true)
        out.append(body, sorted: true, nonFinite: .bare)
        return out.bytes
    }

    /// As messages carry it: keys in their own order, ASCII, no numbers that JSON does not know.
    package static func messageBytes(_ value: FieldValue) -> [UInt8] {
        var out = JSONOutput(.asciiLine, keepsLongIntegers: true)
        out.append(value, sorted: false, nonFinite: .null)
        return out.bytes
    }

    /// The same with the keys in order.
    package static func sortedMessageBytes(_ value: FieldValue) -> [UInt8] {
        var out = JSONOutput(.asciiLine, keepsLongIntegers: true)
        out.append(value, sorted: true, nonFinite: .null)
        return out.bytes
    }

    package static func message(_ value: FieldValue) -> String {
        String(decoding: messageBytes(value), as: UTF8.self)
    }

    /// The number of characters of the compact text without escapes that `bytes.stored.event` counts.
    package static func characters(_ value: FieldValue) -> Int {
        switch value {
        case .null: 4
        case .bool(let flag): flag ? 4 : 5
        case .integer(let number): String(number).utf8.count
        case .bigInteger(let digits): digits.utf8.count
        case .double(let number): PythonNumber.compactCount(number)
        case .text(let text): characters(of: text)
        case .list(let items): items.reduce(2 + max(items.count - 1, 0)) { $0 + characters($1) }
        case .object(let members):
            members.reduce(2 + max(members.count - 1, 0)) { $0 + characters(of: $1.key) + 1 + characters($1.value) }
        }
    }

    /// With its quotes. Control characters are escaped, all others count as one.
    private static func characters(of text: String) -> Int {
        var text = text
        return text.withUTF8 { $0.reduce(2) { $0 + width(of: $1) } }
    }

    private static func width(of byte: UInt8) -> Int {
        switch byte {
        case 0x22, 0x5C, 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        case ..<0x20: 6
        case 0x80..<0xC0: 0
        default: 1
        }
    }
}

/// Fractions as text.
enum PythonNumber {
    /// The length of the spelling that has short exponents, and none from 0.00001 on.
    static func compactCount(_ number: Double) -> Int {
        guard number.isFinite else { return 4 }
        let text = FieldValue.double(number).pythonText
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "e")) else { return text.utf8.count }
        let mantissa = text.utf8[..<mark]
        let exponent = Int(text[text.index(after: mark)...]) ?? 0
        let digits = mantissa.filter { 0x30...0x39 ~= $0 }.count
        let sign = number < 0 ? 1 : 0
        if exponent == -5 { return sign + "0.0000".utf8.count + digits }
        return mantissa.count + 1 + String(exponent).utf8.count
    }
}
