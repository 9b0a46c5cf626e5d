internal import Catalogue

/// One statement with its parameters.
struct PostgresCommand {
    let sql: String
    let parameters: PostgresParameters
    /// Rows that it must touch; nil if any number will do.
    let expectedRows: Int?

    init(_ sql: String, _ parameters: PostgresParameters = PostgresParameters(), expectedRows: Int? = nil) {
        self.sql = sql
        self.parameters = parameters
        self.expectedRows = expectedRows
    }
}

/// Parameters in binary form, one after the other in one buffer.
struct PostgresParameters {
    private(set) var types: [UInt32] = []
    private var places: [Range<Int>?] = []
    private let buffer = WireBuffer(capacity: 256)

    var count: Int { types.count }

    mutating func add(_ number: Int64) {
        add(PostgresType.int8) { $0.append(number) }
    }

    mutating func add(_ text: String) {
        add(PostgresType.text) { $0.append(text) }
    }

    mutating func add(_ texts: [String]) {
        add(PostgresType.textArray) { buffer in
            buffer.appendArrayHead(of: PostgresType.text, count: texts.count)
            for text in texts { buffer.appendSized { buffer.append(text) } }
        }
    }

    mutating func add(_ numbers: [Int64]) {
        add(PostgresType.int8Array) { buffer in
            buffer.appendArrayHead(of: PostgresType.int8, count: numbers.count)
            for number in numbers {
                buffer.append(Int32(8))
                buffer.append(number)
            }
        }
    }

    /// An array with one element per row.
    mutating func add(_ values: some Collection<Value>, as type: ColumnType) throws(ValueMismatch) {
        let wire = type.wireElement
        let start = buffer.count
        buffer.appendArrayHead(of: wire.element, count: values.count)
        for value in values { try buffer.appendElement(value, as: type) }
        types.append(wire.array)
        places.append(start..<buffer.count)
    }

    private mutating func add(_ type: UInt32, _ write: (WireBuffer) -> Void) {
        let start = buffer.count
        write(buffer)
        types.append(type)
        places.append(start..<buffer.count)
    }

    /// The arrays that libpq takes.
    func withPointers<Result>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) -> Result
    ) -> Result {
        let base = buffer.bytes.baseAddress
        let values = places.map { place in
            place.flatMap { range in base.map { ($0 + range.lowerBound).assumingMemoryBound(to: CChar.self) } }
        }
        let lengths = places.map { Int32(clamping: $0?.count ?? 0) }
        return withExtendedLifetime(buffer) { body(values, lengths, Array(repeating: 1, count: places.count)) }
    }
}
