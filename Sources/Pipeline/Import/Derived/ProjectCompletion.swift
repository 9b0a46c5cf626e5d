import Catalogue
import Storage

/// A project has a key, and an epoch that determines the defaults of its options.
struct ProjectCompletion: Completion {
    private static let epochKey = Value.text("sentry:option-epoch")
    private static let epoch = Value.text("13")
    private static let keyData = #"{"dynamicSdkLoaderOptions":{"hasPerformance":true,"hasReplay":true}}"#

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
        let templates = try templatesWithEpoch(Set(projects.map { $0[1] }).filter { !$0.isNull }, batch)
        try batch.insert(
            into: options, ["project_id", "key", "value"],
            projects.filter { !templates.contains($0[1]) }.map { [$0[0], Self.epochKey, Self.epoch] })
    }

    private func addKeys(_ ids: [Value], _ batch: Batch) throws(ImportFailure) {
        let keys = try batch.table(ofModel: "sentry.projectkey")
        let there = try present(in: keys, where: [.isIn("project_id", ids)], batch)
        let columns = [
            "project_id", "label", "public_key", "secret_key", "roles", "status", "date_added", "data", "use_case",
        ]
        try batch.insert(
            into: keys, columns,
            ids.filter { !there.contains($0) }.map { id in
                [
                    id, .text("Default"), .text(batch.random.hex(32)), .text(batch.random.hex(32)), .integer(1),
                    .integer(0), .timestamp(batch.now), .text(Self.keyData), .text("user"),
                ]
            })
    }

    /// The projects that have such a row.
    private func present(
        in table: Table, where conditions: [Condition], _ batch: Batch
    ) throws(ImportFailure) -> Set<Value> {
        Set(try batch.select(Select(["project_id"], from: table, where: conditions)).map { $0[0] })
    }

    /// The templates that have an epoch, which their projects take over.
    private func templatesWithEpoch(_ templates: Set<Value>, _ batch: Batch) throws(ImportFailure) -> Set<Value> {
        guard !templates.isEmpty else { return [] }
        let found = try batch.select(
            Select(
                ["project_template_id"], from: batch.table(ofModel: "sentry.projecttemplateoption"),
                where: [.isIn("project_template_id", Array(templates)), .equals("key", Self.epochKey)]))
        return Set(found.map { $0[0] })
    }
}
