import Catalogue

/// The three keys around a row's fields. If a key occurs twice, the last one counts; other keys are ignored.
package struct Envelope {
    package let tape: Tape
    private var modelIndex = 0
    private var pkIndex = 0
    private var fieldsIndex = 0

    package init(_ record: TapeValue) {
        tape = record.tape
        var items = record.items
        while let key = items.next(), let value = items.next() {
            let bytes = key.bytes
            if bytes.equals("model") {
                modelIndex = value.index
            } else if bytes.equals("pk") {
                pkIndex = value.index
            } else if bytes.equals("fields") {
                fieldsIndex = value.index
            }
        }
    }

    /// The model's name as written; nil if it is missing or not a string.
    package var model: UnsafeBufferPointer<UInt8>? {
        let value = TapeValue(tape: tape, index: modelIndex)
        return modelIndex != 0 && value.isString ? value.bytes : nil
    }

    /// The primary key as written; nil if the key is missing.
    package var pk: TapeValue? { pkIndex != 0 ? TapeValue(tape: tape, index: pkIndex) : nil }

    /// The names of the fields; empty if there are none. At most `limit`.
    package func fieldNames(limit: Int) -> Set<String> {
        guard let fields else { return [] }
        var names: Set<String> = []
        var items = fields.items
        while names.count < limit, let key = items.next(), items.next() != nil { names.insert(key.text) }
        return names
    }

    /// nil if they are missing or not an object.
    package var fields: TapeValue? {
        let value = TapeValue(tape: tape, index: fieldsIndex)
        return fieldsIndex != 0 && value.isObject ? value : nil
    }

    /// Tells what the row holds: its key and its fields, in any order and formatting.
    package var digest: UInt64 {
        let key = pkIndex == 0 ? 0 : TapeValue(tape: tape, index: pkIndex).digest
        return StableHash.mix(key, fields?.digest ?? 0)
    }

    /// The primary key as the reference reads it: an integer, a digit string, a fraction cut off; nil for none.
    package func primaryKey() throws(RowFault) -> PrimaryKey {
        guard pkIndex != 0 else { return PrimaryKey(value: nil, form: .missing) }
        let value = TapeValue(tape: tape, index: pkIndex)
        if value.isNull { return PrimaryKey(value: nil, form: .missing) }
        do throws(ValueMismatch) {
            return PrimaryKey(value: try NumberRules.integer(value), form: Self.form(value))
        } catch {
            // The kind is that of the reference, which finds this with its own check of 64-bit columns.
            let isTooLarge = error == NumberRules.tooLarge
            throw RowFault(
                problem: error.problem, field: "pk", kind: isTooLarge ? .unknown : .deserializationFailed)
        }
    }

    private static func form(_ value: TapeValue) -> PrimaryKey.Form {
        switch value.type {
        case TapeType.string: .string
        case TapeType.double: .fraction
        default: .integer
        }
    }
}

/// A row's primary key in the export.
package struct PrimaryKey {
    package enum Form: Int, CaseIterable {
        case integer, string, fraction, missing
    }

    package let value: Int64?
    package let form: Form
}
