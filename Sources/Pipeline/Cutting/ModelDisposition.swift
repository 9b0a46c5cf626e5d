import Catalogue

/// What an import does with a model's rows, whatever they contain.
enum ModelDisposition {
    case queued, outOfScope, excluded, unknown, deleted

    /// - Parameter learns: whether a worker learns models that the catalogue does not know
    init(_ name: String, scope: ImportScope, catalogue: Catalogue, learns: Bool = false) {
        if catalogue.deletedModels.contains(name) {
            self = .deleted
        } else if let model = catalogue.model(name) {
            self = scope.accepts(model) ? .queued : .outOfScope
        } else {
            self = catalogue.isExcluded(name) ? .excluded : learns ? .queued : .unknown
        }
    }

    /// What the import does not write is never a reason to refuse a file.
    var isDecoded: Bool { self == .queued }

    /// Why the rows are left out; nil if they are queued.
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
