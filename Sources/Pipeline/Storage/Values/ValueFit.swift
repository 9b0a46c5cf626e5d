internal import Catalogue
internal import TextForms

/// Why a value does not fit its column. The reason never contains the value.
struct ValueMismatch: Error {
    let reason: String

    static let wrongType = ValueMismatch(reason: "a value of another type")
    static let nulCharacter = ValueMismatch(reason: "text with a NUL character")
    static let outOfRange = ValueMismatch(reason: "out of range")
    static let notFinite = ValueMismatch(reason: "not a finite number")
    static let ragged = ValueMismatch(reason: "rows of different lengths")

    func error(table: Table, column: Column, rowIndex: Int?, rowID: Int64? = nil) -> StorageError {
        StorageError(
            .invalidValue, "\(table.name).\(column.name) (\(column.type.sqlName)): \(reason)",
            at: StorageError.Place(table: table.name, columns: [column.name], rowIndex: rowIndex, rowID: rowID))
    }
}

extension Value {
    /// The value in the form its column stores, or why it does not fit. Both databases use the same check before
    /// anything is sent: SQLite itself would accept any text and any number.
    func fitted(to type: ColumnType) throws(ValueMismatch) -> Value {
        switch (type, self) {
        case (_, .null): return self
        case (.bigint, .integer), (.boolean, .bool): return self
        case (.smallint, .integer(let number)), (.integer, .integer(let number)):
            guard type.integerRange?.contains(number) == true else { throw .outOfRange }
            return self
        case (.double, .double(let number)):
            guard number.isFinite else { throw .notFinite }
            return self
        case (.double, .integer(let number)): return .double(Double(number))
        case (.varchar(let length), .text(let text)): return try Self.text(text, limit: length)
        case (.text, .text(let text)), (.citext, .text(let text)), (.json, .text(let text)), (.jsonb, .text(let text)):
            return try Self.text(text, limit: nil)
        case (.uuid, .text(let text)):
            guard let uuid = UUIDBytes(text) else { throw ValueMismatch(reason: "not a UUID") }
            return .text(uuid.text)
        case (.inet, .text(let text)):
            guard let address = InternetAddress(text) else { throw ValueMismatch(reason: "not an IP address") }
            return .text(address.text)
        case (.timestamptz, .timestamp(let time)), (.timestamp, .timestamp(let time)):
            guard TimestampText.range.contains(time) else { throw .outOfRange }
            return self
        case (.textArray, .textArray(let array)):
            if array.contains(where: { $0?.holdsNUL == true }) { throw .nulCharacter }
            return self
        case (.doubleArray, .doubleArray(let rows)): return try Self.rectangle(rows)
        default: throw .wrongType
        }
    }

    /// As PostgreSQL does on assignment, spaces beyond the limit are cut off; any other character there is an error.
    private static func text(_ text: String, limit: Int?) throws(ValueMismatch) -> Value {
        if text.holdsNUL { throw .nulCharacter }
        guard let limit, text.utf8.count > limit, text.unicodeScalars.count > limit else { return .text(text) }
        guard text.unicodeScalars.dropFirst(limit).allSatisfy({ $0 == " " }) else {
            throw ValueMismatch(reason: "longer than \(limit) characters")
        }
        return .text(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))))
    }

    private static func rectangle(_ rows: [[Double]]) throws(ValueMismatch) -> Value {
        let width = rows.first?.count ?? 0
        for row in rows {
            guard row.count == width else { throw .ragged }
            guard row.allSatisfy(\.isFinite) else { throw .notFinite }
        }
        return .doubleArray(width == 0 ? [] : rows)
    }
}

extension ColumnType {
    /// The name PostgreSQL shows.
    var sqlName: String {
        switch self {
        case .smallint: "smallint"
        case .integer: "integer"
        case .bigint: "bigint"
        case .boolean: "boolean"
        case .double: "double precision"
        case .varchar(let length): length.map { "character varying(\($0))" } ?? "character varying"
        case .text: "text"
        case .citext: "citext"
        case .inet: "inet"
        case .uuid: "uuid"
        case .timestamptz: "timestamp with time zone"
        case .timestamp: "timestamp without time zone"
        case .json: "json"
        case .jsonb: "jsonb"
        case .textArray: "text[]"
        case .doubleArray: "double precision[]"
        }
    }

    /// Whether two texts are ordered by their bytes.
    var isText: Bool {
        switch self {
        case .varchar, .text, .citext: true
        case .smallint, .integer, .bigint, .boolean, .double, .inet, .uuid, .timestamptz, .timestamp, .json, .jsonb,
            .textArray, .doubleArray:
            false
        }
    }
}

extension Table {
    /// The columns of these names, or an error: no SQL is built from an unknown name.
    func columns(named names: [String]) throws(StorageError) -> [Column] {
        var out: [Column] = []
        out.reserveCapacity(names.count)
        for name in names { out.append(try requiredColumn(name)) }
        return out
    }

    func requiredColumn(_ name: String) throws(StorageError) -> Column {
        guard let column = column(name) else {
            throw StorageError(.schemaMismatch, "\(self.name) has no column \(name)", table: self.name)
        }
        return column
    }
}
