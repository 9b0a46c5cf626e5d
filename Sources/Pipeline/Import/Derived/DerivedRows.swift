package import Catalogue
package import Storage

/// Rows that an import writes besides those of the file, as data: which rows of a table belong to an imported row.
package struct DerivedRows: Sendable {
    package let table: String
    package let silo: Silo
    /// The column that holds the id of the imported row.
    package let column: String
    package let model: String
    package var conditions: [Condition] = []
    /// A column by which the rows are found faster, and the model that it points at.
    package var anchor: (column: String, model: String)?
    /// A column that holds the same as that of the imported row.
    package var sameColumn: String?
}

extension DerivedRows {
    /// Rows of tables that belong to no model: each imported row has one, made by the import or by Sentry in its place.
    package static let all =
        [
            DerivedRows(table: "sentry_lostpasswordhash", silo: .control, column: "user_id", model: "sentry.user"),
            DerivedRows(
                table: "sentry_controloutbox", silo: .control, column: "object_identifier", model: "sentry.apitoken",
                conditions: SentryAppInstallationRule.tokenMessages),
            DerivedRows(
                table: "sentry_organizationslugreservation", silo: .control, column: "organization_id",
                model: "sentry.organization"),
            DerivedRows(
                table: "hybridcloud_organizationslugreservationreplica", silo: .region, column: "organization_id",
                model: "sentry.organization"),
        ]
        + Replica.all.map {
            DerivedRows(table: $0.table, silo: $0.silo, column: $0.key, model: $0.model, anchor: $0.anchor)
        }

    /// Rows of models that complete imported rows. Where a ledger has remembered them, it tells them exactly.
    package static let completing = [
        DerivedRows(
            table: "sentry_useremail", silo: .control, column: "user_id", model: "sentry.user", sameColumn: "email"),
        DerivedRows(
            table: "sentry_projectoptions", silo: .region, column: "project_id", model: "sentry.project",
            conditions: [.equals("key", ProjectCompletion.epochKey)]),
        DerivedRows(
            table: "sentry_projectkey", silo: .region, column: "project_id", model: "sentry.project",
            conditions: [.equals("label", ProjectCompletion.keyLabel)]),
    ]
}
