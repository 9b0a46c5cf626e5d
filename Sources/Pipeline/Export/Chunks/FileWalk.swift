import Catalogue

/// Goes through a file once, row by row, and knows each row's model and ordinal.
final class FileWalk {
    /// What is known about a model after some of the file.
    final class ModelState {
        /// A small number of its own, in the order of first appearance.
        let number: Int
        let name: String
        fileprivate let spelling: [UInt8]
        let fate: ModelFate
        let plan: ModelPlan?
        fileprivate(set) var rows: Int64 = 0

        fileprivate init(number: Int, name: String, spelling: [UInt8], fate: ModelFate, plan: ModelPlan?) {
            self.number = number
            self.name = name
            self.spelling = spelling
            self.fate = fate
            self.plan = plan
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
    private var last: ModelState?

    init(_ source: ExportSource, scope: ImportScope) throws(ExportError) {
        reader = try source.records()
        catalogue = source.catalogue
        limits = source.limits
        decoder = RowDecoder(catalogue: source.catalogue, limits: source.limits)
        self.scope = scope
    }

    /// Hands over every row; what `body` is given holds only there.
    func forEach(_ body: (FileRow) throws(ExportError) -> Void) throws(ExportError) {
        while try reader.advance() {
            try reader.withRecord { record throws(ExportError) in
                let envelope = Envelope(record)
                let state = try state(of: envelope)
                state.rows += 1
                try body(FileRow(walk: reader, decoder: decoder, envelope: envelope, state: state))
            }
        }
    }

    private func state(of envelope: Envelope) throws(ExportError) -> ModelState {
        guard let bytes = envelope.model else { throw refused("has no model, or one that is no string") }
        if let last, last.spelling.elementsEqual(bytes) { return last }
        guard bytes.count <= limits.maxModelNameBytes else {
            throw ExportError(
                .tooLarge, "this row's model has a name of more than \(limits.maxModelNameBytes) bytes",
                place: reader.place)
        }
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        guard name.utf8.contains(UInt8(ascii: ".")) else {
            throw refused("has a model without a dot: it has to be written as app.model")
        }
        if let known = byName[name] {
            // Spelled otherwise than where it first stood: found by name, and not remembered.
            if known.spelling.elementsEqual(bytes) { last = known }
            return known
        }
        let state = try created(name, spelling: Array(bytes))
        last = state
        return state
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
        let fate = ModelFate(name, scope: scope, catalogue: catalogue)
        let plan = fate.isDecoded ? catalogue.model(name).map(decoder.plan) : nil
        let state = ModelState(number: models.count, name: name, spelling: spelling, fate: fate, plan: plan)
        models.append(state)
        byName[name] = state
        return state
    }
}

/// What an import does with a model's rows, whatever they hold.
enum ModelFate {
    case queued, outOfScope, excluded, unknown, deleted

    init(_ name: String, scope: ImportScope, catalogue: Catalogue) {
        if catalogue.deletedModels.contains(name) {
            self = .deleted
        } else if let model = catalogue.model(name) {
            self = scope.accepts(model) ? .queued : .outOfScope
        } else {
            self = catalogue.isExcluded(name) ? .excluded : .unknown
        }
    }

    /// Rows that are out of scope are judged all the same, as the reference does.
    var isDecoded: Bool {
        switch self {
        case .queued, .outOfScope: true
        case .excluded, .unknown, .deleted: false
        }
    }

    /// Why its rows are left out; nil when they are not.
    var dropReason: DropReason? {
        switch self {
        case .queued: nil
        case .outOfScope: .outOfScope
        case .excluded: .excludedModel
        case .unknown: .unknownModel
        case .deleted: .deletedModel
        }
    }
}

/// The row at hand of a walk.
struct FileRow {
    fileprivate let walk: RecordReader
    fileprivate let decoder: RowDecoder
    fileprivate let envelope: Envelope
    let state: FileWalk.ModelState

    fileprivate init(walk: RecordReader, decoder: RowDecoder, envelope: Envelope, state: FileWalk.ModelState) {
        self.walk = walk
        self.decoder = decoder
        self.envelope = envelope
        self.state = state
    }

    var model: String { state.name }
    var ordinal: Int64 { state.rows }
    var plan: ModelPlan? { state.plan }
    /// The row as it stands in the file.
    var text: UnsafeBufferPointer<UInt8> { walk.text }

    /// Judges the whole row. Only for models that are decoded.
    func check() throws(ExportError) -> PrimaryKey {
        guard let plan else { return PrimaryKey(value: nil, form: .missing) }
        do throws(RowFault) {
            let key = try envelope.primaryKey()
            try decoder.check(envelope, plan)
            return key
        } catch {
            throw refusal(error)
        }
    }

    func primaryKey() throws(ExportError) -> PrimaryKey {
        do throws(RowFault) {
            return try envelope.primaryKey()
        } catch {
            throw refusal(error)
        }
    }

    /// One column's value; nil where its key is missing.
    func value(_ column: Int) throws(ExportError) -> Value? {
        guard let plan else { return nil }
        do throws(RowFault) {
            return try decoder.value(envelope, plan, column: column)
        } catch {
            throw refusal(error)
        }
    }

    private func refusal(_ fault: RowFault) -> ExportError {
        var place = walk.place
        place.model = model
        place.ordinal = ordinal
        place.field = fault.field
        // A key that cannot be read has no place in a message about it.
        place.sourcePK = try? envelope.primaryKey().value
        return fault.error(at: place)
    }
}

extension RowFault {
    /// The refusal of a row, with its finding.
    func error(at place: ExportPlace) -> ExportError {
        let subject = field.map { "field \($0)" } ?? "the row"
        return ExportError(
            .badData, "\(problem); correct the export, or export again", place: place,
            finding: Finding(
                kind: kind, model: place.model, ordinal: place.ordinal, leftPK: place.sourcePK,
                reason: "The export cannot be decoded: \(subject) \(problem)"))
    }
}
