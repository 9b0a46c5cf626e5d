import Catalogue

/// Fields that rows of older exports have and Sentry 24.9 does not.
enum OldFields {
    /// Those that nothing takes the place of, and those that other fields were computed from.
    private static let gone: [String: [String]] = [
        "sentry.alertrule": ["owner", "type"], "sentry.dashboard": ["status"], "sentry.environment": ["project_id"],
        "sentry.monitor": ["last_checkin", "next_checkin", "owner_actor_id"], "sentry.rule": ["owner"],
        "sentry.savedsearch": ["is_default", "project"], "sentry.team": ["actor", "org_role"],
        "sentry.user": ["actor"],
    ]

    /// Each old name of a model's fields, with the field that has its value now. A reference into the other silo, or one
    /// that is only a number, was a foreign key before and had no `_id` at its end.
    static func names(of model: Model) -> [String: String?] {
        var names: [String: String?] = [:]
        for field in gone[model.name] ?? [] { names.updateValue(nil, forKey: field) }
        for column in model.referenceColumns.map({ model.columns[$0] }) where column.field.hasSuffix("_id") {
            let old = String(column.field.dropLast(3))
            if model.columnIndex(ofField: old) == nil, names[old] == nil { names[old] = column.field }
        }
        return names
    }
}
