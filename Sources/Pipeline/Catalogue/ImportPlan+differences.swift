extension ImportPlan {
    /// What becomes of rows otherwise than this plan says, in words; empty if it still holds. How long the import takes, and
    /// how much room there is, are no part of it.
    ///
    /// - Parameter now: the same import, planned anew
    public func differences(from now: ImportPlan) -> [String] {
        learnedDifferences(now)
            + Set(models.keys).union(now.models.keys).sorted().flatMap { model in
                Self.differences(model, models[model] ?? Counts(), now.models[model] ?? Counts())
            } + renameDifferences(now) + collisionDifferences(now) + failureDifferences(now)
    }

    /// What the ledger remembers of a learned model is its text.
    private func learnedDifferences(_ now: ImportPlan) -> [String] {
        func texts(_ plan: ImportPlan) -> [String: String] {
            Dictionary(plan.learned.map { ($0.model, $0.text) }, uniquingKeysWith: { first, _ in first })
        }
        let (before, after) = (texts(self), texts(now))
        return Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }.map {
            "\($0) is learned otherwise: its table, or what it refers to, is not as planned"
        }
    }

    private static func differences(_ model: String, _ plan: Counts, _ now: Counts) -> [String] {
        let pairs = [
            ("inserted", plan.inserted, now.inserted), ("existing", plan.existing, now.existing),
            ("overwritten", plan.overwritten, now.overwritten), ("renamed", plan.renamed, now.renamed),
            ("dropped", plan.droppedTotal, now.droppedTotal),
        ]
        let changed = pairs.filter { $0.1 != $0.2 }.map { "\(model): \($0.2) \($0.0) instead of \($0.1)" }
        guard changed.isEmpty, plan.digest != now.digest else { return changed }
        return ["\(model): other rows are matched, renamed or dropped"]
    }

    /// Renames that are listed on one side only. If a list is not whole, the digests tell.
    private func renameDifferences(_ now: ImportPlan) -> [String] {
        let (before, after) = (Set(renamed), Set(now.renamed))
        guard renamed.count == renamedTotal, now.renamed.count == now.renamedTotal else { return [] }
        return now.renamed.filter { !before.contains($0) }.map { "\($0.words) now" }
            + renamed.filter { !after.contains($0) }.map { "\($0.words) no more" }
    }

    private func collisionDifferences(_ now: ImportPlan) -> [String] {
        let (before, after) = (Set(collisions), Set(now.collisions))
        guard collisions.count == collisionsTotal, now.collisions.count == now.collisionsTotal else { return [] }
        return now.collisions.filter { !before.contains($0) }.map { "\($0.words) now" }
            + collisions.filter { !after.contains($0) }.map { "\($0.words) no more" }
    }

    private func failureDifferences(_ now: ImportPlan) -> [String] {
        switch (finding, now.finding) {
        case (nil, .some): ["the import would fail now"]
        case (.some, nil): ["the import would not fail now"]
        default: []
        }
    }
}

extension ImportPlan.Rename {
    /// `sentry.user 5 is renamed: bob → bob-x1`
    public var words: String { "\(model)\(sourcePK.map { " \($0)" } ?? "") is renamed: \(from) → \(to)" }
}

extension ImportPlan.Collision {
    /// `sentry.user 5 "bob" is merged with row 7`
    public var words: String {
        let who = "\(model)\(sourcePK.map { " \($0)" } ?? "") \"\(name)\""
        let holder = id.map { "row \($0)" } ?? "a reserved name, or another row of the file"
        guard let newName else { return "\(who) is merged with \(holder)" }
        return "\(who) collides with \(holder) and becomes \"\(newName)\""
    }
}
