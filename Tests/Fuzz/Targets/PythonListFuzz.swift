import Catalogue

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// The text of an array column: by itself, as a string and as it stands.
enum PythonListFuzz {
    nonisolated(unsafe) private static let literals = PythonLiteralParser()
    nonisolated(unsafe) private static let json = TextParser(maxDepth: 40, takesNaN: false)
    nonisolated(unsafe) private static let rules = ArrayRules(maxDepth: 40)

    static func run(_ input: UnsafeRawBufferPointer) {
        input.withMemoryRebound(to: UInt8.self) { bytes in
            if let tape = literals.tape(of: bytes) { mustHold(walk(tape.root) <= bytes.count * 2 + 1, "a tape ends") }
            if let items = PostgresArrayText.items(bytes) { mustHold(items.count <= bytes.count, "an item has bytes") }
        }
        // A field is text: other bytes than UTF-8 would be refused earlier.
        let text = String(decoding: input, as: UTF8.self)
        decode(JSONText.quoted(text))
        decode(text)
    }

    /// Values on the tape.
    private static func walk(_ value: TapeValue) -> Int {
        if value.isArray { return value.items.reduce(1) { $0 + walk($1) } }
        if value.isString { _ = String(decoding: value.bytes, as: UTF8.self) }
        return 1
    }

    private static func decode(_ text: String) {
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            guard let value = try? json.parse(bytes).root else { return }
            for type in [ColumnType.textArray, .doubleArray] {
                check(type) { () throws(ValueMismatch) in try rules.pythonList(value, type: type, wanted: true) }
                check(type) { () throws(ValueMismatch) in try rules.jsonArray(value, type: type, wanted: true) }
            }
        }
    }

    private static func check(_ type: ColumnType, _ decode: () throws(ValueMismatch) -> Value) {
        do {
            switch (type, try decode()) {
            case (.doubleArray, .doubleArray), (.textArray, .textArray), (_, .null): break
            case (_, let other): fatalError("does not hold: an array is an array: \(other)")
            }
        } catch {
            mustHold(!error.problem.isEmpty, "a fault has words")
        }
    }
}
