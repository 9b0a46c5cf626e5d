import Catalogue

/// Judges a row against its columns just before it is written, in the words and kinds of the reference: what the
/// databases would refuse, found without losing the rest of the statement to it. The databases' own constraints stay
/// the second line.
struct RowCheck {
    private let model: Model
    private let columns: [(index: Int, column: Column)]

    init(_ model: Model) {
        self.model = model
        columns = model.columns.enumerated().compactMap { index, column in
            column.isPrimaryKey || column.isDatabaseOnly ? nil : (index, column)
        }
    }

    /// A fault with the stage at which the reference meets it: it asserts before it sends, and the database fits the
    /// values to their columns before it looks for nulls, and for nulls before it runs its checks.
    private enum Stage: Int {
        case assertion, value, null, check
    }

    private typealias Fault = (stage: Stage, kind: Finding.Kind, reason: String)

    /// The fault that the reference meets first; nil for a sound row.
    func fault(in row: Row) -> (kind: Finding.Kind, reason: String)? {
        var first: Fault?
        for (index, column) in columns {
            guard let fault = fault(in: row.values[index], column) else { continue }
            if fault.stage.rawValue < first?.stage.rawValue ?? Int.max { first = fault }
        }
        return first.map { ($0.kind, $0.reason) }
    }

    /// Throws the finding of the first faulty row.
    func check(_ rows: [Row]) throws(ImportFailure) {
        for row in rows {
            if let fault = fault(in: row) { throw .row(fault.kind, model, row, fault.reason) }
        }
    }

    private func fault(in value: Value, _ column: Column) -> Fault? {
        switch value {
        case .null:
            return column.isNullable
                ? nil : (.null, .integrityError, "null value in column \"\(column.name)\" violates not-null constraint")
        case .text(let text): return fault(in: text, column)
        case .integer(let number): return fault(in: number, column)
        case .textArray(let items):
            return items.contains { $0?.holdsNUL ?? false } ? Self.nul(column) : nil
        case .bool, .double, .timestamp, .doubleArray: return nil
        }
    }

    private func fault(in text: String, _ column: Column) -> Fault? {
        if text.holdsNUL { return Self.nul(column) }
        // As the databases do on assignment, spaces beyond the limit are cut off.
        guard let limit = column.type.maxLength, text.utf8.count > limit,
            text.unicodeScalars.dropFirst(limit).contains(where: { $0 != " " })
        else { return nil }
        return (
            .value, .databaseError, "value too long for column \"\(column.name)\" of type character varying(\(limit))"
        )
    }

    private func fault(in number: Int64, _ column: Column) -> Fault? {
        if column.isBounded, number > Int64(Int32.max) {
            return (.assertion, .unknown, "value of \"\(column.name)\" is above 2147483647")
        }
        if let range = column.type.integerRange, !range.contains(number) {
            return (.value, .databaseError, "value of \"\(column.name)\" is out of range for its type")
        }
        if number < 0, isNonNegative(column.name) {
            return (
                .check, .integrityError, "value of \"\(column.name)\" violates check constraint \"\(column.name) >= 0\""
            )
        }
        return nil
    }

    private func isNonNegative(_ column: String) -> Bool {
        model.table.checks.contains("\(column) >= 0")
    }

    private static func nul(_ column: Column) -> Fault {
        (.assertion, .unknown, "text of \"\(column.name)\" holds a NUL character, which no database takes")
    }
}
