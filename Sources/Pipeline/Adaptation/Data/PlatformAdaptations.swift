import Catalogue
import ExportFormat

/// Options, integrations, apps, tokens and what belongs to projects. The numbers are those of Sentry's migrations.
enum PlatformAdaptations {
    static let all: [Adaptation] =
        pickled + [
            // 0242
            Adaptation("projectoption", "of a removed plugin is left out", before: SentryVersion(21, 11)) { row in
                guard let key = row.text("key") else { return }
                if removedPlugins.contains(where: { key.hasPrefix($0) }) { row.leaveOut() }
            },
            // 0243
            Adaptation("projectoption", "iTunes keys of symbol sources are taken out", before: SentryVersion(21, 11)) {
                row in
                guard row.reads("key", "sentry:symbol_sources"), let sources = SymbolSources(row.option("value")),
                    let changed = sources.withoutITunes
                else { return }
                row["value"] = .text(changed.json)
            },
            // 0245
            Adaptation("repository", "of Visual Studio is left out", before: SentryVersion(21, 11)) { row in
                if row.reads("provider", "visualstudio") { row.leaveOut() }
            },
            // 0378
            Adaptation("projectoption", "sentry:dynamic_sampling is left out", before: SentryVersion(23, 3)) { row in
                if row.reads("key", "sentry:dynamic_sampling") { row.leaveOut() }
            },
            // 0250
            Adaptation("sentryapp", "popularity is 1", before: SentryVersion(21, 12)) { row in
                if row.isNull("popularity") { row["popularity"] = .integer(1) }
            },
            // 0278
            Adaptation("projectownership", "codeowners_auto_sync is true", before: SentryVersion(22, 4)) { row in
                if row.isNull("codeowners_auto_sync") { row["codeowners_auto_sync"] = .bool(true) }
            },
            // 0303
            Adaptation(
                "integration", "of Microsoft Teams gets the installation type team", before: SentryVersion(22, 8)
            ) {
                row in
                guard row.reads("provider", "msteams"), let metadata = row.json("metadata"),
                    metadata["installation_type"].isNull
                else { return }
                row["metadata"] = (metadata.isObject ? metadata : .object([])).setting(
                    "installation_type", .text("team"))
            },
            // 0384
            Adaptation("servicehook", "installation_id is the actor_id", before: SentryVersion(23, 3)) { row in
                guard row.isNull("project_id"), row.isNull("installation_id"), let actor = row.integer("actor_id")
                else {
                    return
                }
                row["installation_id"] = .integer(actor)
            },
            // 0632
            Adaptation("apitoken", "token_last_characters is filled in", before: SentryVersion(24, 2)) {
                if $0.isNull("token_last_characters") { $0.note() }
            },
            // 0726
            Adaptation("apitoken", "hashed_token is filled in", before: SentryVersion(24, 6)) {
                if $0.isNull("hashed_token") { $0.note() }
            },
            // 0658
            Adaptation("projectkey", "use_case is user", before: SentryVersion(24, 3)) {
                if !$0.has("use_case") { $0.note() }
            },
        ]

    /// 0449 to 0455
    private static let pickled = [
        ("authenticator", "config"), ("option", "value"), ("controloption", "value"), ("organizationoption", "value"),
        ("projectoption", "value"), ("useroption", "value"),
    ].map { model, field in
        Adaptation(model, "pickled \(field) becomes JSON", before: SentryVersion(23, 6)) { row in
            if let value = row.pickle(field) { row[field] = .text(value.json) }
        }
    }

    private static let removedPlugins = ["jira-ac:", "vsts:", "clubhouse:", "teamwork:"]
}

/// Where a project's debug symbols come from: a list, as text inside an option.
private struct SymbolSources {
    private let sources: [FieldValue]

    init?(_ option: FieldValue) {
        guard let text = option.text, let list = FieldValue(json: text)?.items else { return nil }
        sources = list
    }

    /// As an option has them; nil if nothing changes.
    var withoutITunes: FieldValue? {
        let changed = sources.map { $0.removing { $0.hasPrefix("itunes") } }
        return changed == sources ? nil : .text(FieldValue.list(changed).json)
    }
}
