public import Catalogue

/// Decodes rows of one model from the JSON texts that were cut out of an export. One instance serves one thread.
public final class RowTextDecoder {
    /// Bytes that must be readable after every text.
    public static var padding: Int { RecordParser.padding }

    private let decoder: RowDecoder
    private let parser: RecordParser
    private let plan: ModelPlan
    /// Microseconds since 1970-01-01T00:00:00Z.
    private let now: Int64

    /// - Parameter now: the current time for missing keys, in microseconds since 1970-01-01T00:00:00Z.
    public init(
        model: Model, now: Int64, catalogue: Catalogue, limits: ExportLimits = .standard
    ) throws(ExportError) {
        decoder = RowDecoder(catalogue: catalogue, limits: limits)
        parser = try RecordParser(limits: limits)
        plan = decoder.plan(for: model)
        self.now = now
    }

    /// One row; nil for a text that is not a JSON object. Throws the refusal of a row that does not fit its model.
    public func row(_ text: UnsafeBufferPointer<UInt8>, ordinal: Int64) throws(ExportError) -> Row? {
        // The caller explains what does not parse: only the caller knows where the text came from.
        guard let tape = try? parser.parse(text), tape.root.isObject else { return nil }
        let envelope = Envelope(tape.root)
        try requireModel(envelope, ordinal)
        do throws(RowFault) {
            return try decoder.row(envelope, plan, ordinal: ordinal, now: now)
        } catch {
            // A key that cannot be read is not shown in the message.
            let key = try? envelope.primaryKey().value
            throw error.error(
                at: ExportPlace(model: plan.model.name, ordinal: ordinal, sourcePK: key, field: error.field))
        }
    }

    private func requireModel(_ envelope: Envelope, _ ordinal: Int64) throws(ExportError) {
        let name = envelope.model.map { String(decoding: $0, as: UTF8.self).lowercased() }
        if name == plan.model.name || name.flatMap({ Catalogue.formerNames[$0] }) == plan.model.name { return }
        throw ExportError(
            .badData, "a chunk of \(plan.model.name) holds a row of another model",
            place: ExportPlace(model: plan.model.name, ordinal: ordinal),
            finding: Finding(
                kind: .unexpectedModel, model: plan.model.name, ordinal: ordinal,
                reason: "A row of another model stands where \(plan.model.name) is expected"))
    }
}

extension RowFault {
    /// The refusal of a row, with its finding.
    package func error(at place: ExportPlace) -> ExportError {
        let subject = field.map { "field \($0)" } ?? "the row"
        return ExportError(
            .badData, "\(problem); correct the export, or export again", place: place,
            finding: Finding(
                kind: kind, model: place.model, ordinal: place.ordinal, leftPK: place.sourcePK,
                reason: "The export cannot be decoded: \(subject) \(problem)"))
    }
}
