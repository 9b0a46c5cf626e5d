import Catalogue
import Storage

/// A project has a key, and an epoch that determines the defaults of its options.
struct ProjectCompletion: Completion {
    static let epochKey = Value.text("sentry:option-epoch")
    private static let epoch = Value.text("13")
    static let keyLabel = Value.text("Default")
    private static let loaderKey = Value.text("sentry:default_loader_options")
    /// What a project's first key says of the loader, unless the project has a template.
    private static let loader = #"{"hasPerformance":true,"hasReplay":true}"#

    func complete(_ ids: [Value], _ batch: Batch) throws(ImportFailure) {
        try addEpochs(ids, batch)
        try addKeys(ids, batch)
    }

    private func addEpochs(_ ids: [Value], _ batch: Batch) throws(ImportFailure) {
        let options = try batch.table(ofModel: "sentry.projectoption")
        let there = try present(
            in: options, where: [.isIn("project_id", ids), .equals("key", Self.epochKey)], batch)
        let missing = ids.filter { !there.contains($0) }
        guard !missing.isEmpty else { return }
        let projects = try batch.select(
            Select(["id", "template_id"], from: batch.table(ofModel: "sentry.project"), where: [.isIn("id", missing)]))
        let templates = try values(of: Self.epochKey, in: Set(projects.map { $0[1] }), batch)
        try batch.insert(
            into: options, ["project_id", "key", "value"],
            projects.filter { templates[$0[1]] == nil }.map { [$0[0], Self.epochKey, Self.epoch] })
    }

    private func addKeys(_ ids: [Value], _ batch: Batch) throws(ImportFailure) {
        let keys = try batch.table(ofModel: "sentry.projectkey")
        let there = try present(in: keys, where: [.isIn("project_id", ids)], batch)
        let missing = ids.filter { !there.contains($0) }
        guard !missing.isEmpty else { return }
        let data = try keyData(missing, batch)
        let columns = [
            "project_id", "label", "public_key", "secret_key", "roles", "status", "date_added", "data", "use_case",
        ]
        try batch.insert(
            into: keys, columns,
            missing.map { id in
                [
                    id, Self.keyLabel, .text(batch.random.hex(32)), .text(batch.random.hex(32)), .integer(1),
                    .integer(0), .timestamp(batch.now), .text(data[id] ?? "{}"), .text("user"),
                ]
            })
    }

    /// Project → the data of its key. A project with a template asks the template alone, which knows no default.
    private func keyData(_ ids: [Value], _ batch: Batch) throws(ImportFailure) -> [Value: String] {
        let projects = try batch.select(
            Select(["id", "template_id"], from: batch.table(ofModel: "sentry.project"), where: [.isIn("id", ids)]))
        let templates = try values(of: Self.loaderKey, in: Set(projects.map { $0[1] }), batch)
        var data: [Value: String] = [:]
        for project in projects {
            let options = project[1].isNull ? Self.loader : templates[project[1]]?.text ?? "null"
            data[project[0]] = options == "null" ? "{}" : #"{"dynamicSdkLoaderOptions":\#(options)}"#
        }
        return data
    }

    /// The projects that have such a row.
    private func present(
        in table: Table, where conditions: [Condition], _ batch: Batch
    ) throws(ImportFailure) -> Set<Value> {
        Set(try batch.select(Select(["project_id"], from: table, where: conditions)).map { $0[0] })
    }

    /// Template → its value of that option, if it has one.
    private func values(
        of key: Value, in templates: Set<Value>, _ batch: Batch
    ) throws(ImportFailure) -> [Value: Value] {
        let wanted = templates.filter { !$0.isNull }
        guard !wanted.isEmpty else { return [:] }
        let found = try batch.select(
            Select(
                ["project_template_id", "value"], from: batch.table(ofModel: "sentry.projecttemplateoption"),
                where: [.isIn("project_template_id", Array(wanted)), .equals("key", key)]))
        return Dictionary(found.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }
}
