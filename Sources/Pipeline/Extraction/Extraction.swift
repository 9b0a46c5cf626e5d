package import Catalogue
package import ExportFormat
package import Storage

/// Exports the rows of a scope from a database, model by model in import order, all from one moment. It needs no more than
/// the right to read.
///
/// A row is exported if all it refers to is. That decides on the scope of rows whose model has two: they refer to rows that
/// only the wider scope exports.
// Nine properties: what is asked for, and what was found.
package final class Extraction {
    private let source: Destination
    private let catalogue: Catalogue
    private let scope: ImportScope
    private let selection: RowSelection
    /// That of the version which the export is for; nil for the source's own.
    private let form: VersionForm?
    /// What the version does not know: models and `model.column` → rows.
    package private(set) var leftOut: [String: Int] = [:]
    /// Exported keys of the models that later ones refer to.
    private var exported: [String: KeySet] = [:]
    private var ownTests: [String: (column: String, test: RowTest)] = [:]
    /// Names of the selection that were found.
    private var found: Set<RowSelection.Name> = []

    private static let pageRows = 1_000

    private typealias ColumnTest = (column: Column, test: RowTest)

    /// How far the export is: the model at hand, and the rows written so far.
    package typealias Progress = (_ model: String, _ rows: Int) -> Void

    package init(
        from source: Destination, _ catalogue: Catalogue, scope: ImportScope, selection: RowSelection,
        form: VersionForm? = nil
    ) {
        self.source = source
        self.catalogue = catalogue
        self.scope = scope
        self.selection = selection
        self.form = form
    }

    /// Writes everything and finishes the file. Returns the names of the selection that the database does not hold.
    package func run(to writer: ExportWriter, onProgress: Progress) throws(ExtractionError) -> [String] {
        try storage { () throws(StorageError) in
            try refuseHalf()
            try beginReading()
        }
        defer { source.rollback() }
        try storage { () throws(StorageError) in try select() }
        let models = catalogue.models.filter(scope.accepts)
        for (place, model) in models.enumerated() {
            onProgress(model.name, writer.rows)
            let isNeeded = models[place...].contains { needs($0, model.name) }
            exported[model.name] = try extract(model, to: writer, keepingKeys: isNeeded, onProgress)
            for name in exported.keys where !models[(place + 1)...].contains(where: { needs($0, name) }) {
                exported[name] = nil
            }
        }
        try storage { () throws(StorageError) in try endReading() }
        do throws(ExportError) { try writer.finish() } catch { throw .export(error) }
        return missingNames()
    }

    /// A region's database alone holds copies of chunk rows whose originals lie in the control silo's: its export would lack
    /// all users and other rows of that silo.
    private func refuseHalf() throws(StorageError) {
        guard !source.isSplit, try holdsRows("sentry_controlimportchunkreplica"),
            !(try holdsRows("sentry_controlimportchunk"))
        else { return }
        throw StorageError(
            .schemaMismatch,
            "this is the region's database of split silos: without the control silo's, users and other rows would be missing "
                + "from the export; set RELOCATION_CONTROL_DATABASE_URL")
    }

    /// Whether a table that an import writes has rows; false if it is not there or may not be read.
    private func holdsRows(_ name: String) throws(StorageError) -> Bool {
        guard let table = catalogue.table(name) else { return false }
        do { return try !source.region.select(Select(["id"], from: table, limit: 1)).isEmpty } catch {
            if error.kind == .unavailable { throw error }
            return false
        }
    }

    /// Both silos at one moment, if one database holds both; else one moment for each, as close as possible.
    private func beginReading() throws(StorageError) {
        try source.region.beginReading(snapshot: nil)
        guard source.isSplit else { return }
        let isSame = source.region.identity == source.control.identity
        try source.control.beginReading(snapshot: isSame ? try source.region.shareSnapshot() : nil)
    }

    /// Before the file gets its name: what was read must be of one moment.
    private func endReading() throws(StorageError) {
        try source.region.endReading()
        if source.isSplit { try source.control.endReading() }
    }

    private func needs(_ model: Model, _ other: String) -> Bool {
        model.referencedModels.contains(other) || ExtractionRule.of(model).owners.contains(other)
    }

    private func missingNames() -> [String] {
        let wanted: Set<RowSelection.Name> =
            switch selection {
            case .everything: []
            case .usernames(let names), .organizationSlugs(let names): names
            }
        return wanted.subtracting(found).filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    private func storage<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(ExtractionError) -> Result {
        do { return try body() } catch { throw failure(error) }
    }
}

// MARK: - One model

extension Extraction {
    /// Returns the keys of the rows written, if they are to be kept.
    private func extract(
        _ model: Model, to writer: ExportWriter, keepingKeys: Bool, _ onProgress: Progress
    ) throws(ExtractionError) -> KeySet? {
        let encoder = writer.encoder(of: model, form: form)
        let isUnknown = form.map { $0.name(of: model) == nil } ?? false
        defer { for (column, rows) in encoder.leftOut { leftOut["\(model.name).\(column)"] = rows } }
        let tests = try storage { () throws(StorageError) -> [ColumnTest] in try self.tests(of: model) }
        let places = tests.map { (place: encoder.columns.firstIndex(of: $0.column.name) ?? 0, test: $0.test) }
        let names = nameColumn(of: model).flatMap { encoder.columns.firstIndex(of: $0) }
        let keys = keepingKeys ? KeySet() : nil
        try read(model, encoder.columns, conditions(tests)) { rows throws(ExtractionError) in
            for row in rows where places.allSatisfy({ $0.test.passes(row[$0.place]) }) {
                if isUnknown {
                    leftOut[model.name, default: 0] += 1
                } else {
                    do throws(ExportError) { try writer.write(row, encoder) } catch { throw .export(error) }
                }
                if let keys, let key = encoder.key(of: row) { keys.append(key) }
                if let names, let name = row[names].text { found.insert(Array(name.utf8)) }
            }
            onProgress(model.name, writer.rows)
        }
        return keys
    }

    /// The column with the names that the selection has.
    private func nameColumn(of model: Model) -> String? {
        switch (selection, model.name) {
        case (.usernames, "sentry.user"): "username"
        case (.organizationSlugs, "sentry.organization"): "slug"
        default: nil
        }
    }

    private func read(
        _ model: Model, _ columns: [String], _ conditions: [Condition],
        _ page: ([[Value]]) throws(ExtractionError) -> Void
    ) throws(ExtractionError) {
        let query = Select(columns, from: model.table, where: conditions)
        try source.database(of: model.silo).read(
            query, pageRows: Self.pageRows, ahead: true, asFailure: failure, page)
    }

    /// A value that does not fit its column is the row's fault, not the database's.
    private func failure(_ error: StorageError) -> ExtractionError {
        guard error.kind == .invalidValue, let column = error.columns.first,
            let model = catalogue.models.first(where: { $0.table.name == error.table })
        else { return .storage(error) }
        let field = model.table.column(column)?.field ?? column
        return .export(
            .unwritable(model: model.name, key: error.rowID, field: field, "holds a value that cannot be read"))
    }

    /// Keys are positive. If only some rows are wanted, the database is asked for those that the narrowest test lets through.
    private func conditions(_ tests: [ColumnTest]) -> [Condition] {
        let positive = Condition.greaterThan("id", .integer(0))
        guard selection != .everything || scope == .config else { return [positive] }
        let narrow = tests.sorted { $0.test.size < $1.test.size }.lazy.compactMap { $0.test.condition(on: $0.column) }
        return [positive] + narrow.prefix(1)
    }

    private func tests(of model: Model) throws(StorageError) -> [ColumnTest] {
        let free = catalogue.nulledReferences[model.name] ?? []
        var tests: [ColumnTest] = []
        for place in model.referenceColumns where !free.contains(model.columns[place].field) {
            guard let target = model.columns[place].reference?.model else { continue }
            tests.append((model.columns[place], .refers(exported[target] ?? KeySet())))
        }
        let own = [scope == .global ? nil : try ruleTest(of: model), ownTests[model.name]]
        for (name, test) in own.compactMap(\.self) {
            if let column = model.table.column(name) { tests.append((column, test)) }
        }
        return tests
    }
}

// MARK: - Rules and selections

extension Extraction {
    private func ruleTest(of model: Model) throws(StorageError) -> (column: String, test: RowTest)? {
        switch ExtractionRule.of(model) {
        case .nothing: return nil
        case .without(let column, let texts): return (column, .isNoText(texts))
        case .addressOfUser: return ("email", .isAddress(try addresses()))
        case .referred(let paths):
            var keys: [Int64] = []
            for path in paths { keys += try self.keys(of: path) }
            return ("id", .isKey(KeySet(keys)))
        }
    }

    private func addresses() throws(StorageError) -> AddressSet {
        let users = exported["sentry.user"] ?? KeySet()
        var addresses = AddressSet()
        try scan("sentry.useremail", ["user_id", "email"]) { row in
            guard let user = row[0].integer, users.contains(user), let address = row[1].text else { return }
            addresses.insert(address)
        }
        addresses.seal()
        return addresses
    }

    private func keys(of path: ExtractionRule.Path) throws(StorageError) -> [Int64] {
        let owners = exported[path.ownerModel] ?? KeySet()
        var keys: [Int64] = []
        let state = path.ignoring.map { [$0.column] } ?? []
        try scan(path.model, [path.owner, path.column] + state) { row in
            guard let owner = row[0].integer, owners.contains(owner), let key = row[1].integer else { return }
            if let ignored = path.ignoring, row[2].integer == ignored.number { return }
            keys.append(key)
        }
        return keys
    }

    /// What the selection asks of users and organizations.
    private func select() throws(StorageError) {
        switch selection {
        case .usernames(let names): ownTests["sentry.user"] = ("username", .isName(names))
        case .organizationSlugs(let slugs):
            ownTests["sentry.organization"] = ("slug", .isName(slugs))
            ownTests["sentry.user"] = ("id", .isKey(try members(of: slugs)))
        case .everything:
            if scope == .config { ownTests["sentry.user"] = ("id", .isKey(try privilegedUsers())) }
        }
    }

    private func members(of slugs: Set<RowSelection.Name>) throws(StorageError) -> KeySet {
        var organizations: [Int64] = []
        let test = RowTest.isName(slugs)
        try scan("sentry.organization", ["id", "slug"]) { row in
            if test.passes(row[1]), let key = row[0].integer { organizations.append(key) }
        }
        let wanted = KeySet(organizations)
        var users: [Int64] = []
        try scan("sentry.organizationmember", ["organization_id", "user_id"]) { row in
            guard let organization = row[0].integer, wanted.contains(organization) else { return }
            if let user = row[1].integer { users.append(user) }
        }
        return KeySet(users)
    }

    /// Users with a right that reaches beyond their organizations.
    private func privilegedUsers() throws(StorageError) -> KeySet {
        var users: [Int64] = []
        for column in ["is_staff", "is_superuser"] {
            try scan("sentry.user", ["id"], [.equals(column, .bool(true))]) { users += [$0[0].integer ?? 0] }
        }
        for model in ["sentry.userpermission", "sentry.userroleuser"] {
            try scan(model, ["user_id"]) { users += [$0[0].integer ?? 0] }
        }
        return KeySet(users)
    }

    private func scan(
        _ name: String, _ columns: [String], _ conditions: [Condition] = [], _ row: ([Value]) -> Void
    ) throws(StorageError) {
        guard let model = catalogue.model(name) else { throw StorageError(.other, "the catalogue lacks \(name)") }
        // With its key, a row that cannot be read has a name.
        let query = Select(columns + ["id"], from: model.table, where: conditions)
        try source.database(of: model.silo).stream(query, pageRows: Self.pageRows) { rows throws(StorageError) in
            rows.forEach(row)
        }
    }
}
