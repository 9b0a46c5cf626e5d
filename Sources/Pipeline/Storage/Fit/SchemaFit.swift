public import Catalogue

/// How well a destination fits what an import writes: which version it is, how each model is stored, and what stands in the
/// way.
public struct SchemaFit: Sendable {
    /// What becomes of one model's rows.
    public struct ModelFit: Sendable, Equatable {
        public enum Verdict: String, Sendable { case exact, adapted, impossible }

        public let model: String
        public let verdict: Verdict
        /// What is different, or why it is not possible.
        public let reasons: [String]
    }

    /// The catalogue that describes the destination best.
    public let catalogue: Catalogue
    /// In words: `24.9`, `between 24.9 and 26.6`.
    public let version: String
    /// Whether no migrations are recorded, so that the columns alone tell the version.
    public let isGuessed: Bool
    /// Only the tables that lie differently.
    public let layouts: [String: TableLayout]
    public let models: [ModelFit]
    /// Other tables that lie differently, and how.
    public let otherChanges: [String]
    /// What an import fails of, and harmless differences.
    public let mismatches: [SchemaMismatch]

    /// Whether everything is stored as in the catalogue.
    public var isExact: Bool { layouts.isEmpty }

    public func count(_ verdict: ModelFit.Verdict) -> Int { models.count { $0.verdict == verdict } }

    /// `Sentry of about 24.9: 85 models exact, 0 adapted, 0 not possible`
    public var summary: String {
        "Sentry of about \(version)\(isGuessed ? ", guessed from its columns" : ""): \(count(.exact)) models exact, \(count(.adapted)) adapted, "
            + "\(count(.impossible)) not possible"
    }
}

/// The tables of a live database, as far as they matter.
public struct LiveSchema: Sendable {
    /// Those that a catalogue knows.
    public var tables: [String: LiveTable]
    /// Those that no catalogue knows: one of them may be a table under another name.
    public var others: [String: LiveTable]
    /// The numbers of Sentry's newest migrations that were applied, in the region's database and in that of the control
    /// silo; none if nothing tells.
    public var migrations: [Int]

    public init(tables: [String: LiveTable], others: [String: LiveTable] = [:], migrations: [Int] = []) {
        self.tables = tables
        self.others = others
        self.migrations = migrations
    }
}

extension SchemaFit {
    /// - Parameters:
    ///   - wanted: the tables of a catalogue that an import reads or writes
    public init(_ live: LiveSchema, _ standard: Catalogue, wanted: (Catalogue) -> [Table]) {
        let version = LiveVersion(live, standard)
        catalogue = version.catalogue
        let tables = wanted(catalogue)
        let fits = FoundTables(live).fits(of: tables)
        let differs = version.isOther || fits.values.contains { $0.layout?.live != nil }
        self.version = version.text(isStandard: !differs)
        isGuessed = version.isGuessed
        var found = Self.comparisons(tables, fits, live, isStrict: !version.isOther)
        for table in tables where fits[table.name]?.layout?.isGone == true && (!version.isOther || Self.isCore(table)) {
            found.append(
                SchemaMismatch(
                    table: table.name, column: nil, message: "the table is missing: its rows could not be written",
                    isFatal: true))
        }
        mismatches = tables.flatMap { fits[$0.name]?.obstacles ?? [] } + found
        let byTable = Dictionary(grouping: mismatches.filter(\.isFatal), by: \.table)
        // What stands in the way stays as it is: whoever reads it all the same meets the database's own error.
        layouts = fits.compactMapValues(\.layout).filter { byTable[$0.key] == nil }
        models = catalogue.models.compactMap { model in
            fits[model.table.name].map { ModelFit(model, $0, byTable[model.table.name] ?? []) }
        }
        let modelTables = Set(catalogue.models.map(\.table.name))
        otherChanges = tables.filter { !modelTables.contains($0.name) }.compactMap { table in
            guard let fit = fits[table.name], let layout = fit.layout else { return nil }
            return
                "\(table.name): \(layout.isGone ? "is not there: it is left alone" : fit.changes.joined(separator: "; "))"
        }
    }

    /// The differences that the layouts say nothing of: identities, checks, references, and indexes where the version is
    /// known to have them.
    private static func comparisons(
        _ tables: [Table], _ fits: [String: TableFit], _ live: LiveSchema, isStrict: Bool
    ) -> [SchemaMismatch] {
        let present = tables.compactMap { table -> Table? in
            guard let fit = fits[table.name], fit.obstacles.isEmpty else { return nil }
            return fit.layout == nil ? table : fit.layout?.live
        }
        let found = SchemaComparison.mismatches(
            of: present, with: live.tables.merging(live.others) { known, _ in known })
        // Types were looked at before: what is left of them are arrays that only a text form fills.
        let filled = Set(fits.values.filter { $0.layout?.avoidsCopy == true }.compactMap { $0.layout?.live?.name })
        return found.filter { !filled.contains($0.table) || !$0.message.hasSuffix(SchemaComparison.otherType) }.map {
            mismatch in
            guard !isStrict, mismatch.isFatal, mismatch.message.hasPrefix(SchemaComparison.missingIndex),
                !Self.isChunkTable(mismatch.table)
            else { return mismatch }
            return SchemaMismatch(
                table: mismatch.table, column: mismatch.column,
                message: mismatch.message + ", unless this version wants that", isFatal: false)
        }
    }

    /// Tables without which no import works: what makes it exactly once, and what rules look at.
    private static func isCore(_ table: Table) -> Bool {
        isChunkTable(table.name)
            || [
                "auth_user", "sentry_useremail", "sentry_organization", "sentry_organizationmember", "sentry_project",
                "sentry_team",
            ].contains(table.name)
    }

    private static func isChunkTable(_ name: String) -> Bool {
        name.hasSuffix("importchunk") || name.hasSuffix("importchunkreplica")
    }
}

extension SchemaFit.ModelFit {
    init(_ model: Model, _ fit: TableFit, _ obstacles: [SchemaMismatch]) {
        self.model = model.name
        if !obstacles.isEmpty {
            verdict = .impossible
            reasons = obstacles.map { "\($0.place) \($0.message)" }
        } else if fit.layout?.isGone == true {
            verdict = .impossible
            reasons = ["the destination has no such table: rows are dropped"]
        } else {
            let differs = fit.layout != nil
            verdict = differs ? .adapted : .exact
            reasons = fit.changes + (model.isUnverified ? ["its scope is unverified"] : [])
        }
    }
}

/// Finds the catalogue's tables in a database, under their own or other names.
struct FoundTables {
    private let live: LiveSchema

    init(_ live: LiveSchema) { self.live = live }

    func fits(of tables: [Table]) -> [String: TableFit] {
        var free = live.others
        var fits: [String: TableFit] = [:]
        for table in tables {
            if let found = live.tables[table.name] {
                fits[table.name] = TableFit(table, table.name, found)
            } else if let (name, found) = Self.likest(table, free) {
                free[name] = nil
                fits[table.name] = TableFit(table, name, found)
            } else {
                fits[table.name] = TableFit(missing: table)
            }
        }
        return fits
    }

    /// The table that has the same columns; nil if none has, or several have.
    private static func likest(_ table: Table, _ others: [String: LiveTable]) -> (String, LiveTable)? {
        let scores = others.map { name, live in (name: name, live: live, score: score(table, name, live)) }
            .sorted { ($1.score, $0.name) < ($0.score, $1.name) }
        guard let best = scores.first, best.score >= least else { return nil }
        if scores.count > 1, scores[1].score >= best.score - distance { return nil }
        return (best.name, best.live)
    }

    private static let least = 0.8
    private static let distance = 0.05

    /// The share of columns that both have in the same type. Few columns prove little: then the name must be alike.
    private static func score(_ table: Table, _ name: String, _ live: LiveTable) -> Double {
        let known = Set(table.columns.map(\.name))
        let common = table.columns.count { column in
            live.columns[column.name].map { TypeFit(expected: column.type, live: $0.type) == .same } ?? false
        }
        let isAlike = name.contains(table.name) || table.name.contains(name)
        guard common >= 6 || isAlike else { return 0 }
        return Double(common) / Double(known.union(live.columns.keys).count) + (isAlike ? 0.1 : 0)
    }
}
