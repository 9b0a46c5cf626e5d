import Catalogue
import Storage

/// A table that mirrors a model's rows, usually in the other silo, as data: what each column is made from.
struct Replica: Sendable {
    enum Source: Sendable {
        /// The source row's id.
        case id
        case column(String)
        case literal(Value)
        case now
        case regionName
        /// A named bit of a column of flags.
        case bit(String, of: String)
        /// The lines of a text that are not empty; `""` for null.
        case lines(String)
        /// The scopes that a token or key grants, sorted: those of `scope_list`, or, if it is empty, the named bits of
        /// `scopes`.
        case scopes
        /// The same as a PostgreSQL array literal.
        case scopesLiteral
        /// A column of the row that a reference points at: (reference, model, column).
        case related(String, String, String)
        /// Whether a token's application is active; true if it has none.
        case applicationIsActive
        /// The lines of the application's allowed origins that are not empty; null for none.
        case applicationOrigins
        /// The organization of the app installation that holds the token.
        case installationOrganization
    }

    let model: String
    let table: String
    let silo: Silo
    /// The replica's column that holds the source row's id.
    let key: String
    let columns: [(name: String, source: Source)]
    /// The replica's column whose organization must exist; nil if none must.
    var requiredOrganization: String?
    /// For a table without an index on its key: a column that has one, and the model that it points at. What a relocation
    /// has mirrored is found by its rows of that model.
    var anchor: (column: String, model: String)?
}

extension Replica {
    /// In the order in which they are written: an organization's mapping before what refers to it.
    static let all: [Replica] = [
        organizationMapping, memberMapping, team, memberTeam, orgAuthToken, apiKey, apiToken, authProvider,
        authIdentity,
    ]

    private static let organizationFlags = [
        "require_2fa", "early_adopter", "allow_joinleave", "enhanced_privacy", "disable_shared_issues",
        "disable_new_visibility_features", "require_email_verification", "codecov_access",
        "disable_member_project_creation", "prevent_superuser_access", "disable_member_invite",
    ]

    private static let organizationMapping = Replica(
        model: "sentry.organization", table: "sentry_organizationmapping", silo: .control, key: "organization_id",
        columns: [
            ("organization_id", .id), ("slug", .column("slug")), ("name", .column("name")), ("date_created", .now),
            ("customer_id", .literal(.null)), ("verified", .literal(.bool(false))),
            ("idempotency_key", .literal(.text(""))), ("region_name", .regionName), ("status", .column("status")),
        ] + organizationFlags.map { ($0, .bit($0, of: "flags")) })

    private static let memberMapping = Replica(
        model: "sentry.organizationmember", table: "sentry_organizationmembermapping", silo: .control,
        key: "organizationmember_id",
        columns: [
            ("organizationmember_id", .id), ("organization_id", .column("organization_id")), ("date_added", .now),
            ("role", .column("role")), ("email", .column("email")), ("invite_status", .column("invite_status")),
            ("inviter_id", .column("inviter_id")), ("user_id", .column("user_id")),
        ], anchor: ("organization_id", "sentry.organization"))

    private static let team = Replica(
        model: "sentry.team", table: "sentry_teamreplica", silo: .control, key: "team_id",
        columns: [
            ("team_id", .id), ("organization_id", .column("organization_id")), ("slug", .column("slug")),
            ("name", .column("name")), ("status", .column("status")), ("date_added", .now),
            ("org_role", .literal(.null)),
        ], anchor: ("organization_id", "sentry.organization"))

    private static let memberTeam = Replica(
        model: "sentry.organizationmemberteam", table: "sentry_organizationmember_teamsreplica", silo: .control,
        key: "organizationmemberteam_id",
        columns: [
            ("organizationmemberteam_id", .id), ("team_id", .column("team_id")),
            ("organization_id", .related("team_id", "sentry.team", "organization_id")),
            ("organizationmember_id", .column("organizationmember_id")), ("is_active", .column("is_active")),
            ("role", .column("role")), ("date_added", .now),
        ], anchor: ("team_id", "sentry.team"))

    private static let orgAuthToken = Replica(
        model: "sentry.orgauthtoken", table: "hybridcloud_orgauthtokenreplica", silo: .region, key: "orgauthtoken_id",
        columns: [
            ("orgauthtoken_id", .id), ("token_hashed", .column("token_hashed")), ("name", .column("name")),
            ("scope_list", .column("scope_list")), ("created_by_id", .column("created_by_id")), ("date_added", .now),
            ("date_deactivated", .column("date_deactivated")), ("organization_id", .column("organization_id")),
        ], requiredOrganization: "organization_id", anchor: ("organization_id", "sentry.organization"))

    private static let apiKey = Replica(
        model: "sentry.apikey", table: "hybridcloud_apikeyreplica", silo: .region, key: "apikey_id",
        columns: [
            ("apikey_id", .id), ("label", .column("label")), ("key", .column("key")), ("status", .column("status")),
            ("date_added", .now), ("allowed_origins", .lines("allowed_origins")),
            ("organization_id", .column("organization_id")), ("scopes", .literal(.integer(0))),
            ("scope_list", .scopesLiteral),
        ], requiredOrganization: "organization_id", anchor: ("organization_id", "sentry.organization"))

    private static let apiToken = Replica(
        model: "sentry.apitoken", table: "hybridcloud_apitokenreplica", silo: .region, key: "apitoken_id",
        columns: [
            ("apitoken_id", .id), ("scopes", .literal(.integer(0))), ("scope_list", .scopes),
            ("application_id", .column("application_id")), ("application_is_active", .applicationIsActive),
            ("user_id", .column("user_id")), ("token", .column("token")), ("expires_at", .column("expires_at")),
            ("allowed_origins", .applicationOrigins), ("date_added", .now),
            ("organization_id", .installationOrganization), ("hashed_token", .column("hashed_token")),
        ])

    private static let authProvider = Replica(
        model: "sentry.authprovider", table: "sentry_authproviderreplica", silo: .region, key: "auth_provider_id",
        columns: [
            ("auth_provider_id", .id), ("provider", .column("provider")), ("config", .column("config")),
            ("default_role", .column("default_role")), ("default_global_access", .column("default_global_access")),
            ("date_added", .now), ("organization_id", .column("organization_id")),
            ("allow_unlinked", .bit("allow_unlinked", of: "flags")),
            ("scim_enabled", .bit("scim_enabled", of: "flags")),
        ], requiredOrganization: "organization_id")

    private static let authIdentity = Replica(
        model: "sentry.authidentity", table: "sentry_authidentityreplica", silo: .region, key: "auth_identity_id",
        columns: [
            ("auth_identity_id", .id), ("user_id", .column("user_id")),
            ("auth_provider_id", .column("auth_provider_id")), ("ident", .column("ident")),
            ("data", .column("data")), ("date_added", .now), ("last_verified", .column("last_verified")),
        ])
}
