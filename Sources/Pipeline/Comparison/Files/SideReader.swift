import Catalogue
import ExportFormat

/// The first pass over one file: reads and checks all rows, keeps their keys and places.
// Nine properties: the file, the place in it, and what was found so far.
final class SideReader {
    private let source: ExportSource
    private let side: Side
    private let catalogue: Catalogue
    private let reader: RecordReader
    private let isFast: Bool
    private var models: [ModelIndex] = []
    private var byName: [String: ModelIndex] = [:]
    private var findings: [ComparisonFinding] = []
    /// The rows of users by their keys.
    private var users: [RowKey: Int] = [:]

    /// Rows between two reports of progress.
    private static let reportInterval = 1024

    init(_ source: ExportSource, _ side: Side, fast: Bool) throws(ExportError) {
        self.source = source
        self.side = side
        catalogue = source.catalogue
        reader = try source.records()
        isFast = fast
    }

    /// - Parameter onProgress: called now and then with the bytes read
    func read(_ onProgress: (Int64) -> Void) throws(ExportError) -> SideIndex {
        do {
            while try reader.advance() {
                try take(Envelope(try reader.parsed()))
                if reader.number.isMultiple(of: Int64(Self.reportInterval)) { onProgress(reader.bytesRead) }
            }
            for model in models { try seal(model) }
        } catch {
            throw source.located(error)
        }
        return SideIndex(models, findings)
    }

    var bytesRead: Int64 { reader.bytesRead }

    // MARK: - Rows

    private func take(_ row: Envelope) throws(ExportError) {
        guard let model = try model(row) else { return }
        let key = try key(row, model)
        let fields = TapeRow(row)
        model.append(key, at: reader.byte, length: reader.text.count)
        if isFast { model.append(digest: fields.flatMap { RowDigest.of($0, model.rules, identity) }) }
        guard let names = try OrdinalFields.names(of: model, fields, orRefuse: { self.refused($0, model) }), let fields
        else { return try orderByKey(model, key) }
        if model.name == OrdinalFields.users { users[key] = model.tuples.count }
        try model.orderByTuple { (tuple: inout OrdinalKeys) throws(ExportError) in
            for name in names { try append(fields, name, to: &tuple, model) }
        }
    }

    private func key(_ row: Envelope, _ model: ModelIndex) throws(ExportError) -> RowKey {
        guard let value = row.pk else { throw refused("has no primary key", model) }
        guard let key = RowKey(value.fieldValue) else {
            throw refused("has a primary key that is neither an integer of 64 bits nor a text", model)
        }
        return key
    }

    private func append(
        _ fields: TapeRow, _ name: FieldName, to tuple: inout OrdinalKeys, _ model: ModelIndex
    ) throws(ExportError) {
        guard let value = fields.value(name) else {
            throw refused("lacks \(name.text), which gives it its place among the rows", model, name.text)
        }
        if OrdinalFields.isUser(name) {
            guard let key = RowKey(value.fieldValue), let user = users[key], let model = byName[OrdinalFields.users]
            else {
                throw refused("refers to a user that does not stand before it in the file", model, name.text)
            }
            tuple.appendFirstPart(of: user, in: model.tuples)
        } else if !tuple.append(value.fieldValue) {
            throw refused(
                "has a \(name.text) that cannot be ordered; it must be text, an integer or null", model, name.text)
        }
    }

    private func orderByKey(_ model: ModelIndex, _ key: RowKey) throws(ExportError) {
        switch model.orderByKey() {
        case .ascending: break
        case .incomparable:
            throw refused("has a primary key that is text, where others are integers, or the other way", model)
        case .unordered(let highest):
            let reason =
                "instances not listed in ascending `pk` order; `pk` \(key.value.pythonText) is less than or equal to "
                + "\(highest.value.pythonText) which precedes it"
            var finding = ComparisonFinding("UnorderedInput", model: model.name, reason: reason)
            finding.ordinal = Int64(model.keyedCount)
            add(finding, key)
        }
    }

    private func add(_ finding: ComparisonFinding, _ key: RowKey) {
        var finding = finding
        side.set(key, in: &finding)
        findings.append(finding)
    }

    /// What a digest takes for the row that a reference means; nil if it is not known yet, or not before the end.
    private func identity(_ model: String, _ key: FieldValue) -> UInt64? {
        guard let key = RowKey(key), let index = byName[model] else { return nil }
        if model == OrdinalFields.users { return users[key].map { index.tuples.digest($0) } }
        guard index.ordinalFields.isEmpty else { return nil }
        return index.ordinal(of: key).map { UInt64(bitPattern: $0) }
    }

    // MARK: - Models

    /// nil for a model that no longer exists: its rows are passed over.
    private func model(_ row: Envelope) throws(ExportError) -> ModelIndex? {
        guard let bytes = row.model, !bytes.isEmpty else { throw refused("has no model, or its model is not a string") }
        if let last = models.last, last.isSpelled(bytes) { return last }
        let name = String(decoding: bytes.prefix(source.limits.maxModelNameBytes + 1), as: UTF8.self).lowercased()
        if let known = byName[name] { return known }
        if catalogue.deletedModels.contains(name) { return nil }
        let model = catalogue.model(name)
        guard model != nil || catalogue.isExcluded(name) else { throw unknown(name) }
        let index = ModelIndex(name, model, spelling: bytes)
        models.append(index)
        byName[name] = index
        return index
    }

    private func unknown(_ name: String) -> ExportError {
        guard name.utf8.count <= source.limits.maxModelNameBytes else {
            return refused("has a model with a name of more than \(source.limits.maxModelNameBytes) bytes")
        }
        guard name.contains(".") else { return refused("has a model without a dot; write it as app.model") }
        var place = reader.place
        place.model = name
        return ExportError(.badData, "this row's model is not one of Sentry 24.9's", place: place)
    }

    private func seal(_ model: ModelIndex) throws(ExportError) {
        do throws(NoOrder) {
            // For user options the last one of equal rows counts, without a word.
            let repeated = try model.seal()
            if model.name == OrdinalFields.userOptions { return }
            for row in repeated {
                let reason = "custom ordinal value `\(row.tuple)` appears multiple times"
                add(ComparisonFinding("DuplicateCustomOrdinal", model: model.name, reason: reason), model.keys[row.row])
            }
        } catch {
            let problem =
                "is ordered by fields that are text in some rows of this model, integers or null in others: they have no "
                + "common order"
            throw model.refused(problem, error.row)
        }
    }

    private func refused(_ problem: String, _ model: ModelIndex? = nil, _ field: String? = nil) -> ExportError {
        var place = reader.place
        place.model = model?.name
        place.field = field
        return ExportError(.badData, "this row \(problem)", place: place)
    }
}
