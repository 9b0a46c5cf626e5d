package import Catalogue
import Import
package import Ledger
package import Storage

/// Finds out what an undo removes, and what stands in its way. Only reads, in pages.
package struct UndoPlanner {
    private let footprint: Footprint
    private let destination: Destination
    private let catalogue: Catalogue
    private let references: References

    /// Keys of one look-up.
    private static let page = 10_000

    package init(
        _ footprint: Footprint, in destination: Destination, _ catalogue: Catalogue
    ) throws(StorageError) {
        self.footprint = footprint
        self.destination = destination
        self.catalogue = catalogue
        references = try References(catalogue, destination)
    }

    /// - Parameters:
    ///   - cascade: rows of others that go too: table and id
    ///   - scope: the import's, as far as it is known
    /// - Throws: ``UndoRefusal``, or a `StorageError`
    package func plan(cascade: [(table: String, id: Int64)], scope: String) throws -> UndoPlan {
        try requirePossible(scope)
        var rows = RemovedRows()
        addModels(&rows)
        try addDerived(&rows)
        for row in cascade {
            guard let table = references.table(row.table) else {
                throw UndoRefusal.impossible("--cascade: there is no table \(row.table) with numbered rows")
            }
            rows.add([row.id], of: table, references.silo(of: row.table))
        }
        var summary = UndoSummary()
        try keepAddresses(&rows, &summary)
        summary.blockers = try blockers(of: rows)
        return UndoPlan(groups: rows.ordered(catalogue), rows: rows, summary: summary)
    }

    // MARK: Whether it is possible

    private func requirePossible(_ scope: String) throws(UndoRefusal) {
        let models = Set(footprint.inserted.keys).union(footprint.existing.keys).union(footprint.overwritten.keys)
        let isGlobal =
            ImportScope(rawValue: scope) == .global
            || scope.isEmpty && models.contains { catalogue.model($0)?.scopes == [.global] }
        if isGlobal { throw .impossible("a Global import clears tables: what they held is not remembered") }
        guard !footprint.isRemembered, let (model, ids) = footprint.overwritten.min(by: { $0.key < $1.key }) else {
            return
        }
        throw .impossible(
            "the import has overwritten \(ids.count) \(ids.count == 1 ? "row" : "rows") of \(model), and nobody remembers "
                + "what they held: there was no ledger, or that of an earlier version")
    }

    // MARK: What goes

    private func addModels(_ rows: inout RemovedRows) {
        for model in catalogue.models {
            let also = footprint.alsoInserted[model.table.name] ?? []
            rows.add((footprint.inserted[model.name] ?? []) + also, of: model.table, model.silo)
        }
    }

    private func addDerived(_ rows: inout RemovedRows) throws(StorageError) {
        for derived in DerivedRows.all + (footprint.isRemembered ? [] : DerivedRows.completing) {
            guard let table = catalogue.table(derived.table) else { continue }
            rows.add(try ids(of: derived, table, rows), of: table, derived.silo)
        }
    }

    private func ids(of derived: DerivedRows, _ table: Table, _ rows: RemovedRows) throws(StorageError) -> [Int64] {
        guard let source = catalogue.model(derived.model) else { return [] }
        let owners = rows.ids(of: source.table.name)
        let anchors = derived.anchor.flatMap { catalogue.model($0.model).map { matched($0, rows) } } ?? owners
        guard !owners.isEmpty, !anchors.isEmpty else { return [] }
        let database = destination.database(of: derived.silo)
        guard try database.schema.hasTable(table.name) else { return [] }
        var out: [Int64] = []
        for page in pages(anchors) {
            let same = try sameValues(derived, source, page)
            let query = Select(
                ["id", derived.column] + (derived.sameColumn.map { [$0] } ?? []), from: table,
                where: [.isIn(derived.anchor?.column ?? derived.column, page)] + derived.conditions)
            for row in try database.select(query) {
                guard let id = row[0].integer, let owner = row[1].integer else { continue }
                guard rows.contains(owner, of: source.table.name) else { continue }
                if let same, same[row[1]] != row[2] { continue }
                out.append(id)
            }
        }
        return out
    }

    /// Ids of a model's rows that the import has inserted or matched.
    private func matched(_ model: Model, _ rows: RemovedRows) -> [Int64] {
        Set(
            rows.ids(of: model.table.name) + (footprint.existing[model.name] ?? [])
                + (footprint.overwritten[model.name] ?? [])
        ).sorted()
    }

    /// Imported row → what it holds in the column that its derived row has too; nil if there is none.
    private func sameValues(
        _ derived: DerivedRows, _ source: Model, _ page: [Value]
    ) throws(StorageError) -> [Value: Value]? {
        guard let column = derived.sameColumn else { return nil }
        let found = try destination.database(of: source.silo).select(
            Select(["id", column], from: source.table, where: [.isIn("id", page)]))
        return Dictionary(found.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: What stays

    /// An e-mail address stays if another user has it, or another import counts on it.
    private func keepAddresses(_ rows: inout RemovedRows, _ summary: inout UndoSummary) throws(StorageError) {
        guard let model = catalogue.model("sentry.email") else { return }
        let table = model.table.name
        var kept: Set<Int64> = []
        if let own = rows.set(of: table) {
            try footprint.readMatches(of: [model.name: own]) { _, _, ids in kept.formUnion(ids) }
        }
        if rows.set(of: table) != nil { kept.formUnion(try addressesInUse(model, rows)) }
        rows.keep(kept, of: table)
        // Without a ledger nobody knows which of them the import has inserted.
        let unclear = footprint.isRemembered ? 0 : footprint.existing[model.name]?.count ?? 0
        if kept.count + unclear > 0 { summary.count(table) { $0.kept += kept.count + unclear } }
    }

    /// Reads the addresses of all others: there is no index that would find those of the import.
    private func addressesInUse(_ model: Model, _ rows: RemovedRows) throws(StorageError) -> Set<Int64> {
        let database = destination.database(of: model.silo)
        var used: Set<Int64> = []
        for name in ["auth_user", "sentry_useremail"] {
            guard let table = catalogue.table(name) else { continue }
            try database.read(Select(["id", "email"], from: table), pageRows: Self.page) { page throws(StorageError) in
                let others = page.filter { row in row[0].integer.map { !rows.contains($0, of: name) } ?? false }
                let addresses = Set(others.map { $0[1] })
                guard !addresses.isEmpty else { return }
                let found = try database.select(
                    Select(["id"], from: model.table, where: [.isIn("email", Array(addresses))]))
                for row in found {
                    if let id = row[0].integer, rows.contains(id, of: model.table.name) { used.insert(id) }
                }
            }
        }
        return used
    }

    // MARK: What stands in the way

    private func blockers(of rows: RemovedRows) throws(StorageError) -> [UndoSummary.Blocker] {
        var found: [UndoSummary.Blocker] = []
        for referrer in references.all {
            guard rows.groups[referrer.target] != nil, try holdsRows(referrer) else { continue }
            let blocker = try blocker(referrer, rows)
            if blocker.rows > 0 { found.append(blocker) }
        }
        return found + (try laterImports(rows))
    }

    private func holdsRows(_ referrer: Referrer) throws(StorageError) -> Bool {
        let database = destination.database(of: referrer.silo)
        guard try database.schema.hasTable(referrer.table.name) else { return false }
        let query = Select(
            [referrer.column], from: referrer.table, where: [.isNotNull(referrer.column)],
            orderBy: referrer.hasID ? nil : referrer.column, limit: 1)
        return try !database.select(query).isEmpty
    }

    private func blocker(_ referrer: Referrer, _ rows: RemovedRows) throws(StorageError) -> UndoSummary.Blocker {
        if let blocker = try BlockerScan(referrer, rows).blocker(in: destination.database(of: referrer.silo)) {
            return blocker
        }
        var blocker = referrer.blocker
        let database = destination.database(of: referrer.silo)
        for page in pages(rows.ids(of: referrer.target)) {
            let query = Select(
                [referrer.hasID ? "id" : referrer.column], from: referrer.table,
                where: [.isIn(referrer.column, page)], orderBy: referrer.hasID ? nil : referrer.column)
            for row in try database.select(query) {
                guard let id = row[0].integer else { continue }
                if referrer.hasID, rows.contains(id, of: referrer.table.name) { continue }
                blocker.add(referrer.hasID ? id : nil)
            }
        }
        return blocker
    }

    /// Imports that have matched their rows with some of this one.
    private func laterImports(_ rows: RemovedRows) throws(StorageError) -> [UndoSummary.Blocker] {
        var own: [String: IDSet] = [:]
        for model in catalogue.models where model.name != "sentry.email" {
            if let set = rows.set(of: model.table.name) { own[model.name] = set }
        }
        var found: [String: UndoSummary.Blocker] = [:]
        try footprint.readMatches(of: own) { uuid, model, ids in
            var blocker =
                found["\(uuid) \(model)"]
                ?? UndoSummary.Blocker(
                    table: "import \(uuid)", column: "", target: catalogue.model(model)?.table.name ?? model)
            blocker.rows += ids.count
            blocker.ids += ids.prefix(UndoSummary.Blocker.shownIDs - blocker.ids.count)
            found["\(uuid) \(model)"] = blocker
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    private func pages(_ ids: [Int64]) -> [[Value]] {
        stride(from: 0, to: ids.count, by: Self.page).map { start in
            ids[start..<min(start + Self.page, ids.count)].map { .integer($0) }
        }
    }
}
