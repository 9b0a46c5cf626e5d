import Catalogue
import ExportFormat

/// Metric alerts. The numbers are those of Sentry's migrations.
enum AlertAdaptations {
    static let all: [Adaptation] = [
        // 0286
        Adaptation("alertrule", "organization becomes that of its project", before: SentryVersion(22, 5)) { row in
            guard let query = row.integer("snuba_query"), let own = row.integer("organization") else { return }
            guard let project = row.known(row.context.subscriptions[query]?.first?.project),
                let organization = row.known(row.context.projects[project]), organization != own
            else { return }
            row["organization"] = .integer(organization)
        },
        // 0287. Sentry also makes an environment of that name where the organization has none; the old one stays here.
        Adaptation(
            "snubaquery", "environment becomes its namesake of the right organization", before: SentryVersion(22, 5)
        ) {
            row in
            guard let key = row.key, let own = row.integer("environment") else { return }
            guard row.context.isComplete else { return row.miss() }
            guard let environment = row.context.environments[own],
                let project = row.context.subscriptions[key]?.first?.project,
                let organization = row.context.projects[project], organization != environment.organization,
                let right = row.context.environmentKeys[.init(organization: organization, text: environment.text)]
            else { return }
            row["environment"] = .integer(right)
        },
        // 0297
        Adaptation(
            "alertrule", "owner outside the organization is dropped", before: SentryVersion(22, 8), readsOldField: true
        ) { row in
            guard let owner = row.integer("owner"), let organization = row.integer("organization"),
                let actor = row.known(row.context.actors[owner]), !isInside(actor, organization, row.context)
            else { return }
            row["owner"] = .null
            row.move("owner")
        },
        // 0302
        Adaptation("snubaquery", "type is filled in by the dataset", before: SentryVersion(22, 8)) { row in
            guard row.isNull("type"), let type = queryTypes[row.text("dataset") ?? ""] else { return }
            row["type"] = .integer(type)
        },
        // 0657
        Adaptation("alertruletriggeraction", "status is 0", before: SentryVersion(24, 3)) {
            if !$0.has("status") { $0.note() }
        },
        // 0651
        Adaptation("alertrule", "monitor_type is 0 (continuous)", before: SentryVersion(24, 3)) {
            if !$0.has("monitor_type") { $0.note() }
        },
        // 0687, 0702
        Adaptation(
            "alertruleprojects", "another project than that of the rule's last subscription is left out",
            before: SentryVersion(24, 4), ifUnsure: .leave
        ) { row in
            guard let rule = row.integer("alert_rule"), let project = row.integer("project") else { return }
            if let last = row.known(lastProject(of: rule, &row.context)), last != project { row.leaveOut() }
        },
        // 0701
        Adaptation("alertrule", "owner becomes user_id or team", readsOldField: true) { row in
            guard let owner = row.integer("owner"), row.isNull("user_id") || row.isNull("team") else { return }
            switch row.context.actors[owner] {
            case .user(let user)?: row["user_id"] = .integer(user)
            case .team(let team)?: row["team"] = .integer(team)
            case .nobody?: return
            case nil: return row.miss()
            }
            row.move("owner")
        },
        ownerOfNobody("alertrule", unless: ["user_id", "team"]),
        // 0730
        Adaptation(
            "incident", "subscription is filled in with the only one of its alert rule", before: SentryVersion(24, 6)
        ) { row in
            guard !row.has("subscription"), let rule = row.integer("alert_rule"),
                let query = row.known(row.context.alertQueries[rule])
            else { return }
            if let only = row.context.taken(of: query).only { row["subscription"] = .integer(only) }
        },
        // 0742
        Adaptation("alertrule", "detection_type is filled in", before: SentryVersion(24, 8)) { row in
            guard !row.has("detection_type") else { return }
            let isPercent = row.integer("comparison_delta").map { $0 != 0 } ?? false
            row["detection_type"] = .text(isPercent ? "percent" : "static")
        },
    ]

    /// An old owner without anybody behind it: no actor of the file, or one that is neither a user nor a team.
    ///
    /// - Parameter owners: fields of which one has replaced the old owner already
    static func ownerOfNobody(_ model: String, unless owners: [String]) -> Adaptation {
        Adaptation(model, "owner names no user and no team, left out", readsOldField: true) { row in
            guard !row.isNull("owner"), !row.hasMoved("owner"), owners.allSatisfy(row.isNull) else { return }
            let actor: FileContext.Actor? = row.integer("owner").map { row.context.actors[$0] } ?? .nobody
            if actor == .nobody || actor == nil && row.context.isComplete { row.move("owner") }
        }
    }

    /// Dataset → error, performance, crash rate.
    private static let queryTypes: [String: Int64] = [
        "events": 0, "transactions": 1, "discover": 1, "generic_metrics": 1, "sessions": 2, "metrics": 2,
    ]

    private static func isInside(_ actor: FileContext.Actor, _ organization: Int64, _ context: FileContext) -> Bool {
        switch actor {
        case .user(let user): context.members.contains(.init(left: organization, right: user))
        case .team(let team): context.teams[team] == organization
        case .nobody: true
        }
    }

    private static func lastProject(of rule: Int64, _ context: inout FileContext) -> Int64? {
        guard let query = context.alertQueries[rule] else { return nil }
        return context.taken(of: query).lastProject
    }

    /// 0687, 0702: the last subscription decides, although a rule may have several.
    static let projects = RowMaker(
        model: "sentry.alertruleprojects", words: "made from the rule's last query subscription",
        before: SentryVersion(24, 4)
    ) { context, isSure in
        // A rule that has projects may be of a newer version, where it may have several.
        var context = context
        let known = isSure ? [] : Set(context.alertProjects.map(\.left))
        return context.alertQueries.keys.sorted().compactMap { rule in
            guard !known.contains(rule), let project = lastProject(of: rule, &context),
                !context.alertProjects.contains(.init(left: rule, right: project))
            else { return nil }
            return ["alert_rule": .integer(rule), "project": .integer(project)]
        }
    }

    static let collectors: [Collector] = [
        Collector("actor", before: nil) { row in
            guard let key = row.key else { return }
            row.context.actors[key] =
                row.integer("user_id").map(FileContext.Actor.user) ?? row.integer("team").map(FileContext.Actor.team)
                ?? .nobody
        },
        Collector("querysubscription", before: SentryVersion(24, 6)) { row in
            guard let key = row.key, let query = row.integer("snuba_query"), let project = row.integer("project") else {
                return
            }
            row.context.add(.init(key: key, project: project), of: query)
        },
        Collector("alertrule", before: SentryVersion(24, 6)) { row in
            guard let key = row.key, let query = row.integer("snuba_query") else { return }
            row.context.alertQueries[key] = query
        },
        Collector("alertruleprojects", before: SentryVersion(24, 4)) { row in
            guard let rule = row.integer("alert_rule"), let project = row.integer("project") else { return }
            row.context.alertProjects.insert(.init(left: rule, right: project))
        },
        Collector("organizationmember", before: SentryVersion(22, 8)) { row in
            guard let organization = row.integer("organization"), let user = row.integer("user_id") else { return }
            row.context.members.insert(.init(left: organization, right: user))
        },
        Collector("team", before: SentryVersion(22, 8)) { row in
            guard let key = row.key, let organization = row.integer("organization") else { return }
            row.context.teams[key] = organization
        },
        Collector("environment", before: SentryVersion(22, 5)) { row in
            guard let key = row.key, let organization = row.integer("organization_id"), let name = row.text("name")
            else {
                return
            }
            let environment = FileContext.OrganizationText(organization: organization, text: name)
            row.context.environments[key] = environment
            row.context.environmentKeys[environment] = key
        },
        Collector("project", before: SentryVersion(24, 6)) { row in
            guard let key = row.key, let organization = row.integer("organization") else { return }
            row.context.projects[key] = organization
        },
    ]
}
