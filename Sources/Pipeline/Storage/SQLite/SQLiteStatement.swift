internal import CSQLite

/// What SQLite stores: every column value is one of these.
enum SQLiteValue {
    case null
    case integer(Int64)
    case double(Double)
    case text(String)
}

/// A prepared statement. It is reset when it is fetched from its connection again, and by ``reset()``.
final class SQLiteStatement {
    private let statement: OpaquePointer
    private unowned let connection: SQLiteConnection
    /// The texts bound last, one after the other: SQLite reads them in place.
    private var scratch: UnsafeMutableRawBufferPointer

    init(_ statement: OpaquePointer, of connection: SQLiteConnection) {
        self.statement = statement
        self.connection = connection
        scratch = .allocate(byteCount: 1_024, alignment: 1)
    }

    deinit {
        sqlite3_finalize(statement)
        scratch.deallocate()
    }

    func reset() {
        // The result is the code of the last step, which has been reported already.
        sqlite3_reset(statement)
    }

    /// Binds the parameters 1, 2, … and makes the statement ready to step.
    func bind(_ values: [SQLiteValue]) throws(StorageError) {
        sqlite3_reset(statement)
        reserveScratch(for: values)
        var used = 0
        for (index, value) in values.enumerated() {
            let code = bind(value, at: Int32(index + 1), scratchUsed: &used)
            if code != SQLITE_OK { throw connection.failure(code).storageError(table: nil) }
        }
    }

    /// Whether there is a row to read.
    func step() throws(StorageError) -> Bool {
        switch try stepCode() {
        case SQLITE_ROW: true
        default: false
        }
    }

    /// Runs a statement without rows.
    func run(_ values: [SQLiteValue] = []) throws(StorageError) {
        try bind(values)
        defer { reset() }
        while try step() {}
    }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    func value(_ column: Int) -> SQLiteValue {
        switch sqlite3_column_type(statement, Int32(column)) {
        case SQLITE_NULL: return .null
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, Int32(column)))
        case SQLITE_FLOAT: return .double(sqlite3_column_double(statement, Int32(column)))
        default: return .text(text(column))
        }
    }

    /// The column as text, whatever its storage class; empty for null.
    func text(_ column: Int) -> String {
        guard let start = sqlite3_column_text(statement, Int32(column)) else { return "" }
        let length = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
    }

    private func stepCode() throws(StorageError) -> Int32 {
        let code = sqlite3_step(statement)
        if code == SQLITE_ROW || code == SQLITE_DONE { return code }
        let failure = connection.failure(code)
        reset()
        throw failure.storageError(table: nil)
    }

    private func reserveScratch(for values: [SQLiteValue]) {
        var needed = 0
        for case .text(let text) in values { needed += text.utf8.count }
        guard needed > scratch.count else { return }
        scratch.deallocate()
        scratch = .allocate(byteCount: needed * 2, alignment: 1)
    }

    private func bind(_ value: SQLiteValue, at index: Int32, scratchUsed used: inout Int) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let number): return sqlite3_bind_int64(statement, index, number)
        case .double(let number): return sqlite3_bind_double(statement, index, number)
        case .text(var text):
            let start = used
            let length = text.withUTF8 { bytes in
                if let source = bytes.baseAddress, bytes.count > 0 {
                    (scratch.baseAddress.map { $0 + start })?.copyMemory(from: source, byteCount: bytes.count)
                }
                return bytes.count
            }
            used += length
            let target = (scratch.baseAddress.map { $0 + start })?.assumingMemoryBound(to: CChar.self)
            return sqlite3_bind_text64(statement, index, target, UInt64(length), nil, UInt8(SQLITE_UTF8))
        }
    }
}
