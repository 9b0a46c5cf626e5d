import Catalogue

/// Checks that rows fit their columns before they are written, with the kinds and words of the reference. A fault that
/// the database finds costs the whole statement; this finds it before. The database's own constraints remain the second
/// check.
struct RowCheck {
    private let model: Model
    private let bounds: [Bounds]

    /// What a column takes: plain values, because they are read for every row.
    private struct Bounds {
        let index: Int
        let isNullable: Bool
        let isBounded: Bool
        let isNonNegative: Bool
        let limit: Int?
        let range: ClosedRange<Int64>?
    }

    init(_ model: Model) {
        self.model = model
        let checks = Set(model.table.checks)
        bounds = model.columns.enumerated().compactMap { index, column in
            guard !column.isPrimaryKey, !column.isDatabaseOnly else { return nil }
            return Bounds(
                index: index, isNullable: column.isNullable, isBounded: column.isBounded,
                isNonNegative: checks.contains("\(column.name) >= 0"), limit: column.type.maxLength,
                range: column.type.integerRange)
        }
    }

    /// The stage at which the reference meets a fault: it asserts before it sends a statement; the database then fits the
    /// values to their columns, looks for nulls and runs its checks, in this order.
    private enum Stage: Int {
        case assertion, value, null, check
    }

    private typealias Fault = (stage: Stage, kind: Finding.Kind, reason: String)

    /// The fault that the reference meets first; nil if the row fits.
    func fault(in row: Row) -> (kind: Finding.Kind, reason: String)? {
        var first: Fault?
        for bounds in bounds {
            guard let fault = fault(in: row.values[bounds.index], bounds) else { continue }
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

    private func fault(in value: Value, _ bounds: Bounds) -> Fault? {
        switch value {
        case .null:
            return bounds.isNullable
                ? nil
                : (.null, .integrityError, "null value in column \"\(name(bounds))\" violates not-null constraint")
        case .text(let text): return fault(in: text, bounds)
        case .integer(let number): return fault(in: number, bounds)
        case .textArray(let items):
            return items.contains { $0?.holdsNUL ?? false } ? nul(bounds) : nil
        case .bool, .double, .timestamp, .doubleArray: return nil
        }
    }

    private func fault(in text: String, _ bounds: Bounds) -> Fault? {
        if text.holdsNUL { return nul(bounds) }
        // The databases cut off spaces beyond the limit.
        guard let limit = bounds.limit, text.utf8.count > limit,
            text.unicodeScalars.dropFirst(limit).contains(where: { $0 != " " })
        else { return nil }
        return (
            .value, .databaseError, "value too long for column \"\(name(bounds))\" of type character varying(\(limit))"
        )
    }

    private func fault(in number: Int64, _ bounds: Bounds) -> Fault? {
        if bounds.isBounded, number > Int64(Int32.max) {
            return (.assertion, .unknown, "value of \"\(name(bounds))\" is above 2147483647")
        }
        if let range = bounds.range, !range.contains(number) {
            return (.value, .databaseError, "value of \"\(name(bounds))\" is out of range for its type")
        }
        if number < 0, bounds.isNonNegative {
            let name = name(bounds)
            return (.check, .integrityError, "value of \"\(name)\" violates check constraint \"\(name) >= 0\"")
        }
        return nil
    }

    private func nul(_ bounds: Bounds) -> Fault {
        (.assertion, .unknown, "text of \"\(name(bounds))\" holds a NUL character, which no database takes")
    }

    private func name(_ bounds: Bounds) -> String { model.columns[bounds.index].name }
}
