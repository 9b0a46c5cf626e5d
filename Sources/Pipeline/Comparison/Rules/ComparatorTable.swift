import Catalogue
import ExportFormat

/// Which rules hold for which fields.
enum ComparatorTable {
    /// A model (without `sentry.`), then its rules, each with its fields. A model that stands here has a rule for each of
    /// its other times, too: `instant`. Any model has rules for its references and for its e-mail addresses.
    private static let text = """
        alertrule updated:date_modified
        apiapplication hash:client_id,client_secret
        apitoken hash:refresh_token,token ignored:hashed_refresh_token,hashed_token,token_last_characters \
        unordered:scope_list
        authidentity hash:ident,token
        dashboardwidgetquery updated:date_modified
        dashboardwidgetqueryondemand updated:date_modified
        email updated:date_added
        groupsearchview updated:date_updated
        incident uuid4:detection_uuid
        incidentactivity uuid4:notification_uuid
        incidenttrigger updated:date_modified
        integration updated:date_updated
        monitor uuid4:guid
        organization suffix:slug
        organizationintegration updated:date_updated
        organizationmember hash:token
        orgauthtoken hash:token_hashed,token_last_characters
        projectkey hash:public_key,secret_key hex:public_key,secret_key
        projecttemplate updated:date_updated
        querysubscription updated:date_updated subscription:subscription_id
        relay hash:public_key,relay_id
        relayusage hash:public_key,relay_id
        sentryapp updated:date_updated email:creator_label
        sentryappinstallation updated:date_updated
        servicehook hash:secret
        spanattributeextractionrulecondition updated:date_updated
        spanattributeextractionruleconfig updated:date_updated
        team ignored:org_role
        user suffix:username updated:last_active ignored:is_password_expired,is_unclaimed,last_password_change \
        password:password
        useremail updated:date_hash_added ignored:is_verified,validation_hash
        userip updated:first_seen,last_seen ignored:country_code,region_code
        userrole updated:date_updated
        userroleuser updated:date_updated
        """

    private static let entries: [String: [Comparator]] = Dictionary(
        uniqueKeysWithValues: text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            return ("sentry." + words[0], words.dropFirst().compactMap(comparator))
        })

    private static func comparator(_ word: Substring) -> Comparator? {
        let parts = word.split(separator: ":")
        return ComparisonRule(rawValue: String(parts[0])).map { rule in
            Comparator(rule, parts[1].split(separator: ",").map { FieldName(String($0)) })
        }
    }

    /// The comparators of a model, in the order of their findings.
    static func comparators(for model: Model) -> [Comparator] {
        let explicit = entries[model.name]
        return (explicit ?? []) + (explicit.map { instants(model, besides: $0) } ?? []) + emails(model)
            + references(model)
    }

    private static func instants(_ model: Model, besides explicit: [Comparator]) -> [Comparator] {
        let taken = Set(explicit.filter { $0.rule == .updated || $0.rule == .ignored }.flatMap(\.fields))
        let times = model.columns.filter { $0.type == .timestamptz || $0.type == .timestamp }.map(name)
        return group(.instant, times.filter { !taken.contains($0) })
    }

    private static func emails(_ model: Model) -> [Comparator] {
        group(.email, model.columns.filter { $0.meaning == .email }.map(name))
    }

    private static func references(_ model: Model) -> [Comparator] {
        let columns = model.referenceColumns.map { model.columns[$0] }.sorted { $0.field < $1.field }
        guard !columns.isEmpty else { return [] }
        return [Comparator(.reference, columns.map(name), targets: columns.compactMap(\.reference?.model))]
    }

    private static func group(_ rule: ComparisonRule, _ fields: [FieldName]) -> [Comparator] {
        fields.isEmpty ? [] : [Comparator(rule, fields.sorted { $0.text < $1.text })]
    }

    private static func name(_ column: Column) -> FieldName { FieldName(column.field) }
}
