extension StorageError {
    /// What a worker does about a storage error.
    ///
    /// | consequence | what the worker does | attempt counted | kinds |
    /// |---|---|---|---|
    /// | `permanentIntegrity` | fails the task with an `IntegrityError` that names the row | yes | unique, foreign key, not null and check violations |
    /// | `permanentDatabase` | fails the task with a `DatabaseError` that names the row | yes | invalid value, other |
    /// | `transient` | tries again later | only if the task is at fault | unavailable, contention, full, read only |
    /// | `leaseLost` | stops; the worker that holds the lease goes on | no | lease lost |
    /// | `destinationUnusable` | takes no work for the destination until an operator has acted | no | permission denied, cannot create, schema mismatch, occupied |
    package enum Consequence: Sendable, Equatable, CaseIterable {
        /// A row breaks a constraint: the same rows fail again. The reference calls it `IntegrityError`.
        case permanentIntegrity
        /// A value that the database refuses, or an error of unknown cause: the same rows fail again. The reference
        /// calls it `DatabaseError`.
        case permanentDatabase
        /// The same work may succeed later without an operator.
        case transient
        /// Another worker owns the relocation.
        case leaseLost
        /// The database refuses access or does not fit. The relocation itself is sound.
        case destinationUnusable
    }

    package var consequence: Consequence {
        switch kind {
        case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation: .permanentIntegrity
        case .invalidValue, .other: .permanentDatabase
        case .unavailable, .contention, .full, .readOnly: .transient
        case .leaseLost: .leaseLost
        case .permissionDenied, .cannotCreate, .schemaMismatch, .occupied: .destinationUnusable
        }
    }

    /// Whether the database takes nothing from anybody now, whatever the task. No relocation is at fault.
    public var isDestinationTrouble: Bool {
        switch kind {
        case .unavailable, .full, .readOnly, .permissionDenied: true
        default: false
        }
    }

    /// Whether the same work may succeed later without an operator.
    public var isTransient: Bool { consequence == .transient }
}
