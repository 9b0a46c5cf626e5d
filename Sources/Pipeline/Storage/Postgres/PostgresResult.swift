internal import CPQ
internal import Catalogue

/// Rows in binary form.
final class PostgresResult {
    private let result: OpaquePointer
    let rowCount: Int

    init(_ result: OpaquePointer) {
        self.result = result
        rowCount = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    /// What it takes in memory.
    var bytes: Int { PQresultMemorySize(result) }

    /// `COMMIT`, `DELETE 3`.
    var tag: String { String(cString: PQcmdStatus(result)) }

    /// Rows that a statement touched.
    var affectedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    func isNull(_ row: Int, _ column: Int) -> Bool { PQgetisnull(result, Int32(row), Int32(column)) == 1 }

    func text(_ row: Int, _ column: Int) -> String { String(decoding: bytes(row, column), as: UTF8.self) }

    func optionalText(_ row: Int, _ column: Int) -> String? { isNull(row, column) ? nil : text(row, column) }

    func bool(_ row: Int, _ column: Int) -> Bool { bytes(row, column).first == 1 }

    func integer(_ row: Int, _ column: Int) -> Int64? { WireReader(bytes(row, column)).wholeInteger }

    func texts(_ row: Int, _ column: Int) -> [String?] {
        var reader = WireReader(bytes(row, column))
        return reader.texts() ?? []
    }

    func integers(_ row: Int, _ column: Int) -> [Int64] {
        var reader = WireReader(bytes(row, column))
        return reader.elements { $0.wholeInteger ?? 0 }?.compactMap { $0 } ?? []
    }

    /// The value in the terms of the column's type.
    func value(_ row: Int, _ column: Int, as type: ColumnType) throws(ValueMismatch) -> Value {
        if isNull(row, column) { return .null }
        var reader = WireReader(presentBytes(row, column))
        guard let value = reader.value(as: type) else { throw .wrongType }
        return value
    }

    private func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        isNull(row, column) ? UnsafeRawBufferPointer(start: nil, count: 0) : presentBytes(row, column)
    }

    private func presentBytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        let start = PQgetvalue(result, Int32(row), Int32(column))
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, Int32(row), Int32(column))))
    }
}
