import Catalogue
import ExportFormat

/// What Sentry's own import would lose of a file without a word, and this one imports.
struct SilentLosses {
    /// Projects with a key, and those of them with several.
    private var projects: Set<Int64> = []
    private var withSeveralKeys: Set<Int64> = []
    private var isComplete = true
    private var companions = Companions()
    /// Names of the rules that the destination will not run, in file order.
    private var idleRules: [String] = []
    private var moreIdleRules = 0

    /// Models of which rows are looked at.
    static let models = Companions.installations.union(Companions.kinds.keys).union(rules.keys)
        .union(["sentry.projectkey"])
    /// Rules that a version with workflows does not run, and what they are called.
    private static let rules = ["sentry.rule": "alert rule", "sentry.alertrule": "metric alert"]
    private static let namedRules = 10_000

    /// Projects that are remembered.
    private static let limit = 1 << 16

    /// Looks at the current row, which is imported.
    mutating func add(_ walk: FileWalk, _ model: String) {
        if model == "sentry.projectkey" { return addKey(walk) }
        if let words = Self.rules[model] { return addRule(walk, words) }
        companions.add(walk, model)
    }

    private mutating func addRule(_ walk: FileWalk, _ words: String) {
        guard walk.catalogue.version >= SentryVersion.workflows else { return }
        guard idleRules.count < Self.namedRules else {
            moreIdleRules += 1
            return
        }
        let name = ((try? walk.value(words == "alert rule" ? "label" : "name"))?.text).map(ShownName.safe) ?? ""
        let key = (try? walk.primaryKey())?.value.map { " (pk \($0))" } ?? ""
        idleRules.append(
            "the \(words) \"\(name)\"\(key) is written and not run: the destination has moved to workflows")
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
        return out + companions.texts + idleRules + (moreIdleRules > 0 ? ["\(moreIdleRules) further rules"] : [])
    }
}
