/// What a verification has found, by model: how an import's source rows stand in the destination.
public struct VerificationCounts: Sendable, Equatable {
    public struct Counts: Sendable, Equatable {
        /// The row is there as the file has it.
        public var equal = 0
        /// The row is there, and differs as a rule allows: rule → rows.
        public var changed: [String: Int] = [:]
        /// The row is there, and differs as no rule allows.
        public var different = 0
        /// The row was imported and is gone, or it was not imported although nothing speaks against it.
        public var missing = 0
        /// The import took a row for it that was there before: its values are not the file's.
        public var matched = 0
        /// The verification has written the row because it was missing; it counts as what it is now, too.
        public var repaired = 0
        /// What derives from the model's rows (slugs, implicit and mirror rows) and a repair could not write.
        public var unwritten = 0

        public init() {}

        public var changedTotal: Int { changed.values.reduce(0) { $0.saturatedAdding($1) } }
    }

    /// Model name → counts.
    public private(set) var models: [String: Counts] = [:]

    public init() {}

    /// What ``counters`` gives; other counters are left out.
    public init(counters: [String: Int]) {
        for (counter, rows) in counters {
            let parts = counter.split(separator: "|", maxSplits: 3).map(String.init)
            guard parts.count > 2, parts[1] == Self.mark else { continue }
            var counts = models[parts[0]] ?? Counts()
            switch (parts[2], parts.count) {
            case ("equal", 3): counts.equal.addSaturated(rows)
            case ("different", 3): counts.different.addSaturated(rows)
            case ("missing", 3): counts.missing.addSaturated(rows)
            case ("matched", 3): counts.matched.addSaturated(rows)
            case ("repaired", 3): counts.repaired.addSaturated(rows)
            case ("unwritten", 3): counts.unwritten.addSaturated(rows)
            case ("changed", 4): counts.changed[parts[3], default: 0].addSaturated(rows)
            default: continue
            }
            models[parts[0]] = counts
        }
    }

    /// Flat counters: `model|verified|equal`, `model|verified|changed|rule`, … → rows.
    public var counters: [String: Int] {
        var out: [String: Int] = [:]
        for (model, counts) in models {
            let plain = [
                "equal": counts.equal, "different": counts.different, "missing": counts.missing,
                "matched": counts.matched, "repaired": counts.repaired, "unwritten": counts.unwritten,
            ]
            for (name, rows) in plain where rows > 0 { out["\(model)|\(Self.mark)|\(name)"] = rows }
            for (rule, rows) in counts.changed { out["\(model)|\(Self.mark)|changed|\(rule)"] = rows }
        }
        return out
    }

    private static let mark = "verified"

    public mutating func count(_ model: String, _ add: (inout Counts) -> Void) {
        add(&models[model, default: Counts()])
    }

    public mutating func add(_ other: VerificationCounts) {
        for (model, counts) in other.models {
            count(model) { sum in
                sum.equal.addSaturated(counts.equal)
                sum.different.addSaturated(counts.different)
                sum.missing.addSaturated(counts.missing)
                sum.matched.addSaturated(counts.matched)
                sum.repaired.addSaturated(counts.repaired)
                sum.unwritten.addSaturated(counts.unwritten)
                sum.changed.merge(counts.changed) { $0.saturatedAdding($1) }
            }
        }
    }

    /// All models together.
    public var totals: Counts {
        var sum = VerificationCounts()
        for counts in models.values {
            var one = VerificationCounts()
            one.models[""] = counts
            sum.add(one)
        }
        return sum.models[""] ?? Counts()
    }

    /// Whether every row is there, and differs at most as rules allow.
    public var isSound: Bool {
        models.values.allSatisfy { $0.missing == 0 && $0.different == 0 && $0.unwritten == 0 }
    }
}
