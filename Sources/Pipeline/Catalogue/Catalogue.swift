/// What a version of Sentry knows of relocations: the models in scope, the other tables an import touches, and the names of
/// all catalogued models.
// Many properties: what a version is in data, and four indexes into it.
public struct Catalogue: Sendable {
    /// The version that it describes.
    public let version: SentryVersion
    /// The models in import order.
    public let models: [Model]
    /// Tables that belong to no model: chunk rows, side effects, derived state, the relocation's record, event saving.
    public let otherTables: [Table]
    /// All catalogued models with their tables, in dependency order, Excluded ones included.
    public let fullOrder: [(model: String, table: String)]
    /// Models of old exports that no longer exist: their rows are removed.
    public let deletedModels: Set<String> = ["sentry.actor"]
    /// Fields of old exports that no longer exist, by model: they are removed from their rows.
    public let deletedFields: [String: Set<String>] = [
        "sentry.team": ["actor"], "sentry.rule": ["owner"], "sentry.alertrule": ["owner"],
        "sentry.grouphistory": ["actor"],
    ]

    /// Models whose rows other tables mirror, in the order in which to derive those: an organization's mapping before
    /// what hangs on it.
    public let mirroredModels = [
        "sentry.organization", "sentry.organizationmember", "sentry.team", "sentry.organizationmemberteam",
        "sentry.orgauthtoken", "sentry.apikey", "sentry.apitoken", "sentry.authprovider", "sentry.authidentity",
    ]

    /// Models whose saving makes further rows, in so far as the file does not bring them.
    public let completedModels = ["sentry.user", "sentry.useremail", "sentry.project"]

    /// Models whose rows are imported after those of all others, whatever their place in the file.
    public let lateModels: Set<String> = ["sentry.orgauthtoken"]

    /// Fields that become null if the row they refer to was not imported, by model. Any other such field drops its row.
    public let nulledReferences: [String: Set<String>] = ["sentry.organizationmember": ["inviter_id"]]

    /// Models for which there is something to do once all rows are written, in that order.
    public var derivedModels: [String] { completedModels + mirroredModels }

    private let modelsByName: [String: Model]
    private let tablesByName: [String: Table]
    private let cataloguedNames: Set<String>
    private let modelTables: Set<String>

    /// The catalogue the programs use.
    public static let standard: Catalogue = {
        do {
            return try Catalogue(
                models: CatalogueText.models, tables: CatalogueText.tables, fullOrder: CatalogueText.fullOrder)
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// June 2026: that of 24.9, what its models have gained, and the models that are new. It keeps what is gone since: a
    /// destination that lacks it says so itself.
    public static let newest: Catalogue = {
        do {
            return try standard.adding(CatalogueText.newer, version: SentryVersion(26, 6))
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// Names that models of newer versions have, and what 24.9 calls them.
    public static let formerNames = [
        "monitors.monitor": "sentry.monitor", "notifications.notificationaction": "sentry.notificationaction",
        "notifications.notificationactionproject": "sentry.notificationactionproject",
    ]

    /// The catalogue of a version: the newest one for versions after 24.9.
    public static func of(_ version: SentryVersion) -> Catalogue { version > .current ? newest : standard }

    /// Reads a catalogue in the notation of ``CatalogueText``. Models that the order does not list come last in it.
    init(
        models: [String], tables: [String], fullOrder: String, version: SentryVersion = .current
    ) throws(CatalogueError) {
        try self.init(([], []), Self.readFullOrder(fullOrder), adding: models + tables, version: version)
    }

    /// This catalogue with further models, in the notation of ``CatalogueText``.
    func adding(_ texts: [String], version: SentryVersion) throws(CatalogueError) -> Catalogue {
        try Catalogue((models, otherTables), fullOrder, adding: texts, version: version)
    }

    private init(
        _ known: (models: [Model], tables: [Table]), _ fullOrder: [(model: String, table: String)],
        adding texts: [String], version: SentryVersion
    ) throws(CatalogueError) {
        self.version = version
        let listed = Set(fullOrder.map(\.model))
        let order = fullOrder + texts.flatMap(Self.modelHeadings).filter { !listed.contains($0.model) }
        let tableOfModel = Dictionary(order.map { ($0.model, $0.table) }, uniquingKeysWith: { first, _ in first })
        var reader = CatalogueReader(tableOfModel: tableOfModel, models: known.models, tables: known.tables)
        for text in texts { try reader.read(text) }
        self.models = reader.models.sorted { $0.index < $1.index }
        otherTables = reader.tables
        self.fullOrder = order
        modelsByName = Dictionary(self.models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        tablesByName = Dictionary(
            (self.models.map(\.table) + otherTables).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        cataloguedNames = Set(order.map(\.model))
        modelTables = Set(self.models.map(\.table.name))
    }

    /// The model of that lower-case name, if it is in scope.
    public func model(_ name: String) -> Model? { modelsByName[name] }

    /// The table of that name, whether it belongs to a model or not.
    public func table(_ name: String) -> Table? { tablesByName[name] }

    /// Whether the table holds the rows of a model.
    public func isModelTable(_ table: Table) -> Bool { modelTables.contains(table.name) }

    /// Whether Sentry knows the model and never relocates it.
    public func isExcluded(_ name: String) -> Bool {
        modelsByName[name] == nil && cataloguedNames.contains(name)
    }

    /// Every table `migrate` creates: the models' own, then the others.
    public var tables: [Table] { models.map(\.table) + otherTables }

    /// The models that a text describes, with their tables.
    private static func modelHeadings(_ text: String) -> [(model: String, table: String)] {
        text.parts("\n").compactMap { line in
            let words = line.parts(" ")
            guard line.hasPrefix("model "), words.count > 3 else { return nil }
            let name = String(words[2])
            return (name, words[3] == "-" ? name.parts(".").joined(separator: "_") : String(words[3]))
        }
    }

    /// `user` → (`sentry.user`, `auth_user`): the text's short forms spelled out.
    private static func readFullOrder(_ text: String) -> [(model: String, table: String)] {
        text.parts("\n").flatMap { $0.parts(" ") }.map { word in
            let parts = word.drop { $0 == "*" }.parts("=")
            let short = String(parts[0])
            let name = short.contains(".") ? short : "sentry.\(short)"
            return (name, parts.count == 2 ? String(parts[1]) : "sentry_\(short)")
        }
    }
}
