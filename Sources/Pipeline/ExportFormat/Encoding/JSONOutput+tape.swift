extension JSONOutput {
    /// A value inline. Integers beyond 64 bits become fractions, as everything that is exported goes once through a reader
    /// that knows no others.
    ///
    /// - Parameter level: that of the line on which the value begins.
    mutating func append(_ value: TapeValue, level: Int) throws(ValueMismatch) {
        switch value.type {
        case TapeType.string: append(string: value.bytes)
        case TapeType.array: try appendList(value, level)
        case TapeType.object: try appendObject(value, level)
        default: try append(scalar: value)
        }
    }

    /// A number, a boolean or null.
    mutating func append(scalar value: TapeValue) throws(ValueMismatch) {
        switch value.type {
        case TapeType.integer: append(value.int64)
        case TapeType.unsigned: appendDigits(value.bits)
        case TapeType.bigInteger: try append(Digits.double(value.bytes))
        case TapeType.double: try append(value.double)
        case TapeType.yes: append(true)
        case TapeType.no: append(false)
        default: append("null")
        }
    }

    private mutating func appendList(_ list: TapeValue, _ level: Int) throws(ValueMismatch) {
        append("[")
        for (place, item) in list.items.enumerated() {
            if place > 0 { append(",") }
            newLine(level + 1)
            try append(item, level: level + 1)
        }
        if !list.isEmptyContainer { newLine(level) }
        append("]")
    }

    private mutating func appendObject(_ object: TapeValue, _ level: Int) throws(ValueMismatch) {
        append("{")
        for (place, entry) in TapeEntries(object).entries.enumerated() {
            if place > 0 { append(",") }
            newLine(level + 1)
            append(string: entry.key.bytes)
            colon()
            try append(entry.value, level: level + 1)
        }
        if !object.isEmptyContainer { newLine(level) }
        append("}")
    }
}
