import Catalogue
import Import
import Storage

extension ImportFailure {
    /// What a storage error outside any chunk means.
    init(_ error: StorageError) {
        switch error.kind {
        case .leaseLost: self = .leaseLost
        case .unavailable, .contention, .full, .readOnly: self = .passing(error)
        case .permissionDenied, .cannotCreate, .schemaMismatch, .occupied: self = .destination(error)
        case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation:
            self = .lasting(Finding(kind: .integrityError, model: Self.model(of: error), reason: error.message))
        case .invalidValue, .other:
            self = .lasting(Finding(kind: .databaseError, model: Self.model(of: error), reason: error.message))
        }
    }

    private static func model(of error: StorageError) -> String? {
        Catalogue.standard.models.first { $0.table.name == error.table }?.name ?? error.table
    }
}
