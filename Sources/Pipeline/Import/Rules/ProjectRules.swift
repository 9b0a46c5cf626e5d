import Catalogue
import Ledger
import Storage
import TextForms

/// `sentry.project`: keeps its id in a Global import. ``ProjectCompletion`` adds the option and the key that saving it
/// makes.
struct ProjectRule: ModelRule {
    let model: Model
    private let slugRule: OwnedSlugRule

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        slugRule = try OwnedSlugRule(
            model, owner: "organization_id", length: Slug.projectLength, reserved: ReservedSlugs.project)
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        var rows = rows
        try slugRule.fillSlugs(of: &rows, batch)
        guard batch.isGlobal else { return Decisions(inserting: rows) }
        let id = model.idColumn
        for index in rows.indices { rows[index].values[id] = rows[index].sourcePK.map { .integer($0) } ?? .null }
        return Decisions(inserting: rows, carryingIDs: true)
    }
}

/// `sentry.projectoption`: of rows with the same key the last one stands.
struct ProjectOptionRule: ModelRule {
    let model: Model
    private let project, key: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        project = try model.requireColumn("project_id")
        key = try model.requireColumn("key")
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        let projects = Array(Set(rows.map { $0.values[project] }))
        let found = try batch.select(
            Select(["id", "project_id", "key"], from: model.table, where: [.isIn("project_id", projects)]))
        var stored: [[Value]: Int64] = [:]
        for row in found {
            if let id = row[0].integer { stored[[row[1], row[2]]] = id }
        }
        var upsert = Upsert<[Value]>(stored, keyColumns: [project, key])
        for row in rows { upsert.add(row, key: [row.values[project], row.values[key]]) }
        return upsert.decisions
    }
}

/// `sentry.projectkey`: a project keeps all its keys (in the reference each overwrites the one before). A key that is in
/// use already is replaced by a fresh one.
struct ProjectKeyRule: ModelRule {
    let model: Model
    private let publicKey, secretKey, label: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        publicKey = try model.requireColumn("public_key")
        secretKey = try model.requireColumn("secret_key")
        label = try model.requireColumn("label")
    }

    var nameColumn: Int? { label }
    /// SDKs know a project by its public key.
    var otherNameColumns: [Int] { [publicKey] }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        var rows = rows
        try renewUsedKeys(&rows, batch)
        for index in rows.indices where (rows[index].values[label].text ?? "").isEmpty {
            rows[index].values[label] = .text(PetName.make(batch.suffixes, for: "\(rows[index].ordinal)"))
        }
        return Decisions(inserting: rows)
    }

    private func renewUsedKeys(_ rows: inout [Row], _ batch: Batch) throws(ImportFailure) {
        for column in [publicKey, secretKey] {
            let name = model.columns[column].name
            let wanted = Set(rows.map { $0.values[column] }).filter { !$0.isNull }
            var used = Set(
                try batch.select(Select([name], from: model.table, where: [.isIn(name, Array(wanted))])).map { $0[0] })
            for index in rows.indices {
                let text = rows[index].values[column].text ?? ""
                if text.isEmpty || !used.insert(rows[index].values[column]).inserted {
                    rows[index].values[column] = .text(fresh(column, insteadOf: text, rows[index], batch))
                }
            }
        }
    }

    /// A secret key is random. A public key is no secret, and a plan has told it.
    private func fresh(_ column: Int, insteadOf text: String, _ row: Row, _ batch: Batch) -> String {
        guard column == publicKey, !text.isEmpty else { return batch.random.hex(32) }
        return batch.suffixes.suffix(32, of: Alphabet.hexadecimal, for: "\(row.ordinal) \(text)", attempt: 0)
    }
}
