import Catalogue

/// The rule of each model of a catalogue. If the catalogue lacks what a rule needs, asking for that rule throws.
struct RuleBook: Sendable {
    private let rules: [String: Result<any ModelRule, CatalogueGap>]

    init(_ catalogue: Catalogue) {
        var rules: [String: Result<any ModelRule, CatalogueGap>] = [:]
        for model in catalogue.models {
            do { rules[model.name] = .success(try Self.make(model)) } catch { rules[model.name] = .failure(error) }
        }
        self.rules = rules
    }

    func rule(for model: Model) throws(CatalogueGap) -> any ModelRule {
        try rules[model.name]?.get() ?? GenericRule(model: model)
    }

    private static func make(_ model: Model) throws(CatalogueGap) -> any ModelRule {
        switch model.name {
        case "sentry.user": try UserRule(model)
        case "sentry.email": try EmailRule(model)
        case "sentry.useremail": try UserEmailRule(model)
        case "sentry.useroption": try UserOptionRule(model)
        case "sentry.userip": try UserIPRule(model)
        case "sentry.option", "sentry.controloption", "sentry.relay", "sentry.relayusage", "sentry.userrole",
            "sentry.userpermission":
            try ConfigRule(model)
        case "sentry.organization": try OrganizationRule(model)
        case "sentry.organizationmember": try OrganizationMemberRule(model)
        case "sentry.team": try OwnedSlugRule(model, owner: "organization_id", length: Slug.teamLength)
        case "sentry.project": try ProjectRule(model)
        case "sentry.projectkey": try ProjectKeyRule(model)
        case "sentry.projectoption": try ProjectOptionRule(model)
        case "sentry.monitor": try MonitorRule(model)
        case "sentry.apitoken": try APITokenRule(model)
        case "sentry.apikey": try APIKeyRule(model)
        case "sentry.apiauthorization": try APIAuthorizationRule(model)
        case "sentry.orgauthtoken": try OrgAuthTokenRule(model)
        case "sentry.sentryappinstallation": try SentryAppInstallationRule(model)
        case "sentry.querysubscription": try QuerySubscriptionRule(model)
        case "sentry.savedsearch": try SavedSearchRule(model)
        case "sentry.notificationaction": try NotificationActionRule(model)
        case "workflow_engine.datasource": try DataSourceRule(model)
        case "sentry.notificationactionproject": try NotificationActionProjectRule(model)
        default: try columnRule(model) ?? GenericRule(model: model)
        }
    }

    /// The rule of a model of which saving only changes some columns.
    private static func columnRule(_ model: Model) throws(CatalogueGap) -> (any ModelRule)? {
        switch model.name {
        case "sentry.incident": try ColumnRule(model, ["detection_uuid": .uuid4UnlessNull])
        case "sentry.incidentactivity": try ColumnRule(model, ["notification_uuid": .uuid4UnlessNull])
        case "sentry.incidenttrigger": try ColumnRule(model, ["date_modified": .now])
        case "sentry.sentryapp": try ColumnRule(model, ["date_updated": .now])
        case "sentry.servicehook": try ColumnRule(model, ["guid": .hexWhenNull])
        case "sentry.recentsearch":
            try ColumnRule(model, ["query_hash": .digestWhenEmpty(of: model.requireColumn("query"))])
        default: nil
        }
    }
}
