package import Catalogue

/// Writes the rows of one model.
// Nine properties: what stands before and behind the values, and what is left out.
package final class RowEncoder {
    package let model: Model
    /// The columns that a row has for an export: all but those that only the database knows.
    package let columns: [String]
    private let id: Int
    private let fields: [Field]
    /// What stands before the fields' values, one after the other.
    private let prefixes: [UInt8]
    private let head: [UInt8]
    private let tail: [UInt8]
    private let values: FieldEncoder
    /// Columns that the version of the export does not know: place, name, what a row without it has.
    private let omitted: [(position: Int, name: String, usual: Value)]
    /// Columns that were left out of rows with a value → such rows.
    package private(set) var leftOut: [String: Int] = [:]

    /// The level of a row's first line.
    private static let level = 1

    private struct Field {
        /// Place in the row.
        let position: Int
        let rule: EncodingRule
        /// Place among the prefixes.
        let prefix: Range<Int>
    }

    /// - Parameter form: that of the version which the export is for; nil for the catalogue's own
    init(_ model: Model, spelling: JSONSpelling, values: FieldEncoder, form: VersionForm? = nil) {
        self.model = model
        self.values = values
        let exported = model.columns.filter { !$0.isDatabaseOnly }
        columns = exported.map(\.name)
        id = exported.firstIndex(where: \.isPrimaryKey) ?? 0
        var prefixes = Self.key("fields", level: Self.level + 1, isFirst: false, spelling) + [UInt8(ascii: "{")]
        var fields: [Field] = []
        var omitted: [(position: Int, name: String, usual: Value)] = []
        var start = 0
        for (position, column) in exported.enumerated() where !column.isPrimaryKey {
            guard let name = form.map({ $0.field(of: column, in: model) }) ?? column.field else {
                omitted.append((position, column.name, column.usualValue))
                continue
            }
            prefixes += Self.key(name, level: Self.level + 2, isFirst: fields.isEmpty, spelling)
            let rule = EncodingRule(column, of: model.name)
            fields.append(Field(position: position, rule: rule, prefix: start..<prefixes.count))
            start = prefixes.count
        }
        self.fields = fields
        self.omitted = omitted
        let name = form?.name(of: model) ?? model.name
        self.prefixes = prefixes
        let modelKey = Self.key("model", level: Self.level + 1, isFirst: true, spelling)
        head =
            Self.text(spelling) { out in
                out.append("{")
                out.append(modelKey)
                out.append(string: name)
            } + Self.key("pk", level: Self.level + 1, isFirst: false, spelling)
        tail = Self.text(spelling) { out in
            out.newLine(Self.level + 1)
            out.append("}")
            out.newLine(Self.level)
            out.append("}")
        }
    }

    private static func text(_ spelling: JSONSpelling, _ write: (inout JSONOutput) -> Void) -> [UInt8] {
        var out = JSONOutput(spelling)
        write(&out)
        return out.bytes
    }

    private static func key(_ name: String, level: Int, isFirst: Bool, _ spelling: JSONSpelling) -> [UInt8] {
        text(spelling) { out in
            if !isFirst { out.append(",") }
            out.newLine(level)
            out.append(string: name)
            out.colon()
        }
    }

    /// The row's primary key.
    package func key(of row: [Value]) -> Int64? { row[id].integer }

    /// - Parameter row: one value for each of ``columns``.
    func encode(_ row: [Value], to out: inout JSONOutput) throws(ExportError) {
        guard let key = key(of: row) else { throw fault(row, "id", "holds no number") }
        out.append(head)
        out.append(key)
        try prefixes.withBytes { prefixes throws(ExportError) in
            for field in fields {
                out.append(UnsafeBufferPointer(rebasing: prefixes[field.prefix]))
                do throws(ValueMismatch) {
                    try values.encode(row[field.position], field.rule, level: Self.level + 2, to: &out)
                } catch {
                    throw fault(row, model.table.column(columns[field.position])?.field ?? "", error.problem)
                }
            }
        }
        out.append(tail)
        for column in omitted where !row[column.position].isNull && row[column.position] != column.usual {
            leftOut[column.name, default: 0] += 1
        }
    }

    private func fault(_ row: [Value], _ field: String, _ problem: String) -> ExportError {
        .unwritable(model: model.name, key: key(of: row), field: field, problem)
    }
}

extension ExportError {
    /// A row that no export can hold.
    ///
    /// - Parameter problem: continues "field x …".
    package static func unwritable(model: String, key: Int64?, field: String, _ problem: String) -> ExportError {
        ExportError(
            .badData,
            "field \(field) \(problem); nothing was written: mend the row in the database, or leave it out with a filter",
            place: ExportPlace(model: model, sourcePK: key),
            finding: .export(model: model, pk: key, reason: "field \(field) \(problem)"))
    }
}
