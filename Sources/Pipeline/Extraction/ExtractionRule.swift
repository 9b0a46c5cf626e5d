import Catalogue

/// What an export asks of a model's rows beyond their references. A Global export asks nothing of it.
enum ExtractionRule {
    case nothing
    /// A column holds none of these texts.
    case without(column: String, texts: Set<String>)
    /// The address is one of an exported user's.
    case addressOfUser
    /// An exported row leads here through a row of another model, which itself comes later.
    case referred([Path])

    /// `model.column` holds the key, if `model.owner` is an exported row of `ownerModel`.
    struct Path {
        let model: String
        let column: String
        let owner: String
        let ownerModel: String
        /// Rows that do not count.
        var ignoring: (column: String, number: Int64)?
    }

    static func of(_ model: Model) -> ExtractionRule { table[model.name] ?? .nothing }

    /// The models whose exported keys the rule asks for.
    var owners: Set<String> {
        switch self {
        case .nothing, .without: []
        case .addressOfUser: ["sentry.user"]
        case .referred(let paths): Set(paths.map(\.ownerModel))
        }
    }

    /// Options that each installation has of its own.
    private static let ownOptions = ExtractionRule.without(
        column: "key",
        texts: [
            "sentry:install-id", "sentry:latest_version", "sentry:last_worker_ping", "sentry:last_worker_version",
        ])

    /// An alert rule that was kept as it was before a change.
    private static let snapshotStatus: Int64 = 4

    private static let table: [String: ExtractionRule] = [
        "sentry.option": ownOptions,
        "sentry.controloption": ownOptions,
        "sentry.email": .addressOfUser,
        "sentry.snubaquery": .referred([
            Path(
                model: "sentry.alertrule", column: "snuba_query_id", owner: "organization_id",
                ownerModel: "sentry.organization", ignoring: ("status", snapshotStatus)),
            Path(
                model: "sentry.querysubscription", column: "snuba_query_id", owner: "project_id",
                ownerModel: "sentry.project"),
        ]),
        "sentry.timeseriessnapshot": .referred([
            Path(
                model: "sentry.incidentsnapshot", column: "event_stats_snapshot_id", owner: "incident_id",
                ownerModel: "sentry.incident")
        ]),
    ]
}
