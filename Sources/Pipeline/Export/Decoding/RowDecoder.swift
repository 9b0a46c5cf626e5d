import Catalogue

/// Decodes rows against their models. One instance serves one thread.
final class RowDecoder {
    private let fields: FieldDecoder
    private let catalogue: Catalogue

    init(catalogue: Catalogue, limits: ExportLimits) {
        self.catalogue = catalogue
        fields = FieldDecoder(limits: limits)
    }

    func plan(for model: Model) -> ModelPlan {
        ModelPlan(model, deletedFields: catalogue.deletedFields[model.name] ?? [])
    }

    /// Judges every field of a row.
    func check(_ envelope: Envelope, _ plan: ModelPlan) throws(RowFault) {
        try locate(envelope, plan)
        for column in plan.columns {
            let position = plan.positions[column]
            if position != 0 {
                _ = try decode(TapeValue(tape: envelope.tape, index: position), plan, column, wanted: false)
            }
        }
    }

    /// Decodes a whole row. `now` is in microseconds since 1970-01-01T00:00:00Z.
    func row(_ envelope: Envelope, _ plan: ModelPlan, ordinal: Int64, now: Int64) throws(RowFault) -> Row {
        try locate(envelope, plan)
        var values = Array(repeating: Value.null, count: plan.rules.count)
        for column in plan.columns {
            let position = plan.positions[column]
            values[column] =
                position == 0
                ? fields.missing(plan.rules[column], now: now)
                : try decode(TapeValue(tape: envelope.tape, index: position), plan, column, wanted: true)
        }
        return Row(ordinal: ordinal, sourcePK: try envelope.primaryKey().value, values: values)
    }

    /// One column's value; nil where its key is missing.
    func value(_ envelope: Envelope, _ plan: ModelPlan, column: Int) throws(RowFault) -> Value? {
        try locate(envelope, plan)
        let position = plan.positions[column]
        guard position != 0 else { return nil }
        return try decode(TapeValue(tape: envelope.tape, index: position), plan, column, wanted: true)
    }

    private func locate(_ envelope: Envelope, _ plan: ModelPlan) throws(RowFault) {
        guard let object = envelope.fields else {
            throw RowFault(problem: "has no fields, or fields that are no object")
        }
        do throws(UnknownField) {
            try plan.locate(object)
        } catch {
            throw RowFault(
                problem: "is not known to the model: the export comes from another version of Sentry",
                field: ShownName.safe(error.name))
        }
    }

    @inline(__always)
    private func decode(
        _ value: TapeValue, _ plan: ModelPlan, _ column: Int, wanted: Bool
    ) throws(RowFault) -> Value {
        do throws(FieldFault) {
            return try fields.decode(value, plan.rules[column], wanted: wanted)
        } catch {
            throw RowFault(problem: error.problem, field: plan.model.columns[column].field)
        }
    }
}

/// Why a row cannot be decoded.
struct RowFault: Error, Equatable {
    let problem: String
    var field: String?
    var kind = Finding.Kind.deserializationFailed
}

/// Names out of a file that a message shows.
enum ShownName {
    private static let maxLength = 80

    /// Printable ASCII only, and not too much of it.
    static func safe(_ name: String) -> String {
        let shown = name.unicodeScalars.prefix(maxLength).map { 0x20...0x7E ~= $0.value ? Character($0) : "?" }
        return String(shown) + (name.unicodeScalars.count > maxLength ? "…" : "")
    }
}
