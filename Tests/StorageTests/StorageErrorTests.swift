import Testing

@testable import Storage

@Suite("Storage errors")
struct StorageErrorTests {
    @Test("Every kind has one consequence", arguments: StorageError.Kind.allCases)
    func consequences(kind: StorageError.Kind) {
        let expected: StorageError.Consequence =
            switch kind {
            case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation: .permanentIntegrity
            case .invalidValue, .other: .permanentDatabase
            case .unavailable, .contention, .full, .readOnly: .transient
            case .leaseLost: .leaseLost
            case .permissionDenied, .cannotCreate, .schemaMismatch, .occupied: .destinationUnusable
            }
        let error = StorageError(kind, "")
        #expect(error.consequence == expected)
        #expect(error.isTransient == [.unavailable, .contention, .full, .readOnly].contains(kind))
    }

    @Test("Every consequence has a kind")
    func noIdleConsequence() {
        let found = StorageError.Kind.allCases.map { StorageError($0, "").consequence }
        for consequence in StorageError.Consequence.allCases { #expect(found.contains(consequence)) }
    }

    @Test("A place is completed, never replaced")
    func places() {
        let named = StorageError(.invalidValue, "x").naming("auth_user").naming("sentry_email").at(row: 3)
        #expect(named.place == StorageError.Place(table: "auth_user", rowIndex: 3))
        #expect(named.description == "x")
    }
}
