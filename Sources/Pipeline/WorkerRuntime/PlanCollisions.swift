import Catalogue
import Import
import Ledger
import Storage
import TextForms

/// Which users and organizations of a file have names that are taken, and by whom. Reads the databases as they are.
struct PlanCollisions {
    let turn: Turn
    let overlays: Overlays

    func tell(_ map: PrimaryKeyMap, _ plan: inout ImportPlan) throws(StorageError) {
        try tellMerged(map, &plan)
        try tellRenamed("sentry.user", "username", &plan)
        try tellRenamed("sentry.organization", "slug", &plan)
    }

    private var catalogue: Catalogue { turn.settings.destination.catalogue }

    private func tellMerged(_ map: PrimaryKeyMap, _ plan: inout ImportPlan) throws(StorageError) {
        guard let model = catalogue.model("sentry.user") else { return }
        var merged: [(sourcePK: Int64, id: Int64)] = []
        map.entries(of: model.name).forEach { sourcePK, entry in
            guard entry.kind == .existing, !overlays.isFresh(entry.newPK, of: model) else { return }
            merged.append((sourcePK, entry.newPK))
        }
        let listed = merged.prefix(ImportPlan.listed).map { Value.integer($0.id) }
        let rows = try turn.destination.database(of: model.silo).select(
            Select(["id", "username"], from: model.table, where: [.isIn("id", Array(Set(listed)))]))
        let names = Dictionary(rows.map { ($0[0], $0[1].text ?? "") }, uniquingKeysWith: { first, _ in first })
        for user in merged {
            plan.add(
                ImportPlan.Collision(
                    model: model.name, sourcePK: user.sourcePK, name: names[.integer(user.id)] ?? "", id: user.id,
                    newName: nil))
        }
    }

    private func tellRenamed(_ name: String, _ column: String, _ plan: inout ImportPlan) throws(StorageError) {
        let renamed = plan.renamed.filter { $0.model == name }
        let total = plan.models[name]?.renamed ?? 0
        guard !renamed.isEmpty, let model = catalogue.model(name) else { return }
        let holders = try holders(of: renamed.map(\.from), model, column)
        for row in renamed {
            plan.add(
                ImportPlan.Collision(
                    model: name, sourcePK: row.sourcePK, name: row.from,
                    id: holders[ExactText(UpperCaseFolding.folded(row.from))], newName: row.to))
        }
        plan.collisionsTotal += max(total - renamed.count, 0)
    }

    /// Folded name → the row that has it.
    private func holders(of names: [String], _ model: Model, _ column: String) throws(StorageError) -> [ExactText:
        Int64]
    {
        let database = turn.destination.database(of: model.silo)
        var out: [ExactText: Int64] = [:]
        let wanted = Array(Set(names.map { Value.text($0) }))
        if model.slugColumn != nil, let reservations = catalogue.table("sentry_organizationslugreservation") {
            let found = try turn.destination.control.select(
                Select(["organization_id", "slug"], from: reservations, where: [.isIn("slug", wanted)]))
            add(found, to: &out)
        }
        add(try database.select(Select(["id", column], from: model.table, where: [.isIn(column, wanted)])), to: &out)
        return out
    }

    private func add(_ rows: [[Value]], to holders: inout [ExactText: Int64]) {
        for row in rows {
            if let id = row[0].integer, let text = row[1].text {
                holders[ExactText(UpperCaseFolding.folded(text))] = id
            }
        }
    }
}
