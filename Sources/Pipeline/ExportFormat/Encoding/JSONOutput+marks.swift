extension JSONOutput {
    /// What writes the strings of a value. It is told whether a string is marked.
    package typealias MarkedWriter = (UnsafeBufferPointer<UInt8>, Bool, inout JSONOutput) throws(ValueMismatch) -> Void

    /// A value with other strings. A mark covers all that lies in the marked part; marked numbers become 0.
    ///
    /// - Parameters:
    ///   - level: that of the line on which the value begins
    ///   - marks: the places of the marked parts of a list or an object
    package mutating func append(
        _ value: TapeValue, level: Int, isMarked: Bool, marks: (TapeValue) -> Set<Int>, strings: MarkedWriter
    ) throws(ValueMismatch) {
        if value.isString { return try strings(value.bytes, isMarked, &self) }
        guard value.isObject || value.isArray else {
            return isMarked && value.isNumber ? append("0") : try append(scalar: value)
        }
        let marked = isMarked ? [] : marks(value)
        append(value.isObject ? "{" : "[")
        if value.isObject {
            for (place, entry) in TapeEntries(value).entries.enumerated() {
                begin(place, level)
                append(string: entry.key.bytes)
                colon()
                try append(
                    entry.value, level: level + 1, isMarked: isMarked || marked.contains(place), marks: marks,
                    strings: strings)
            }
        } else {
            for (place, item) in value.items.enumerated() {
                begin(place, level)
                try append(
                    item, level: level + 1, isMarked: isMarked || marked.contains(place), marks: marks, strings: strings
                )
            }
        }
        if !value.isEmptyContainer { newLine(level) }
        append(value.isObject ? "}" : "]")
    }

    private mutating func begin(_ place: Int, _ level: Int) {
        if place > 0 { append(",") }
        newLine(level + 1)
    }
}
