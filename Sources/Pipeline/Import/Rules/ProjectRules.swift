import Catalogue
import Ledger
import Storage

/// `sentry.project`: keeps its id in a Global import. Saving it makes an option and a key: see ``ProjectCompletion``.
struct ProjectRule: ModelRule {
    let model: Model
    private let slugRule: OwnedSlugRule

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        slugRule = try OwnedSlugRule(
            model, owner: "organization_id", length: Slug.projectLength, reserved: ReservedSlugs.project)
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        guard batch.isGlobal else { return try insertAll(rows, batch) }
        var rows = rows
        try slugRule.beforeInsert(&rows, batch)
        try RowCheck(model).check(rows)
        let id = model.idColumn
        for index in rows.indices { rows[index].values[id] = rows[index].sourcePK.map { .integer($0) } ?? .null }
        try batch.insertNumbered(rows)
        do { try batch.database.advanceSequence(of: model.table) } catch { throw .from(error, model: model) }
        return rows.map { inserted($0) }
    }

    func beforeInsert(_ rows: inout [Row], _ batch: Batch) throws(ImportFailure) {
        try slugRule.beforeInsert(&rows, batch)
    }
}

/// `sentry.projectoption`: the last row of a key stands.
struct ProjectOptionRule: ModelRule {
    let model: Model
    private let project, key: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        project = try model.requireColumn("project_id")
        key = try model.requireColumn("key")
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        let projects = Array(Set(rows.map { $0.values[project] }))
        let found = try batch.select(
            Select(["id", "project_id", "key"], from: model.table, where: [.isIn("project_id", projects)]))
        var stored: [[Value]: Int64] = [:]
        for row in found {
            if let id = row[0].integer { stored[[row[1], row[2]]] = id }
        }
        var upsert = Upsert<[Value]>(stored)
        for row in rows { upsert.add(row, key: [row.values[project], row.values[key]]) }
        return try upsert.write(self, batch, keeping: [project, key]) { _, _ in .inserted }
    }
}

/// `sentry.projectkey`: every key of a project is kept (the reference lets each overwrite the one before). A key that is
/// in use elsewhere is made anew.
struct ProjectKeyRule: ModelRule {
    let model: Model
    private let publicKey, secretKey, label: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        publicKey = try model.requireColumn("public_key")
        secretKey = try model.requireColumn("secret_key")
        label = try model.requireColumn("label")
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        var rows = rows
        try renewUsedKeys(&rows, batch)
        return try insertAll(rows, batch)
    }

    private func renewUsedKeys(_ rows: inout [Row], _ batch: Batch) throws(ImportFailure) {
        for column in [publicKey, secretKey] {
            let name = model.columns[column].name
            let wanted = Set(rows.map { $0.values[column] }).filter { !$0.isNull }
            var used = Set(
                try batch.select(Select([name], from: model.table, where: [.isIn(name, Array(wanted))])).map { $0[0] })
            for index in rows.indices {
                let isEmpty = (rows[index].values[column].text ?? "").isEmpty
                if isEmpty || !used.insert(rows[index].values[column]).inserted {
                    rows[index].values[column] = .text(batch.random.hex(32))
                }
            }
        }
        for index in rows.indices where (rows[index].values[label].text ?? "").isEmpty {
            rows[index].values[label] = .text(PetName.make(batch.random))
        }
    }
}
