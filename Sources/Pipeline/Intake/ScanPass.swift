package import ExportFormat
package import Flow

/// Reads a file as the reference's scan does: what it looks at, and what it takes for a fault, is the reference's choice, not
/// that of an import.
package struct ScanPass {
    private let source: ExportSource
    private var facts = ScanFacts()
    private let user = FieldName("username")
    private let slug = FieldName("slug")
    private let member = FieldName("user_id")
    private let organization = FieldName("organization")

    package init(_ source: ExportSource) { self.source = source }

    /// Why a file cannot be scanned.
    package enum Fault: Error {
        /// A key is missing, at a place.
        case invalidJSON(String)
        /// Anything else that is not as expected, in words.
        case inner(String)
        /// The text cannot be read at all.
        case file(ExportError)
    }

    /// What a row is refused for, before its place is known.
    private enum RowFault: Error {
        case missingKey, otherForm
    }

    package mutating func run() throws(Fault) -> ScanFacts {
        let reader: RecordReader
        do throws(ExportError) { reader = try source.records() } catch { throw .file(error) }
        while let row = try next(reader) {
            do throws(RowFault) { try take(row) } catch {
                throw error == .missingKey
                    ? .invalidJSON("record \(reader.number)")
                    : .inner("record \(reader.number) has not the form of a row of an export")
            }
        }
        return facts
    }

    private func next(_ reader: RecordReader) throws(Fault) -> TapeValue? {
        do throws(ExportError) { return try reader.advance() ? try reader.parsed() : nil } catch {
            throw error.kind == .badData ? .inner(error.description) : .file(error)
        }
    }

    private mutating func take(_ row: TapeValue) throws(RowFault) {
        let row = TapeRow(fields: row)
        guard let model = row.value(FieldName("model")) else { throw .missingKey }
        guard model.isString else { throw .otherForm }
        switch model.text.lowercased() {
        case "sentry.organization":
            let fields = try fields(row)
            let key = try key(row.value(FieldName("pk")))
            facts.add(organization: key, slug: try text(fields.value(slug)))
        case "sentry.organizationmember":
            let fields = try fields(row)
            guard let user = fields.value(member) else { throw .missingKey }
            if !user.isNull { facts.add(member: try key(user), of: try key(fields.value(organization))) }
        case "sentry.user":
            let fields = try fields(row)
            facts.add(user: try key(row.value(FieldName("pk"))), name: try text(fields.value(self.user)))
        default: break
        }
    }

    private func fields(_ row: TapeRow) throws(RowFault) -> TapeRow {
        guard let fields = row.value(FieldName("fields")) else { throw .missingKey }
        guard fields.isObject else { throw .otherForm }
        return TapeRow(fields: fields)
    }

    /// A text, or nil for null; other values match no text.
    private func text(_ value: TapeValue?) throws(RowFault) -> String? {
        guard let value else { throw .missingKey }
        if value.isArray || value.isObject { throw .otherForm }
        return value.isString ? value.text : nil
    }

    /// Numbers are equal if their values are, whatever their form; `true` is 1.
    private func key(_ value: TapeValue?) throws(RowFault) -> ScanFacts.Key {
        guard let value else { throw .missingKey }
        return switch value.fieldValue {
        case .null: "null"
        case .bool(let flag): flag ? "1" : "0"
        case .integer(let number): String(number)
        case .bigInteger(let digits): digits
        case .double(let number): Int64(exactly: number).map(String.init) ?? "\(number)"
        case .text(let text): "\"\(text)"
        case .list, .object: throw .otherForm
        }
    }
}
