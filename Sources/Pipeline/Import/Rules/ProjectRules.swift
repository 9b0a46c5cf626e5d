import Catalogue
import Storage

/// `sentry.project`: keeps its id in a Global import; saving it makes an option and a key.
struct ProjectRule: ModelRule {
    let model: Model
    private let slugRule: OwnedSlugRule
    private let template: Int

    private static let optionEpochKey = "sentry:option-epoch"
    private static let optionEpoch = "13"
    private static let keyData = #"{"dynamicSdkLoaderOptions":{"hasPerformance":true,"hasReplay":true}}"#

    init(_ model: Model) {
        self.model = model
        template = model.position("template_id")
        slugRule = OwnedSlugRule(
            model, owner: "organization_id", length: Slug.projectLength, reserved: ReservedSlugs.project)
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        guard batch.isGlobal else { return try insertAll(rows, batch) }
        var rows = rows
        try slugRule.beforeInsert(&rows, batch)
        try RowCheck(model).check(rows)
        let id = model.position("id")
        for index in rows.indices { rows[index].values[id] = rows[index].sourcePK.map { .integer($0) } ?? .null }
        try batch.insertNumbered(rows)
        do { try batch.database.advanceSequence(of: model.table) } catch { throw .from(error, model: model) }
        try afterInsert(rows, batch)
        return rows.map { inserted($0) }
    }

    func beforeInsert(_ rows: inout [Row], _ batch: Batch) throws(ImportFailure) {
        try slugRule.beforeInsert(&rows, batch)
    }

    func afterInsert(_ rows: [Row], _ batch: Batch) throws(ImportFailure) {
        let id = model.position("id")
        let option = Catalogue.known("sentry.projectoption").table
        let templates = try templatesWithEpoch(rows, batch)
        let epochs = rows.filter { !templates.contains($0.values[template]) }
            .map { [$0.values[id], .text(Self.optionEpochKey), .text(Self.optionEpoch)] }
        try batch.insert(into: option, ["project_id", "key", "value"], epochs, causes: rows)
        let key = Catalogue.known("sentry.projectkey")
        let columns = [
            "project_id", "label", "public_key", "secret_key", "roles", "status", "date_added", "data", "use_case",
        ]
        let keys = rows.map { row in
            [
                row.values[id], .text("Default"), .text(batch.random.hex(32)), .text(batch.random.hex(32)),
                .integer(1), .integer(0), .timestamp(batch.now), .text(Self.keyData), .text("user"),
            ]
        }
        try batch.insert(into: key.table, columns, keys, causes: rows)
    }

    /// Templates through which the option is visible already.
    private func templatesWithEpoch(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Set<Value> {
        let templates = Set(rows.map { $0.values[template] }).filter { !$0.isNull }
        guard !templates.isEmpty else { return [] }
        let found = try batch.select(
            Select(
                ["project_template_id"], from: Catalogue.known("sentry.projecttemplateoption").table,
                where: [
                    .isIn("project_template_id", Array(templates)), .equals("key", .text(Self.optionEpochKey)),
                ]))
        return Set(found.map { $0[0] })
    }
}

/// `sentry.projectoption`: the option that saving the project made takes the imported value.
struct ProjectOptionRule: ModelRule {
    let model: Model
    private let project, key: Int

    init(_ model: Model) {
        self.model = model
        project = model.position("project_id")
        key = model.position("key")
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
        return try upsert.write(self, batch, keeping: [project, key]) { _ in .inserted }
    }
}

/// `sentry.projectkey`: the first imported key takes the place of the key that saving the project made; further keys
/// are added (the reference lets each overwrite the one before). A key that is in use elsewhere is made anew.
struct ProjectKeyRule: ModelRule {
    let model: Model
    private let project, publicKey, secretKey, label: Int

    init(_ model: Model) {
        self.model = model
        project = model.position("project_id")
        publicKey = model.position("public_key")
        secretKey = model.position("secret_key")
        label = model.position("label")
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        var rows = rows
        try renewUsedKeys(&rows, batch)
        var generated = try generatedKeys(rows, batch)
        var stored: [Int64: Int64] = [:]
        for row in rows {
            let projectID = row.values[project].integer ?? 0
            if let id = generated.removeValue(forKey: projectID) { stored[row.ordinal] = id }
        }
        var upsert = Upsert<Int64>(stored)
        for row in rows { upsert.add(row, key: row.ordinal) }
        return try upsert.write(self, batch) { _ in .inserted }
    }

    /// Project → its key that no imported one has replaced yet.
    private func generatedKeys(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [Int64: Int64] {
        let projects = Array(Set(rows.map { $0.values[project] }))
        let found = try batch.select(
            Select(["id", "project_id"], from: model.table, where: [.isIn("project_id", projects)]))
        var out: [Int64: Int64] = [:]
        for row in found {
            guard let id = row[0].integer, let project = row[1].integer, !batch.map.claims(id, of: model.name) else {
                continue
            }
            out[project] = min(out[project] ?? id, id)
        }
        return out
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
            rows[index].values[label] = .text(PetName.make(&batch.random))
        }
    }
}
