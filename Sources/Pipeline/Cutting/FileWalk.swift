import Catalogue
import ExportFormat
import Glibc

/// Reads a file once, row by row, and knows each row's model and ordinal.
// Ten properties: the readers and limits, and the current place in the file.
final class FileWalk {
    /// What is known about a model so far.
    // Nine properties: what decides on its rows, and what was counted.
    final class ModelState {
        /// The model's position in the order of first appearance.
        let number: Int
        let name: String
        /// The name as the file spells it first.
        fileprivate let spelling: [UInt8]
        let disposition: ModelDisposition
        /// nil for models whose rows are not decoded.
        let plan: ModelPlan?
        fileprivate(set) var rows: Int64 = 0
        /// Numbers of its first and its last record in the file.
        fileprivate(set) var firstRecord: Int64 = 0
        fileprivate(set) var lastRecord: Int64 = 0
        /// The names of its first row's fields.
        fileprivate(set) var fieldNames: Set<String> = []

        fileprivate init(number: Int, name: String, spelling: [UInt8], disposition: ModelDisposition, plan: ModelPlan?)
        {
            self.number = number
            self.name = name
            self.spelling = spelling
            self.disposition = disposition
            self.plan = plan
        }

        @inline(__always)
        fileprivate func isSpelled(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            guard spelling.count == bytes.count, let base = bytes.baseAddress else { return false }
            return memcmp(spelling, base, bytes.count) == 0
        }
    }

    let reader: RecordReader
    private let decoder: RowDecoder
    private let catalogue: Catalogue
    private let scope: ImportScope
    private let limits: ExportLimits
    /// In order of first appearance.
    private(set) var models: [ModelState] = []
    private var byName: [String: ModelState] = [:]
    /// Whether the place of the next row is unknown: nothing more can be read.
    private(set) var isBroken = false
    private var envelope: Envelope?
    private var current: ModelState?

    init(_ source: ExportSource, scope: ImportScope) throws(ExportError) {
        reader = try source.records()
        catalogue = source.catalogue
        limits = source.limits
        decoder = RowDecoder(catalogue: source.catalogue, limits: source.limits)
        self.scope = scope
    }

    /// More than any model has.
    private static let maxFieldNames = 256

    /// Moves to the next row and returns its model; nil after the last row.
    func next() throws(ExportError) -> ModelState? {
        do {
            guard try reader.advance() else { return nil }
        } catch {
            isBroken = true
            throw error
        }
        let envelope = Envelope(try reader.parsed())
        self.envelope = envelope
        let state = try state(of: envelope)
        state.rows += 1
        if state.rows == 1 {
            state.firstRecord = reader.number
            state.fieldNames = envelope.fieldNames(limit: Self.maxFieldNames)
        }
        state.lastRecord = reader.number
        current = state
        return state
    }

    private func state(of envelope: Envelope) throws(ExportError) -> ModelState {
        guard let bytes = envelope.model, !bytes.isEmpty else {
            throw refused("has no model, or its model is not a string")
        }
        if let current, current.isSpelled(bytes) { return current }
        guard bytes.count <= limits.maxModelNameBytes else {
            throw ExportError(
                .tooLarge, "this row's model has a name of more than \(limits.maxModelNameBytes) bytes",
                place: reader.place)
        }
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        guard name.utf8.contains(UInt8(ascii: ".")) else {
            throw refused("has a model without a dot; write it as app.model")
        }
        if let known = byName[name] { return known }
        return try created(name, spelling: Array(bytes))
    }

    private func refused(_ problem: String) -> ExportError {
        ExportError(
            .badData, "this row \(problem)", place: reader.place,
            finding: Finding(kind: .deserializationFailed, model: nil, reason: "Record \(reader.number) \(problem)"))
    }

    private func created(_ name: String, spelling: [UInt8]) throws(ExportError) -> ModelState {
        guard models.count < limits.maxModels else {
            throw ExportError(
                .tooLarge, "the export names more than \(limits.maxModels) models", place: reader.place)
        }
        let disposition = ModelDisposition(name, scope: scope, catalogue: catalogue)
        let plan = disposition.isDecoded ? catalogue.model(name).map(decoder.plan) : nil
        let state = ModelState(
            number: models.count, name: name, spelling: spelling, disposition: disposition, plan: plan)
        models.append(state)
        byName[name] = state
        return state
    }
}

// MARK: - The current row

extension FileWalk {
    /// Rows of a model up to and including the current row.
    func rowsSoFar(of name: String) -> Int64 { byName[name]?.rows ?? 0 }

    /// Bytes that the current row takes in the file.
    var rowBytes: Int { reader.text.count }

    /// See ``ExportFormat/Envelope/digest``.
    var rowDigest: UInt64 { envelope?.digest ?? 0 }

    /// Checks the whole row. Only for models that are decoded.
    func check(_ plan: ModelPlan) throws(ExportError) -> (PrimaryKey, RowNotes) {
        do throws(RowFault) {
            let envelope = try requireRow()
            let key = try envelope.primaryKey()
            return (key, try decoder.check(envelope, plan, hasEscapes: hasEscapes))
        } catch {
            throw refusal(error)
        }
    }

    private var hasEscapes: Bool {
        let text = reader.text
        return text.baseAddress.map { memchr($0, Int32(UInt8(ascii: "\\")), text.count) != nil } ?? false
    }

    /// All faults of a row that `check` refuses.
    func faults(_ plan: ModelPlan) -> [ExportError] {
        envelope.map { decoder.faults(in: $0, plan).map(refusal) } ?? []
    }

    func primaryKey() throws(ExportError) -> PrimaryKey {
        do throws(RowFault) {
            return try requireRow().primaryKey()
        } catch {
            throw refusal(error)
        }
    }

    /// The value of a field; nil if its key is missing.
    func value(_ field: String) throws(ExportError) -> Value? {
        guard let plan = current?.plan, let column = plan.model.columnIndex(ofField: field) else { return nil }
        do throws(RowFault) {
            return try decoder.value(try requireRow(), plan, column: column)
        } catch {
            throw refusal(error)
        }
    }

    private func requireRow() throws(RowFault) -> Envelope {
        guard let envelope else { throw RowFault(problem: "has not been read yet") }
        return envelope
    }

    private func refusal(_ fault: RowFault) -> ExportError {
        var place = reader.place
        place.model = current?.name
        place.ordinal = current?.rows
        place.field = fault.field
        // A key that cannot be read does not appear in the message.
        place.sourcePK = try? envelope?.primaryKey().value
        return fault.error(at: place)
    }
}
