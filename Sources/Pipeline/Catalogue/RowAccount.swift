/// Why a source row was not written. Every row ends as inserted, existing, overwritten or dropped for one of these.
public enum DropReason: Sendable, Hashable {
    /// The model is known to Sentry but never relocated.
    case excludedModel
    case unknownModel
    /// A model that old exports carry and that no longer exists.
    case deletedModel
    /// The model, or this row of it, belongs to another scope than the import's.
    case outOfScope
    /// A user or organization filter left it out.
    case filtered
    /// An upgrade of Sentry deletes such a row of an older version.
    case obsolete
    /// A reference to a row that was not imported: the column's field and the model pointed at.
    case missingReference(field: String, model: String)
    /// The row has no primary key.
    case missingPrimaryKey
    /// It belongs to a user that was merged into an existing one; the existing user keeps its own row.
    case merged
    /// The destination already holds its equivalent.
    case superseded
    /// The destination takes no row without a value in this column.
    case lacksValue(column: String)
    /// An operator skipped it, or its chunk.
    case skippedByOperator
    /// A verification has not found it in the destination.
    case missing
    /// An event that was not saved, in the words of events.
    case event(String)

    /// Stable text for JSON and counters: `missingReference:user->sentry.user`.
    public var text: String {
        switch self {
        case .excludedModel: "excludedModel"
        case .unknownModel: "unknownModel"
        case .deletedModel: "deletedModel"
        case .outOfScope: "outOfScope"
        case .filtered: "filtered"
        case .obsolete: "obsolete"
        case .missingReference(let field, let model): "missingReference:\(field)->\(model)"
        case .missingPrimaryKey: "missingPrimaryKey"
        case .merged: "merged"
        case .superseded: "superseded"
        case .lacksValue(let column): "lacksValue:\(column)"
        case .skippedByOperator: "skippedByOperator"
        case .missing: "missing"
        case .event(let words): words
        }
    }

    /// Texts that older versions have written, and what they are now.
    static let formerTexts = ["skipped": DropReason.skippedByOperator.text]
}

/// What happened to the rows of some models. For each: source = inserted + existing + overwritten + dropped.
///
/// Counters come from Redis and may hold any number: sums stop at the largest integer instead of trapping.
public struct RowAccount: Sendable, Equatable {
    public struct Counts: Sendable, Equatable {
        public var inserted = 0
        public var existing = 0
        public var overwritten = 0
        /// Reason text → rows.
        public var dropped: [String: Int] = [:]
        /// What happened to written rows because the destination is another version → rows; no part of the total.
        public var adapted: [String: Int] = [:]

        public init() {}

        public var droppedTotal: Int { dropped.values.reduce(0) { $0.saturatedAdding($1) } }
        public var total: Int {
            inserted.saturatedAdding(existing).saturatedAdding(overwritten).saturatedAdding(droppedTotal)
        }
    }

    /// Model name → counts.
    public private(set) var models: [String: Counts] = [:]

    public init() {}

    public mutating func inserted(_ rows: Int = 1, model: String) {
        models[model, default: Counts()].inserted.addSaturated(rows)
    }
    public mutating func existing(_ rows: Int = 1, model: String) {
        models[model, default: Counts()].existing.addSaturated(rows)
    }
    public mutating func overwritten(_ rows: Int = 1, model: String) {
        models[model, default: Counts()].overwritten.addSaturated(rows)
    }
    public mutating func dropped(_ rows: Int = 1, model: String, _ reason: DropReason) {
        models[model, default: Counts()].dropped[reason.text, default: 0].addSaturated(rows)
    }

    public mutating func adapted(_ rows: Int = 1, model: String, _ what: String) {
        models[model, default: Counts()].adapted[what, default: 0].addSaturated(rows)
    }

    public mutating func add(_ other: RowAccount) {
        for (counter, count) in other.counters { add(counter: counter, count) }
    }

    /// Flat counters: `model|inserted`, `model|existing`, `model|overwritten`, `model|dropped|reason`,
    /// `model|adapted|what` → rows.
    public var counters: [String: Int] {
        var out: [String: Int] = [:]
        for (model, counts) in models {
            if counts.inserted > 0 { out["\(model)|inserted"] = counts.inserted }
            if counts.existing > 0 { out["\(model)|existing"] = counts.existing }
            if counts.overwritten > 0 { out["\(model)|overwritten"] = counts.overwritten }
            for (reason, rows) in counts.dropped { out["\(model)|dropped|\(reason)"] = rows }
            for (what, rows) in counts.adapted { out["\(model)|adapted|\(what)"] = rows }
        }
        return out
    }

    public init(counters: [String: Int]) {
        for (counter, count) in counters { add(counter: counter, count) }
    }

    private mutating func add(counter: String, _ count: Int) {
        let parts = counter.split(separator: "|", maxSplits: 2).map(String.init)
        guard parts.count >= 2 else { return }
        switch (parts[1], parts.count) {
        case ("inserted", 2): models[parts[0], default: Counts()].inserted.addSaturated(count)
        case ("existing", 2): models[parts[0], default: Counts()].existing.addSaturated(count)
        case ("overwritten", 2): models[parts[0], default: Counts()].overwritten.addSaturated(count)
        case ("dropped", 3):
            let reason = DropReason.formerTexts[parts[2]] ?? parts[2]
            models[parts[0], default: Counts()].dropped[reason, default: 0].addSaturated(count)
        case ("adapted", 3): models[parts[0], default: Counts()].adapted[parts[2], default: 0].addSaturated(count)
        default: break
        }
    }

    /// All models together.
    public var totals: Counts {
        models.values.reduce(into: Counts()) { sum, counts in
            sum.inserted.addSaturated(counts.inserted)
            sum.existing.addSaturated(counts.existing)
            sum.overwritten.addSaturated(counts.overwritten)
            sum.adapted.merge(counts.adapted, uniquingKeysWith: { $0.saturatedAdding($1) })
            sum.dropped.merge(counts.dropped, uniquingKeysWith: { $0.saturatedAdding($1) })
        }
    }
}
