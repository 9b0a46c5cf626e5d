import Catalogue
import Import
import Ledger

/// Sums up what a plan's tasks have done.
struct PlanAccount {
    private var plan = ImportPlan()
    /// Row → its place among the listed renames: a row that is renamed twice keeps its first name.
    private var places: [String: Int] = [:]
    private var digests: [String: UInt64] = [:]

    mutating func add(_ outcome: ChunkOutcome) {
        plan.add(outcome.account)
        for row in outcome.drops {
            mix(row.model, UInt64(bitPattern: row.ordinal), Self.hash(row.reason.text))
        }
        for row in outcome.renames { add(row) }
        for rule in outcome.idleRules { plan.add(rule) }
    }

    private mutating func add(_ row: RenamedRow) {
        mix(row.model, Self.hash(row.from), Self.hash(row.to))
        if let place = places[row.subject] {
            plan.rename(at: place, to: row.to)
            return
        }
        if plan.renamed.count < ImportPlan.listed { places[row.subject] = plan.renamed.count }
        plan.add(row)
    }

    /// - Parameter map: what became of the rows that are not dropped
    func plan(of map: PrimaryKeyMap, _ overlays: Overlays, _ catalogue: Catalogue) -> ImportPlan {
        var whole = self
        for model in catalogue.models {
            map.entries(of: model.name).forEach { sourcePK, entry in
                // New ids are the plan's own.
                let id = overlays.isFresh(entry.newPK, of: model) ? 0 : entry.newPK
                whole.mix(model.name, UInt64(bitPattern: sourcePK), UInt64(bitPattern: id) ^ entry.kind.mark)
            }
        }
        var plan = whole.plan
        for (model, digest) in whole.digests { plan.models[model, default: .init()].digest = String(digest, radix: 16) }
        plan.tables = overlays.insertedRows
        return plan
    }

    private mutating func mix(_ model: String, _ one: UInt64, _ other: UInt64) {
        digests[model] = StableHash.mix(digests[model] ?? 0, StableHash.mix(one, other))
    }

    private static func hash(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { StableHash.of($0) }
    }
}

extension MappingKind {
    fileprivate var mark: UInt64 {
        switch self {
        case .inserted: 1 << 61
        case .existing: 1 << 62
        case .overwritten: 1 << 63
        }
    }
}
