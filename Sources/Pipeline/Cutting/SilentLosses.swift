import Catalogue

/// What Sentry's own import would lose of a file without a word, and this one imports.
struct SilentLosses {
    /// Projects with a key, and those of them with several.
    private var projects: Set<Int64> = []
    private var withSeveralKeys: Set<Int64> = []
    private var isComplete = true

    /// Projects that are remembered.
    private static let limit = 1 << 16

    /// Looks at the current row: a project's key, which is imported.
    mutating func add(_ walk: FileWalk) {
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
        return out
    }
}
