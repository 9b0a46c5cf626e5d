extension JSONOutput {
    /// What writes the strings of a value, but not the keys of its objects.
    package typealias StringWriter = (UnsafeBufferPointer<UInt8>, inout JSONOutput) throws(ValueMismatch) -> Void

    /// A value inline.
    ///
    /// - Parameter level: that of the line on which the value begins.
    package mutating func append(_ value: TapeValue, level: Int) throws(ValueMismatch) {
        try append(value, level: level) { $1.append(string: $0) }
    }

    /// The same with other strings.
    package mutating func append(
        _ value: TapeValue, level: Int, strings: StringWriter
    ) throws(ValueMismatch) {
        switch value.type {
        case TapeType.string: try strings(value.bytes, &self)
        case TapeType.array: try appendList(value, level, strings)
        case TapeType.object: try appendObject(value, level, strings)
        default: try append(scalar: value)
        }
    }

    /// A number, a boolean or null.
    package mutating func append(scalar value: TapeValue) throws(ValueMismatch) {
        switch value.type {
        case TapeType.integer: append(value.int64)
        case TapeType.unsigned: appendDigits(value.bits)
        case TapeType.bigInteger where keepsLongIntegers: append(value.bytes)
        case TapeType.bigInteger: try append(Digits.double(value.bytes))
        case TapeType.double: try append(value.double)
        case TapeType.yes: append(true)
        case TapeType.no: append(false)
        default: append("null")
        }
    }

    private mutating func appendList(
        _ list: TapeValue, _ level: Int, _ strings: StringWriter
    ) throws(ValueMismatch) {
        append("[")
        for (place, item) in list.items.enumerated() {
            if place > 0 { append(",") }
            newLine(level + 1)
            try append(item, level: level + 1, strings: strings)
        }
        if !list.isEmptyContainer { newLine(level) }
        append("]")
    }

    private mutating func appendObject(
        _ object: TapeValue, _ level: Int, _ strings: StringWriter
    ) throws(ValueMismatch) {
        append("{")
        for (place, entry) in TapeEntries(object).entries.enumerated() {
            if place > 0 { append(",") }
            newLine(level + 1)
            append(string: entry.key.bytes)
            colon()
            try append(entry.value, level: level + 1, strings: strings)
        }
        if !object.isEmptyContainer { newLine(level) }
        append("}")
    }
}
