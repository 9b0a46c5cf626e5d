internal import Catalogue
internal import TextForms

extension SQLiteValue {
    /// The stored form of a value that fits its column.
    init(storing value: Value, as type: ColumnType) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .integer(flag ? 1 : 0)
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .double(number)
        case .text(let text): self = .text(text)
        case .timestamp(let time): self = .text(TimestampText.text(time, withZone: type == .timestamptz))
        case .textArray(let array): self = .text(ArrayText.json(array))
        case .doubleArray(let rows): self = .text(ArrayText.json(rows))
        }
    }

    /// The form that a look-up compares with; nil for null and for a value that the column cannot hold.
    init?(lookingUp value: Value, as type: ColumnType) {
        if value.isNull { return nil }
        if case .varchar = type, let text = value.text {
            // A text that is too long is not cut for a comparison, because no stored text can equal it.
            if text.utf8.contains(0) { return nil }
            self = .text(text)
            return
        }
        do {
            self = SQLiteValue(storing: try value.fitted(to: type), as: type)
        } catch {
            // A value that does not fit the column equals none of its values.
            return nil
        }
    }

    var folded: SQLiteValue {
        if case .text(let text) = self { .text(LowerCaseFolding.folded(text)) } else { self }
    }
}

extension Value {
    /// Reads what a column holds, as this or another program wrote it.
    init(stored: SQLiteValue, as type: ColumnType) throws(ValueMismatch) {
        switch (type, stored) {
        case (_, .null): self = .null
        case (.smallint, .integer(let number)), (.integer, .integer(let number)), (.bigint, .integer(let number)):
            self = .integer(number)
        case (.boolean, .integer(let number)): self = .bool(number != 0)
        case (.double, .double(let number)): self = .double(number)
        case (.double, .integer(let number)): self = .double(Double(number))
        case (.timestamptz, .text(let text)), (.timestamp, .text(let text)):
            guard let time = TimestampText.microseconds(text) else { throw ValueMismatch(reason: "holds no timestamp") }
            self = .timestamp(time)
        case (.textArray, .text(let text)):
            guard let array = ArrayText.texts(text) else { throw ValueMismatch(reason: "holds no array of texts") }
            self = .textArray(array)
        case (.doubleArray, .text(let text)):
            guard let rows = ArrayText.doubles(text) else { throw ValueMismatch(reason: "holds no array of numbers") }
            self = .doubleArray(rows)
        default: self = try Self.text(stored, as: type)
        }
    }

    private static func text(_ stored: SQLiteValue, as type: ColumnType) throws(ValueMismatch) -> Value {
        switch (type, stored) {
        case (.varchar, .text(let text)), (.text, .text(let text)), (.citext, .text(let text)),
            (.inet, .text(let text)), (.uuid, .text(let text)), (.json, .text(let text)), (.jsonb, .text(let text)):
            return .text(text)
        // A JSON column has numeric affinity: SQLite keeps a bare number as a number.
        case (.json, .integer(let number)), (.jsonb, .integer(let number)): return .text(String(number))
        case (.json, .double(let number)), (.jsonb, .double(let number)): return .text("\(number)")
        default: throw .wrongType
        }
    }
}
