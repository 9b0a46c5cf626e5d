import Catalogue

/// The rule of each model, made once.
enum Rules {
    static func rule(for model: Model) -> any ModelRule { rules[model.index] }

    private static let rules: [any ModelRule] = Catalogue.standard.models.map(make)

    private static func make(_ model: Model) -> any ModelRule {
        switch model.name {
        case "sentry.user": UserRule(model)
        case "sentry.email": EmailRule(model)
        case "sentry.useremail": UserEmailRule(model)
        case "sentry.useroption": UserOptionRule(model)
        case "sentry.userip": UserIPRule(model)
        case "sentry.option", "sentry.controloption", "sentry.relay", "sentry.relayusage", "sentry.userrole",
            "sentry.userpermission":
            ConfigRule(model)
        case "sentry.organization": OrganizationRule(model)
        case "sentry.organizationmember": OrganizationMemberRule(model)
        case "sentry.team": OwnedSlugRule(model, owner: "organization_id", length: Slug.teamLength)
        case "sentry.project": ProjectRule(model)
        case "sentry.projectkey": ProjectKeyRule(model)
        case "sentry.projectoption": ProjectOptionRule(model)
        case "sentry.monitor": MonitorRule(model)
        case "sentry.apitoken": APITokenRule(model)
        case "sentry.apikey": APIKeyRule(model)
        case "sentry.apiauthorization": APIAuthorizationRule(model)
        case "sentry.orgauthtoken": OrgAuthTokenRule(model)
        case "sentry.sentryappinstallation": SentryAppInstallationRule(model)
        case "sentry.querysubscription": QuerySubscriptionRule(model)
        case "sentry.savedsearch": SavedSearchRule(model)
        case "sentry.notificationaction": NotificationActionRule(model)
        case "sentry.notificationactionproject": NotificationActionProjectRule(model)
        default: columnRule(model) ?? GenericRule(model: model)
        }
    }

    /// Models of which saving only changes some columns.
    private static func columnRule(_ model: Model) -> (any ModelRule)? {
        switch model.name {
        case "sentry.incident": ColumnRule(model, ["detection_uuid": .uuid4UnlessNull])
        case "sentry.incidentactivity": ColumnRule(model, ["notification_uuid": .uuid4UnlessNull])
        case "sentry.incidenttrigger": ColumnRule(model, ["date_modified": .now])
        case "sentry.sentryapp": ColumnRule(model, ["date_updated": .now])
        case "sentry.servicehook": ColumnRule(model, ["guid": .hexWhenNull])
        case "sentry.recentsearch":
            ColumnRule(model, ["query_hash": .digestWhenEmpty(of: model.position("query"))])
        default: nil
        }
    }
}
