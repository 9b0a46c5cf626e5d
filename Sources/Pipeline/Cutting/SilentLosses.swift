import Catalogue
import ExportFormat

/// What Sentry's own import would lose of a file without a word, and this one imports.
struct SilentLosses {
    /// Projects with a key, and those of them with several.
    private var projects: Set<Int64> = []
    private var withSeveralKeys: Set<Int64> = []
    private var isComplete = true
    private var companions = Companions()
    /// Rules that the destination will not run, in file order.
    private var idleRules: [IdleRule] = []
    private var moreIdleRules = 0

    /// Models of which rows are looked at.
    static let models = Companions.installations.union(Companions.kinds.keys).union(IdleRule.models)
        .union(["sentry.projectkey"])
    private static let namedRules = 10_000

    /// Projects that are remembered.
    private static let limit = 1 << 16

    /// Looks at the current row, which is imported.
    mutating func add(_ walk: FileWalk, _ model: String) {
        if model == "sentry.projectkey" { return addKey(walk) }
        if IdleRule.models.contains(model) { return addRule(walk, model) }
        companions.add(walk, model)
    }

    private mutating func addRule(_ walk: FileWalk, _ model: String) {
        guard walk.catalogue.version >= SentryVersion.workflows else { return }
        guard idleRules.count < Self.namedRules else {
            moreIdleRules += 1
            return
        }
        // A row that cannot be read is a fault that is told elsewhere.
        let name = (try? walk.value(IdleRule.nameField(of: model)))?.text.map(ShownName.safe) ?? ""
        idleRules.append(
            IdleRule(model: model, sourcePK: walk.readableKey, ordinal: walk.rowsSoFar(of: model), name: name))
    }

    private mutating func addKey(_ walk: FileWalk) {
        // A row that cannot be read is a fault that is told elsewhere.
        guard let project = (try? walk.value("project"))?.integer else { return }
        if projects.contains(project) {
            withSeveralKeys.insert(project)
        } else if projects.count < Self.limit {
            projects.insert(project)
        } else {
            isComplete = false
        }
    }

    func texts(_ walk: FileWalk) -> [String] {
        var out: [String] = []
        if !withSeveralKeys.isEmpty {
            let count = withSeveralKeys.count
            let projects = count == 1 ? "1 project has" : "\(count) projects have"
            out.append(
                "\(isComplete ? "" : "at least ")\(projects) several keys: Sentry's own import keeps the last one only")
        }
        for model in walk.models where model.disposition == .queued && model.runs > 1 {
            out.append(
                "rows of \(model.name) stand in \(model.runs) places: Sentry's own import takes those of the first only"
            )
        }
        let order = walk.adapter == nil ? nil : ImportOrder(walk.models, walk.catalogue)
        for model in walk.models where order?.round(of: model.name) ?? 0 > 0 {
            out.append(
                "rows of \(model.name) stand before rows that they refer to: Sentry's own import drops those that do")
        }
        return out + companions.texts + idleRules.map(\.words)
            + (moreIdleRules > 0 ? ["\(moreIdleRules) further rules"] : [])
    }
}
