internal import Catalogue

/// The tables that a database holds, compared with those that `migrate` would create.
struct MigrationState {
    /// In name order.
    let existing: [String]
    let wanted: [Table]

    /// Tables that earlier versions did not create: a database that lacks these alone is one of theirs.
    private static let later: Set = [
        "sentry_groupedmessage", "sentry_grouphash", "sentry_groupenvironment", "sentry_grouprelease",
        "sentry_grouptombstone", "sentry_groupasignee", "sentry_groupresolution", "sentry_activity",
        "sentry_grouphistory",
    ]

    /// What is added to a database that an earlier version has made; empty for any other.
    var added: [Table] {
        let missing = wanted.filter { !existing.contains($0.name) }
        return Set(missing.map(\.name)) == Self.later && missing.count < wanted.count ? missing : []
    }

    /// What is to be created.
    var lacking: [Table] { added.isEmpty ? wanted : added }

    /// What `migrate` reports if there is nothing to create; nil if there is.
    /// - Throws: `.occupied` if the database holds other tables, `.schemaMismatch` if it holds only some of ours.
    func completeness(
        mismatches: () throws(StorageError) -> [SchemaMismatch]
    ) throws(StorageError) -> MigrationResult? {
        let present = Set(existing)
        let missing = wanted.map(\.name).filter { !present.contains($0) }
        if missing.count == wanted.count {
            guard let foreign = existing.first else { return nil }
            throw StorageError(
                .occupied, "the database holds tables of another program (\(foreign)): migrate needs an empty database",
                table: foreign)
        }
        if !added.isEmpty { return nil }
        if let first = missing.first {
            throw StorageError(
                .schemaMismatch,
                "the database holds a part of the schema: \(missing.count) of \(wanted.count) tables are missing, "
                    + "\(first) first", table: first)
        }
        if let fatal = try mismatches().first(where: \.isFatal) {
            let place = fatal.column.map { "\(fatal.table).\($0)" } ?? fatal.table
            throw StorageError(.schemaMismatch, "\(place): \(fatal.message)", table: fatal.table)
        }
        return present.isSubset(of: wanted.map(\.name)) ? .unchanged : .amongOthers
    }
}
