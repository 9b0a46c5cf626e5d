import Catalogue
import ExportFormat

/// A model as a file names it.
final class RowKind {
    /// Lower case.
    let name: String
    /// nil for a model that exports do not have.
    let treatments: ModelTreatments?
    /// Rows of it.
    var rows: Int64 = 0
    private let spelling: [UInt8]
    /// The fields of the last row. Those of the next one are mostly the same, in the same order.
    private var lastFields: [(name: FieldName, action: FieldAction)] = []

    fileprivate init(_ name: String, _ treatments: ModelTreatments?, spelling: UnsafeBufferPointer<UInt8>) {
        self.name = name
        self.treatments = treatments
        self.spelling = Array(spelling)
    }

    /// What happens to a field of one of the models that exports have.
    ///
    /// - Parameter place: among the row's fields
    func action(of field: UnsafeBufferPointer<UInt8>, at place: Int) -> FieldAction {
        if place < lastFields.count, lastFields[place].name.isSpelled(field) { return lastFields[place].action }
        let action = treatments?.action(of: field) ?? .keep
        lastFields.removeSubrange(min(place, lastFields.count)...)
        lastFields.append((FieldName(String(decoding: field, as: UTF8.self)), action))
        return action
    }

    fileprivate func isSpelled(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        spelling.withUnsafeBufferPointer { $0.isSame(as: bytes) }
    }
}

/// The models of a file.
final class RowKinds {
    private let catalogue: Catalogue
    private let limits: ExportLimits
    private let isThorough: Bool
    /// In the order of the file.
    private(set) var all: [RowKind] = []
    private var byName: [String: RowKind] = [:]
    private var last: RowKind?

    init(_ source: ExportSource, isThorough: Bool) {
        catalogue = source.catalogue
        limits = source.limits
        self.isThorough = isThorough
    }

    /// The model of a row. Throws for a row without one.
    func kind(of row: Envelope) throws(ExportError) -> RowKind {
        guard let bytes = row.model, !bytes.isEmpty else {
            throw ExportError(.badData, "this row has no model, or its model is not a string")
        }
        if let last, last.isSpelled(bytes) { return last }
        guard bytes.count <= limits.maxModelNameBytes else {
            throw ExportError(
                .tooLarge, "this row has a model with a name of more than \(limits.maxModelNameBytes) bytes")
        }
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        let kind = if let known = byName[name] { known } else { try add(name, bytes) }
        last = kind
        return kind
    }

    private func add(_ name: String, _ spelling: UnsafeBufferPointer<UInt8>) throws(ExportError) -> RowKind {
        guard all.count < limits.maxModels else {
            throw ExportError(.tooLarge, "the export has more than \(limits.maxModels) different models")
        }
        let treatments = catalogue.model(name).map { ModelTreatments($0, isThorough: isThorough) }
        let kind = RowKind(name, treatments, spelling: spelling)
        all.append(kind)
        byName[name] = kind
        return kind
    }
}
