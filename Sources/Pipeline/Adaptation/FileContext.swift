import Catalogue
import ExportFormat

/// What rows say that rows of other models need: collected while a file is read, complete once it has been read.
// Many properties: one per thing that is remembered, each empty in files that do not need it.
package struct FileContext: Sendable, Equatable {
    /// Whether the whole file has been read: what is missing then is not in the file.
    var isComplete = false
    /// The organizations that a filter accepts; nil without such a filter.
    var accepted: Set<Int64>?

    /// Model → digest of a natural key → primary key.
    var naturalKeys: [String: [UInt64: Int64]] = [:]
    /// Model → its highest primary key.
    var highestKeys: [String: Int64] = [:]

    var actors: [Int64: Actor] = [:]
    /// Project → organization.
    var projects: [Int64: Int64] = [:]
    /// Team → organization.
    var teams: [Int64: Int64] = [:]
    /// Members who are users.
    var members: Set<Pair> = []
    var users: [Int64: User] = [:]
    /// Environment → its organization and name, and the other way round.
    var environments: [Int64: OrganizationText] = [:]
    var environmentKeys: [OrganizationText: Int64] = [:]
    var organizations: Set<Int64> = []
    /// Lower-case slugs of organizations, and the organizations that have each.
    var slugs: [String: [Int64]] = [:]

    /// Snuba query → its subscriptions, in file order.
    private(set) var subscriptions: [Int64: [Subscription]] = [:]
    /// Snuba query → those of them that the import takes, as far as they have been asked for.
    private var taken: [Int64: Taken] = [:]
    /// Alert rule → snuba query.
    var alertQueries: [Int64: Int64] = [:]
    /// Existing pairs of alert rule and project.
    var alertProjects: Set<Pair> = []

    var pins: [Pin] = []
    /// Organization and user → positions that have a view.
    var views: [Pair: Set<Int64>] = [:]

    /// Project → whether its ownership falls through to everybody.
    var ownershipFallthrough: [Int64: Bool] = [:]
    /// Project and actions → rules, in file order.
    var rules: [Pair: [RuleShape]] = [:]
    /// Rules whose status changes, with the new one: known once all rules are.
    private(set) var ruleStatus: [Int64: Int64] = [:]
    /// Organization and slug → monitors.
    var monitors: [OrganizationText: [Int64]] = [:]
    /// The same for monitors without a valid slug, by the one that they get.
    var mendedMonitors: [OrganizationText: [MendedMonitor]] = [:]
    /// Alert rules of monitors that wait for their deletion: known once all monitors are.
    private(set) var doomedRules: Set<Int64> = []
    /// Widget → whether it shows a world map.
    var worldMaps: [Int64: Bool] = [:]

    /// The user or the team behind an owner.
    enum Actor: Sendable, Equatable {
        case user(Int64)
        case team(Int64)
        case nobody
    }

    struct Pair: Sendable, Hashable {
        let left: Int64
        let right: Int64
    }

    struct OrganizationText: Sendable, Hashable {
        let organization: Int64
        let text: String
    }

    struct User: Sendable, Equatable {
        let email: String
        let isActive: Bool
    }

    struct Subscription: Sendable, Equatable {
        let key: Int64
        let project: Int64
    }

    struct MendedMonitor: Sendable, Equatable {
        let key: Int64
        let rule: Int64?
    }

    /// The subscriptions of a query that the import takes.
    struct Taken: Sendable, Equatable {
        /// The key of the only one; nil if there are none or several.
        let only: Int64?
        /// The project of the last one.
        let lastProject: Int64?
    }

    /// A search that a member has pinned.
    struct Pin: Sendable, Equatable {
        let organization: Int64
        let user: Int64
        let query: FieldValue
        let sort: FieldValue
    }

    /// Called once the whole file has been read.
    ///
    /// - Parameter accepted: see ``accepted``
    mutating func complete(accepted: Set<Int64>?) {
        isComplete = true
        self.accepted = accepted
        taken = [:]
        for (slug, mended) in mendedMonitors {
            for monitor in mended where isTaken(slug, from: monitor.key) {
                if let rule = monitor.rule { doomedRules.insert(rule) }
            }
        }
        for rules in rules.values { ruleStatus.merge(RuleShape.statuses(rules)) { _, last in last } }
    }

    /// Whether a monitor cannot get a slug: another one has it, or gets it before.
    func isTaken(_ slug: OrganizationText, from key: Int64) -> Bool {
        monitors[slug] != nil || mendedMonitors[slug]?.contains { $0.key < key } ?? false
    }

    /// The key for a reference that has none: no row has it.
    static let nobody = Int64.min

    /// Whether the import takes an organization's rows.
    func accepts(organization: Int64) -> Bool { accepted?.contains(organization) ?? true }

    mutating func add(_ subscription: Subscription, of query: Int64) {
        subscriptions[query, default: []].append(subscription)
        taken[query] = nil
    }

    /// What the import takes of a query's subscriptions: those of projects that it takes.
    mutating func taken(of query: Int64) -> Taken {
        if let known = taken[query] { return known }
        let all = (subscriptions[query] ?? []).filter { subscription in
            projects[subscription.project].map(accepts(organization:)) ?? false
        }
        let found = Taken(only: all.count == 1 ? all[0].key : nil, lastProject: all.last?.project)
        taken[query] = found
        return found
    }
}
