public import Catalogue
public import Storage

/// Why a chunk was not imported. Nothing of it was written.
public enum ImportFailure: Error, Sendable {
    /// The same chunk will fail again: the finding names the row.
    case lasting(Finding)
    /// Trouble of the database that may pass by itself.
    case passing(StorageError)
    /// Another worker owns the relocation now.
    case leaseLost
    /// The database does not fit or does not let us in; an operator must act, the relocation itself is sound.
    case destination(StorageError)
}

extension ImportFailure {
    /// What a storage error means for the rows it met, in the reference's kinds.
    static func from(
        _ error: StorageError, model: Model, rows: [Row] = [], row: Row? = nil
    ) -> ImportFailure {
        let row = row ?? error.rowIndex.flatMap { rows.indices.contains($0) ? rows[$0] : nil }
        func lasting(_ kind: Finding.Kind) -> ImportFailure {
            .lasting(
                Finding(
                    kind: kind, model: model.name, ordinal: row?.ordinal, leftPK: row?.sourcePK,
                    reason: error.message))
        }
        return switch error.kind {
        case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation: lasting(.integrityError)
        case .invalidValue, .other: lasting(.databaseError)
        case .unavailable, .contention, .full, .readOnly: .passing(error)
        case .leaseLost: .leaseLost
        case .permissionDenied, .cannotCreate, .schemaMismatch, .occupied: .destination(error)
        }
    }

    /// A fault that was found before anything was written.
    static func row(_ kind: Finding.Kind, _ model: Model, _ row: Row, _ reason: String) -> ImportFailure {
        .lasting(Finding(kind: kind, model: model.name, ordinal: row.ordinal, leftPK: row.sourcePK, reason: reason))
    }
}
