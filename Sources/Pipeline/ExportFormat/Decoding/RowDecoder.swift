package import Catalogue

/// Decodes rows against their models. One instance serves one thread.
package final class RowDecoder {
    private let fields: FieldDecoder
    private let catalogue: Catalogue

    package init(catalogue: Catalogue, limits: ExportLimits) {
        self.catalogue = catalogue
        fields = FieldDecoder(limits: limits)
    }

    package func plan(for model: Model) -> ModelPlan {
        let deleted = (catalogue.deletedFields[model.name] ?? []).map { ($0, String?.none) }
        return plan(for: model, oldFields: Dictionary(uniqueKeysWithValues: deleted))
    }

    /// - Parameter oldFields: see ``ModelPlan/init(_:oldFields:)``
    package func plan(for model: Model, oldFields: [String: String?]) -> ModelPlan {
        ModelPlan(model, oldFields: oldFields)
    }

    /// Checks every field of a row.
    ///
    /// - Parameter hasEscapes: whether the row's text has a backslash; without one no string of it has a NUL.
    package func check(
        _ envelope: Envelope, _ plan: ModelPlan, hasEscapes: Bool = true
    ) throws(RowFault) -> RowNotes {
        try locate(envelope, plan)
        return try checkLocated(envelope, plan, hasEscapes: hasEscapes)
    }

    /// The same for a row whose fields are located.
    ///
    /// - Parameter skipping: a bit for each field, by its place among the plan's, that is not looked at
    package func checkLocated(
        _ envelope: Envelope, _ plan: ModelPlan, hasEscapes: Bool, skipping: UInt64 = 0
    ) throws(RowFault) -> RowNotes {
        var notes: RowNotes = plan.hasRepeatedKey ? .losesKey : []
        for place in plan.fields.indices where plan.fields[place].position != 0 && skipping >> UInt64(place) & 1 == 0 {
            let needs = plan.fields[place].rule.needs
            if needs == .nothing || needs == .lookForNUL && !hasEscapes { continue }
            let field = plan.fields[place]
            if needs != .lookForNUL { _ = try decode(envelope.tape, plan, field, wanted: false) }
            if needs != .decoding {
                fields.note(TapeValue(tape: envelope.tape, index: field.position), field.rule, in: &notes)
            }
        }
        return notes
    }

    /// All faults of a row that `check` refuses, its first one among them.
    package func faults(in envelope: Envelope, _ plan: ModelPlan, skipping: UInt64 = 0) -> [RowFault] {
        guard let object = envelope.fields else { return [Self.noFields] }
        var faults = plan.locateKnown(object).map(Self.unknown)
        for place in plan.fields.indices where plan.fields[place].position != 0 && skipping >> UInt64(place) & 1 == 0 {
            do throws(RowFault) { _ = try decode(envelope.tape, plan, plan.fields[place], wanted: false) } catch {
                faults.append(error)
            }
        }
        do throws(RowFault) { _ = try envelope.primaryKey() } catch { faults.insert(error, at: 0) }
        return faults
    }

    package static let noFields = RowFault(problem: "has no fields, or fields that are not an object")

    package static func unknown(_ name: String) -> RowFault {
        RowFault(
            problem: "is not known to the model: the export comes from another version of Sentry",
            field: ShownName.safe(name))
    }

    /// Decodes a whole row. `now` is in microseconds since 1970-01-01T00:00:00Z.
    package func row(_ envelope: Envelope, _ plan: ModelPlan, ordinal: Int64, now: Int64) throws(RowFault) -> Row {
        try locate(envelope, plan)
        var values = Array(repeating: Value.null, count: plan.defaults.count)
        var madeUp: UInt64 = 0
        for field in plan.fields {
            let isMadeUp: Bool
            if field.position == 0 {
                values[field.column] = fields.missing(field.rule, plan.defaults[field.column], now: now)
                isMadeUp = fields.makesUp(field.rule, plan.defaults[field.column])
            } else {
                values[field.column] = try decode(envelope.tape, plan, field, wanted: true)
                isMadeUp =
                    field.rule.fillsUUID && TapeValue(tape: envelope.tape, index: field.position).isEmptyText
            }
            if isMadeUp { madeUp |= 1 << UInt64(field.column) }
        }
        return Row(
            ordinal: ordinal, sourcePK: try envelope.primaryKey().value, values: values, digest: envelope.digest,
            madeUp: madeUp)
    }

    /// One column's value; nil if its key is missing. The other columns need not be sound.
    package func value(_ envelope: Envelope, _ plan: ModelPlan, column: Int) throws(RowFault) -> Value? {
        guard let object = envelope.fields else { return nil }
        do throws(UnknownField) { try plan.locate(object) } catch { _ = plan.locateKnown(object) }
        return try locatedValue(envelope, plan, column: column)
    }

    /// The same for a row whose fields are located.
    package func locatedValue(_ envelope: Envelope, _ plan: ModelPlan, column: Int) throws(RowFault) -> Value? {
        guard let place = plan.field(ofColumn: column), plan.fields[place].position != 0 else { return nil }
        return try decode(envelope.tape, plan, plan.fields[place], wanted: true)
    }

    private func locate(_ envelope: Envelope, _ plan: ModelPlan) throws(RowFault) {
        guard let object = envelope.fields else { throw Self.noFields }
        do throws(UnknownField) { try plan.locate(object) } catch { throw Self.unknown(error.name) }
    }

    @inline(__always)
    private func decode(
        _ tape: Tape, _ plan: ModelPlan, _ field: ModelPlan.Field, wanted: Bool
    ) throws(RowFault) -> Value {
        do throws(ValueMismatch) {
            return try fields.decode(TapeValue(tape: tape, index: field.position), field.rule, wanted: wanted)
        } catch {
            throw RowFault(problem: error.problem, field: plan.model.columns[field.column].field)
        }
    }
}

/// What a row does not keep as the file has it.
package struct RowNotes: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// NUL characters are taken out of a text.
    package static let losesNUL = RowNotes(rawValue: 1)
    /// A pickle that is not decoded is kept as text.
    package static let keepsPickle = RowNotes(rawValue: 2)
    /// A text that is not JSON is replaced by an empty object.
    package static let losesText = RowNotes(rawValue: 4)
    /// A number that is not finite is replaced by null.
    package static let losesNumber = RowNotes(rawValue: 8)
    /// Of a key that occurs twice only the last value is taken.
    package static let losesKey = RowNotes(rawValue: 16)
}

/// Why a row cannot be decoded.
package struct RowFault: Error, Equatable {
    package let problem: String
    package var field: String?
    package var kind = Finding.Kind.deserializationFailed

    package init(problem: String, field: String? = nil, kind: Finding.Kind = .deserializationFailed) {
        self.problem = problem
        self.field = field
        self.kind = kind
    }
}

/// Names from a file that a message shows.
package enum ShownName {
    private static let maxLength = 80

    /// Printable ASCII only, cut to a maximum length.
    package static func safe(_ name: String) -> String {
        let shown = name.unicodeScalars.prefix(maxLength).map { 0x20...0x7E ~= $0.value ? Character($0) : "?" }
        return String(shown) + (name.unicodeScalars.count > maxLength ? "…" : "")
    }
}
