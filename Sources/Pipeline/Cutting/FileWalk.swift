import Adaptation
import Catalogue
import ExportFormat
import Glibc

/// Reads a file once, row by row, and knows each row's model and ordinal. Rows of other versions are adapted at once, and
/// rows that upgrades make from others follow the last one.
// Many properties: the readers and limits, and the current place in the file.
final class FileWalk {
    /// What is known about a model so far.
    // Ten properties: what decides on its rows, and what was counted.
    final class ModelState {
        /// The model's position in the order of first appearance.
        let number: Int
        let name: String
        /// The name as the file spells it first.
        fileprivate let spelling: [UInt8]
        let disposition: ModelDisposition
        let isTold: Bool
        /// nil for models whose rows are not decoded.
        let plan: ModelPlan?
        /// What is told of a model that a worker is to learn.
        fileprivate(set) var request: LearnRequest?
        /// nil if its rows stay as they are.
        fileprivate(set) var adapter: ModelAdapter?
        fileprivate(set) var rows: Int64 = 0
        var isRenamed: Bool { String(decoding: spelling, as: UTF8.self).lowercased() != name }
        /// How often its rows begin after those of another model.
        fileprivate(set) var runs = 0
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
            isTold = SilentLosses.models.contains(name)
            self.plan = plan
        }

        @inline(__always)
        fileprivate func isSpelled(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            guard spelling.count == bytes.count, let base = bytes.baseAddress else { return false }
            return memcmp(spelling, base, bytes.count) == 0
        }
    }

    let reader: RecordReader
    /// nil if rows are taken as those of this version only.
    let adapter: RowAdapter?
    /// Rows that are not in the file; nil before its end.
    private var made: MadeRows?
    /// Whether the current row is not in the file.
    private(set) var isMade = false
    private let makesRows: Bool
    /// Whether rows of models without adaptations are adapted only if a check finds that they must be.
    private let isLazy: Bool
    /// Whether the current row has been adapted.
    private var isAdapted = false
    private(set) var rowsMade: Int64 = 0
    private let decoder: RowDecoder
    let catalogue: Catalogue
    private let scope: ImportScope
    private let learns: Bool
    private let limits: ExportLimits
    /// In order of first appearance.
    private(set) var models: [ModelState] = []
    private var byName: [String: ModelState] = [:]
    /// Whether the place of the next row is unknown: nothing more can be read.
    private(set) var isBroken = false
    private var envelope: Envelope?
    private var current: ModelState?

    /// - Parameters:
    ///   - adapter: adapts the rows; nil takes them as those of this version
    ///   - makesRows: whether rows that are made from others follow the last one
    ///   - learns: whether models are queued that the catalogue does not know
    ///   - isLazy: whether each row that is imported is checked: then most rows need not be adapted before
    init(
        _ source: ExportSource, scope: ImportScope, _ adapter: RowAdapter?, makesRows: Bool = true,
        learns: Bool = false, isLazy: Bool = false
    ) throws(ExportError) {
        reader = try source.records()
        self.adapter = adapter
        self.makesRows = makesRows
        self.isLazy = isLazy
        self.learns = learns
        catalogue = source.catalogue
        limits = source.limits
        decoder = RowDecoder(catalogue: source.catalogue, limits: source.limits)
        self.scope = scope
    }

    private static let maxFieldNames = 256

    /// Moves to the next row and returns its model; nil after the last row.
    func next() throws(ExportError) -> ModelState? {
        guard let envelope = try nextRow() else { return nil }
        self.envelope = envelope
        let state = try state(of: envelope)
        state.rows += 1
        state.lastRecord = reader.number
        if state.rows == 1 { meet(state, envelope) }
        state.request?.learn(envelope)
        if current !== state { state.runs += 1 }
        current = state
        isAdapted = false
        if !isMade, let adapter, let model = state.adapter, !isLazy || !adapter.isIdle(model) { adapt(envelope, model) }
        return state
    }

    private func nextRow() throws(ExportError) -> Envelope? {
        if isMade { return try nextMade() }
        do {
            guard try reader.advance() else { return try nextMade() }
        } catch {
            isBroken = true
            throw error
        }
        return Envelope(try reader.parsed())
    }

    private func adapt(_ envelope: Envelope, _ model: ModelAdapter) {
        adapter?.adapt(envelope, model, at: reader.lined(rowPlace))
        isAdapted = true
    }

    private func meet(_ state: ModelState, _ envelope: Envelope) {
        state.firstRecord = reader.number
        state.fieldNames = envelope.fieldNames(limit: Self.maxFieldNames)
        guard let adapter, state.request == nil else { return }
        let model = adapter.meet(state.name, plan: state.plan, fields: state.fieldNames)
        // Of what is left out only models that are gone say something about other rows.
        if state.disposition == .deleted || state.disposition == .queued && adapter.mayChange(state.name) {
            state.adapter = model
        }
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
        let spelled = String(decoding: bytes, as: UTF8.self).lowercased()
        let name = adapter == nil ? spelled : Catalogue.formerNames[spelled] ?? spelled
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
        let disposition = ModelDisposition(name, scope: scope, catalogue: catalogue, learns: learns)
        let plan = disposition.isDecoded ? catalogue.model(name).map(plan) : nil
        let state = ModelState(
            number: models.count, name: name, spelling: spelling, disposition: disposition, plan: plan)
        if disposition == .queued, plan == nil { state.request = LearnRequest(name) }
        models.append(state)
        byName[name] = state
        return state
    }
}

// MARK: - Rows that are not in the file

/// What follows the last row of a file.
private struct MadeRows {
    private let parser: RowParser
    private var rest: ArraySlice<MadeRow>
    /// The current one, with room for the parser behind it.
    private(set) var text: [UInt8] = []

    init(_ rows: [MadeRow], _ limits: ExportLimits) throws(ExportError) {
        parser = try RowParser(limits: limits)
        rest = rows[...]
    }

    mutating func next() -> Envelope? {
        guard let row = rest.popFirst() else { return nil }
        text = row.text + Array(repeating: 0, count: RowParser.padding)
        return text.withUnsafeBufferPointer { room in
            parser.row(UnsafeBufferPointer(rebasing: room.dropLast(RowParser.padding))).map { Envelope($0) }
        }
    }
}

extension FileWalk {
    private func nextMade() throws(ExportError) -> Envelope? {
        guard makesRows, let adapter else { return nil }
        if made == nil {
            adapter.finish(organizations: nil)
            made = try MadeRows(adapter.madeRows(), limits)
            isMade = true
        }
        guard let row = made?.next() else { return nil }
        rowsMade += 1
        return row
    }

    /// Hands the current row's text in the form of this version to `body`, and whether it has white space.
    func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>, Bool) throws -> Result) rethrows -> Result {
        if let made { return try made.text.dropLast(RowParser.padding).withUnsafeBufferPointer { try body($0, false) } }
        if let text = adaptedText { return try text.withUnsafeBufferPointer { try body($0, false) } }
        return try body(reader.text, true)
    }

    /// The current row as it has become; nil if it is as in the file.
    private var adaptedText: [UInt8]? {
        guard let row = adaptedRow, let envelope, let plan = current?.plan, row.isChanged else { return nil }
        return RowText.adapted(envelope, plan, edits: row.edits, forgotten: row.forgotten)
    }

    /// nil if the current row is not adapted.
    private var adaptedRow: OldRow? { isAdapted ? adapter?.row : nil }
}

// MARK: - The current row

extension FileWalk {
    private func plan(for model: Model) -> ModelPlan {
        adapter.map { decoder.plan(for: model, oldFields: $0.oldFields(of: model)) } ?? decoder.plan(for: model)
    }

    /// Whether upgrades of Sentry delete such a row.
    var isObsolete: Bool { isAdapted && adapter?.row.isLeftOut ?? false }

    /// Why the import does not take the current row, which is one of a queued model; nil if it does.
    func refusal(_ model: ModelState, _ filter: RowFilter?) throws(ExportError) -> DropReason? {
        if isObsolete { return .obsolete }
        return try filter?.accepts(self, model.name) ?? true ? nil : .filtered
    }

    /// Rows of a model up to and including the current row.
    func rowsSoFar(of name: String) -> Int64 { byName[name]?.rows ?? 0 }

    /// Bytes that the current row takes in the file.
    var rowBytes: Int { isMade ? (made?.text.count ?? 0) - RowParser.padding : reader.text.count }

    /// See ``ExportFormat/Envelope/digest``; of the row as it has become.
    func rowDigest() throws(ExportError) -> UInt64 {
        guard let text = adaptedText else { return envelope?.digest ?? 0 }
        var rows = try MadeRows([MadeRow(text: text)], limits)
        return rows.next()?.digest ?? 0
    }

    /// Checks the whole row. Only for models that are decoded.
    func check(_ plan: ModelPlan) throws(ExportError) -> (PrimaryKey, RowNotes) {
        do throws(RowFault) {
            let envelope = try requireRow()
            let key = try envelope.primaryKey()
            return (key, try notes(envelope, plan))
        } catch {
            throw refusal(error)
        }
    }

    private func notes(_ envelope: Envelope, _ plan: ModelPlan) throws(RowFault) -> RowNotes {
        if !isAdapted, !isMade, let model = current?.adapter {
            if let notes = currentForm(envelope, plan) { return notes }
            adapt(envelope, model)
        }
        guard isAdapted, let row = adapter?.row else {
            return try decoder.check(envelope, plan, hasEscapes: hasEscapes)
        }
        if let fault = adapter?.fault { throw fault }
        return row.isLeftOut
            ? [] : try decoder.checkLocated(envelope, plan, hasEscapes: hasEscapes, skipping: row.edited)
    }

    /// Nil for a row that does not have the form of this version.
    private func currentForm(_ envelope: Envelope, _ plan: ModelPlan) -> RowNotes? {
        // What is wrong is said once the row has been adapted.
        guard let notes = try? decoder.check(envelope, plan, hasEscapes: hasEscapes) else { return nil }
        return plan.hasOldFields ? nil : notes
    }

    private var hasEscapes: Bool {
        let text = reader.text
        return text.baseAddress.map { memchr($0, Int32(UInt8(ascii: "\\")), text.count) != nil } ?? false
    }

    /// All faults of a row that `check` refuses.
    func faults(_ plan: ModelPlan) -> [ExportError] {
        envelope.map { decoder.faults(in: $0, plan, skipping: adaptedRow?.edited ?? 0).map(refusal) } ?? []
    }

    func primaryKey() throws(ExportError) -> PrimaryKey {
        do throws(RowFault) {
            return try requireRow().primaryKey()
        } catch {
            throw refusal(error)
        }
    }

    /// The value of a field; nil if its key is missing. Texts are as in the file, references as they have become.
    func value(_ field: String) throws(ExportError) -> Value? {
        guard let plan = current?.plan, let column = plan.model.columnIndex(ofField: field) else { return nil }
        if case .integer(let key)? = adaptedRow?.edits[field] { return .integer(key) }
        do throws(RowFault) {
            let envelope = try requireRow()
            return adaptedRow == nil || adapter?.fault != nil
                ? try decoder.value(envelope, plan, column: column)
                : try decoder.locatedValue(envelope, plan, column: column)
        } catch {
            throw refusal(error)
        }
    }

    private func requireRow() throws(RowFault) -> Envelope {
        guard let envelope else { throw RowFault(problem: "has not been read yet") }
        return envelope
    }

    private func refusal(_ fault: RowFault) -> ExportError {
        var place = rowPlace
        place.field = fault.field
        return fault.error(at: place)
    }

    private var rowPlace: ExportPlace {
        var place = reader.place
        (place.model, place.ordinal, place.sourcePK) = (current?.name, current?.rows, readableKey)
        return place
    }

    /// The primary key of the current row; nil if it cannot be read.
    var readableKey: Int64? { try? envelope?.primaryKey().value }
}
