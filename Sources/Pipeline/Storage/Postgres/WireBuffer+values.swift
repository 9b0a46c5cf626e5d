internal import Catalogue
internal import TextForms

extension WireBuffer {
    /// Appends a value in PostgreSQL's binary form, with its length.
    func append(_ value: Value, as type: ColumnType) throws(ValueMismatch) {
        if try appendPlainText(value, as: type) { return }
        switch try value.fitted(to: type) {
        case .null: appendNull()
        case .bool(let flag):
            append(Int32(1))
            append(UInt8(flag ? 1 : 0))
        case .integer(let number): append(number, as: type)
        case .double(let number):
            append(Int32(8))
            append(number.bitPattern)
        case .timestamp(let time):
            append(Int32(8))
            append(time - Self.postgresEpoch)
        case .text(let text): try append(text, as: type)
        case .textArray(let array): appendSized { append(array) }
        case .doubleArray(let rows): appendSized { append(rows) }
        }
    }

    /// Appends a text that fits as it is, without a copy: most values are of this kind. False for any other value.
    private func appendPlainText(_ value: Value, as type: ColumnType) throws(ValueMismatch) -> Bool {
        guard case .text(let text) = value else { return false }
        switch type {
        case .text, .citext: break
        case .varchar(let limit): if text.utf8.count > limit ?? .max { return false }
        default: return false
        }
        if text.holdsNUL { throw .nulCharacter }
        appendSized { append(text) }
        return true
    }

    /// Appends a value as an element of a parameter array: arrays as their text.
    func appendElement(_ value: Value, as type: ColumnType) throws(ValueMismatch) {
        switch try value.fitted(to: type) {
        case .textArray(let array): appendSized { append(Self.literal(array)) }
        case .doubleArray(let rows): appendSized { append(Self.literal(rows)) }
        case let fitted: try append(fitted, as: type)
        }
    }

    /// The head of a one-dimensional array.
    func appendArrayHead(of element: UInt32, count: Int) {
        append(Int32(count == 0 ? 0 : 1))
        // "May hold nulls": the server checks for itself.
        append(Int32(1))
        append(element)
        guard count > 0 else { return }
        append(Int32(count))
        append(Int32(1))
    }

    /// Microseconds from 1970 to 2000, where PostgreSQL's timestamps begin.
    static let postgresEpoch: Int64 = 946_684_800_000_000

    private func append(_ number: Int64, as type: ColumnType) {
        switch type {
        case .smallint:
            append(Int32(2))
            append(Int16(truncatingIfNeeded: number))
        case .integer:
            append(Int32(4))
            append(Int32(truncatingIfNeeded: number))
        default:
            append(Int32(8))
            append(number)
        }
    }

    private func append(_ text: String, as type: ColumnType) throws(ValueMismatch) {
        switch type {
        case .uuid:
            guard let uuid = UUIDBytes(text) else { throw .wrongType }
            append(Int32(16))
            append(uuid.high)
            append(uuid.low)
        case .inet:
            guard let address = InternetAddress(text) else { throw .wrongType }
            append(Int32(4 + address.bytes.count))
            append(UInt8(address.bytes.count == 4 ? 2 : 3))
            append(UInt8(address.prefixLength))
            append(UInt8(0))
            append(UInt8(address.bytes.count))
            address.bytes.withUnsafeBufferPointer { append($0) }
        case .jsonb:
            appendSized {
                append(UInt8(1))
                append(text)
            }
        default: appendSized { append(text) }
        }
    }

    private func append(_ array: [String?]) {
        appendArrayHead(of: PostgresType.text, count: array.count)
        for element in array {
            if let element { appendSized { append(element) } } else { appendNull() }
        }
    }

    private func append(_ rows: [[Double]]) {
        append(Int32(rows.isEmpty ? 0 : 2))
        append(Int32(0))
        append(PostgresType.float8)
        guard let width = rows.first?.count else { return }
        for dimension in [rows.count, width] {
            append(Int32(dimension))
            append(Int32(1))
        }
        for number in rows.joined() {
            append(Int32(8))
            append(number.bitPattern)
        }
    }

    /// `{"a","b \" c",NULL}`
    private static func literal(_ array: [String?]) -> String {
        let elements = array.map { element in
            guard let element else { return "NULL" }
            var quoted = "\""
            for character in element.unicodeScalars {
                if character == "\"" || character == "\\" { quoted += "\\" }
                quoted.unicodeScalars.append(character)
            }
            return quoted + "\""
        }
        return "{\(elements.joined(separator: ","))}"
    }

    private static func literal(_ rows: [[Double]]) -> String {
        "{\(rows.map { "{\($0.map { "\($0)" }.joined(separator: ","))}" }.joined(separator: ","))}"
    }
}
