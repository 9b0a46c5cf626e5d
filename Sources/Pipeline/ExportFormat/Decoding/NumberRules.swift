/// Integers, fractions and booleans as Python's `int()`, `float()` and Django's BooleanField read them.
enum NumberRules {
    @inline(__always)
    static func integer(_ value: TapeValue) throws(ValueMismatch) -> Int64 {
        if value.type == TapeType.integer { return value.int64 }
        return try convertedInteger(value)
    }

    private static func convertedInteger(_ value: TapeValue) throws(ValueMismatch) -> Int64 {
        switch value.type {
        case TapeType.string: return try integer(value.bytes)
        case TapeType.double: return try truncated(value.double)
        case TapeType.yes: return 1
        case TapeType.no: return 0
        case TapeType.unsigned, TapeType.bigInteger: throw tooLarge
        default: throw .expected("an integer", found: value)
        }
    }

    static let tooLarge = ValueMismatch("holds an integer of more than 64 bits")

    private static func truncated(_ value: Double) throws(ValueMismatch) -> Int64 {
        guard value.isFinite else { throw ValueMismatch("holds a number that is not finite where an integer belongs") }
        guard let whole = Int64(exactly: value.rounded(.towardZero)) else { throw tooLarge }
        return whole
    }

    /// Digits with an optional sign, single underscores between them, white space around them.
    @inline(__always)
    static func integer(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> Int64 {
        if text.count == 1, 0x30...0x39 ~= text[0] { return Int64(text[0] - 0x30) }
        return try anyInteger(text)
    }

    private static func anyInteger(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> Int64 {
        var digits = trimmed(text)
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            digits = digits.dropFirst()
        }
        guard isGrouped(digits) else { throw ValueMismatch("holds a string that is not an integer") }
        var result: Int64 = 0
        for byte in digits where byte != UInt8(ascii: "_") {
            let (shifted, overflow) = result.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - 0x30)
            let (sum, carry) =
                isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            if overflow || carry { throw tooLarge }
            result = sum
        }
        return result
    }

    /// Digits with single underscores between them only.
    static func isGrouped(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var wasDigit = false
        for byte in digits {
            switch byte {
            case 0x30...0x39: wasDigit = true
            case UInt8(ascii: "_") where wasDigit: wasDigit = false
            default: return false
            }
        }
        return wasDigit
    }

    /// Without the ASCII white space that Python strips.
    static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
        var slice = text[...]
        while let first = slice.first, isSpace(first) { slice = slice.dropFirst() }
        while let last = slice.last, isSpace(last) { slice = slice.dropLast() }
        return slice
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || 0x09...0x0D ~= byte || 0x1C...0x1F ~= byte
    }

    static func double(_ value: TapeValue) throws(ValueMismatch) -> Double {
        switch value.type {
        case TapeType.double: return value.double
        case TapeType.integer: return Double(value.int64)
        case TapeType.unsigned: return Double(value.bits)
        case TapeType.bigInteger: return try bigDouble(value)
        case TapeType.yes: return 1
        case TapeType.no: return 0
        case TapeType.string: return try double(value.bytes)
        default: throw .expected("a number", found: value)
        }
    }

    private static func bigDouble(_ value: TapeValue) throws(ValueMismatch) -> Double {
        let double = Digits.double(value.bytes)
        guard double.isFinite else { throw ValueMismatch("holds an integer too large for a fraction") }
        return double
    }

    private static func double(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> Double {
        let trimmed = trimmed(text)
        guard let value = special(trimmed) ?? plain(trimmed) else {
            throw ValueMismatch("holds a string that is not a number")
        }
        return value
    }

    /// A fraction as Python writes one in source code.
    static func literal(_ text: UnsafeBufferPointer<UInt8>) -> Double? { plain(text[...]) }

    private static func special(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        guard text.count <= 9 else { return nil }
        switch String(decoding: text, as: UTF8.self).lowercased() {
        case "nan", "+nan", "-nan": return .nan
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: return nil
        }
    }

    /// Python's decimal literals: underscores between digits, a point without digits on one side of it.
    private static func plain(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        var rest = text
        var digits: [UInt8] = []
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            if sign == UInt8(ascii: "-") { digits.append(sign) }
            rest = rest.dropFirst()
        }
        var mantissa = rest.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
        let exponent = rest[mantissa.endIndex...]
        guard let point = mantissa.firstIndex(of: UInt8(ascii: ".")) else {
            guard isGrouped(mantissa) else { return nil }
            digits += mantissa.filter { $0 != UInt8(ascii: "_") }
            return finish(digits, exponent)
        }
        let fraction = mantissa[mantissa.index(after: point)...]
        mantissa = mantissa[..<point]
        guard mantissa.isEmpty || isGrouped(mantissa), fraction.isEmpty || isGrouped(fraction),
            !(mantissa.isEmpty && fraction.isEmpty)
        else { return nil }
        digits += [0x30] + mantissa.filter { $0 != UInt8(ascii: "_") } + [UInt8(ascii: ".")]
        digits += fraction.filter { $0 != UInt8(ascii: "_") } + [0x30]
        return finish(digits, exponent)
    }

    private static func finish(_ digits: [UInt8], _ exponent: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        var digits = digits
        if !exponent.isEmpty {
            var rest = exponent.dropFirst()
            digits.append(UInt8(ascii: "e"))
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                digits.append(sign)
                rest = rest.dropFirst()
            }
            guard isGrouped(rest) else { return nil }
            digits += rest.filter { $0 != UInt8(ascii: "_") }
        }
        return digits.withUnsafeBufferPointer { Digits.double($0) }
    }

    /// nil if an empty value means null.
    @inline(__always)
    static func boolean(_ value: TapeValue, isNullable: Bool) throws(ValueMismatch) -> Bool? {
        switch value.type {
        case TapeType.yes: return true
        case TapeType.no: return false
        default: return try convertedBoolean(value, isNullable: isNullable)
        }
    }

    private static func convertedBoolean(_ value: TapeValue, isNullable: Bool) throws(ValueMismatch) -> Bool? {
        switch value.type {
        case TapeType.integer where value.int64 == 0 || value.int64 == 1: return value.int64 == 1
        case TapeType.double where value.double == 0 || value.double == 1: return value.double == 1
        case TapeType.null where isNullable: return nil
        case TapeType.object, TapeType.array: if isNullable, value.isEmptyContainer { return nil }
        case TapeType.string:
            switch value.text {
            case "t", "True", "1": return true
            case "f", "False", "0": return false
            case "" where isNullable: return nil
            default: throw ValueMismatch("holds a string that is not a boolean")
            }
        default: break
        }
        throw .expected("a boolean", found: value)
    }

    /// A bit-flag column. A negative JSON integer is reduced to the defined bits; a negative integer in a string is
    /// not.
    static func flags(_ value: TapeValue, mask: Int64) throws(ValueMismatch) -> Int64 {
        switch value.type {
        case TapeType.string where value.bytes.isEmpty, TapeType.null: return 0
        case TapeType.object where value.isEmptyContainer, TapeType.array where value.isEmptyContainer: return 0
        default:
            let flags = try integer(value)
            return flags < 0 && value.type == TapeType.integer ? flags & mask : flags
        }
    }
}
