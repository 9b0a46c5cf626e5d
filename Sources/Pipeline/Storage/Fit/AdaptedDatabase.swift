public import Catalogue
internal import TextForms

/// A database of another version as the catalogue has it: what the destination stores in another way is translated in
/// every call. Callers see the catalogue's tables only.
public final class AdaptedDatabase: Database {
    private let real: any Database
    /// Table of the catalogue → how it lies here; those that are missing lie as in the catalogue.
    private let layouts: [String: TableLayout]
    private let namesHere: [String: String]

    public init(_ real: any Database, _ layouts: [String: TableLayout]) {
        self.real = real
        self.layouts = layouts
        namesHere = layouts.compactMapValues { $0.live?.name }
    }

    public var identity: String { real.identity }
    public var formerIdentity: String { real.formerIdentity }
    public var isInTransaction: Bool { real.isInTransaction }
    public var transactions: Int { real.transactions }
    public var defersWrites: Bool { real.defersWrites }
    public var beforeStatement: (() throws(StorageError) -> Void)? {
        get { real.beforeStatement }
        set { real.beforeStatement = newValue }
    }

    public func begin(deferringWrites: Bool) throws(StorageError) { try real.begin(deferringWrites: deferringWrites) }
    public func beginReading(snapshot: String?) throws(StorageError) { try real.beginReading(snapshot: snapshot) }
    public func shareSnapshot() throws(StorageError) -> String? { try real.shareSnapshot() }
    public func checkConstraints() throws(StorageError) {
        try named { () throws(StorageError) in try real.checkConstraints() }
    }
    public func commit() throws(StorageError) { try named { () throws(StorageError) in try real.commit() } }
    public func rollback() { real.rollback() }

    public var schema: any SchemaAdmin { AdaptedSchema(real: real.schema, layouts: layouts) }

    // MARK: - Reading

    public func select(_ query: Select) throws(StorageError) -> [[Value]] {
        guard let layout = layouts[query.table.name] else { return try real.select(query) }
        guard let reading = AdaptedReading(query, layout) else { return [] }
        return try named { () throws(StorageError) in try reading.rows(try real.select(reading.query)) }
    }

    public func read(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard let layout = layouts[query.table.name] else { return try real.read(query, pageRows: pageRows, page) }
        guard let reading = AdaptedReading(query, layout) else { return }
        try real.read(reading.query, pageRows: pageRows) { rows throws(StorageError) in try page(try reading.rows(rows))
        }
    }

    public func stream(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard let layout = layouts[query.table.name] else { return try real.stream(query, pageRows: pageRows, page) }
        guard let reading = AdaptedReading(query, layout) else { return }
        try real.stream(reading.query, pageRows: pageRows) { rows throws(StorageError) in
            try page(try reading.rows(rows))
        }
    }

    public func count(_ table: Table, where conditions: [Condition], alone name: String) throws(StorageError) -> Int {
        guard let layout = layouts[table.name] else {
            return try real.count(table, where: conditions, alone: name)
        }
        guard let live = layout.live, let conditions = layout.conditions(conditions) else { return 0 }
        return try real.count(live, where: conditions, alone: name)
    }

    // MARK: - Writing

    public func insert(_ batch: Insert) throws(StorageError) {
        guard let layout = layouts[batch.table.name] else {
            return try named { () throws(StorageError) in try real.insert(batch) }
        }
        guard let insert = layout.stored(batch) else { return }
        try named { () throws(StorageError) in try real.insert(insert) }
    }

    public func update(_ batch: Update) throws(StorageError) {
        guard let layout = layouts[batch.table.name] else {
            return try named { () throws(StorageError) in try real.update(batch) }
        }
        guard let update = layout.stored(batch) else { return }
        try named { () throws(StorageError) in try real.update(update) }
    }

    public func delete(from table: Table, where conditions: [Condition]) throws(StorageError) -> Int {
        guard let layout = layouts[table.name] else { return try real.delete(from: table, where: conditions) }
        guard let live = layout.live, let conditions = layout.conditions(conditions) else { return 0 }
        return try named { () throws(StorageError) in try real.delete(from: live, where: conditions) }
    }

    /// Rows of a table that is not here are never written: any ids do.
    public func reserveIDs(_ count: Int, for table: Table) throws(StorageError) -> [Int64] {
        guard let layout = layouts[table.name] else { return try real.reserveIDs(count, for: table) }
        guard let live = layout.live else { return (0..<count).map { Int64($0) + 1 } }
        return try named { () throws(StorageError) in try real.reserveIDs(count, for: live) }
    }

    public func advanceSequence(of table: Table) throws(StorageError) {
        guard let layout = layouts[table.name] else { return try real.advanceSequence(of: table) }
        if let live = layout.live { try real.advanceSequence(of: live) }
    }

    public func clear(tables: [String], onProgress: (Clearing) -> Void) throws(StorageError) {
        let here = tables.map { namesHere[$0] ?? $0 }
        try named { () throws(StorageError) in try real.clear(tables: here, onProgress: onProgress) }
    }

    /// Errors name the catalogue's tables.
    private func named<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
        do { return try body() } catch {
            guard let table = error.table, let known = namesHere.first(where: { $0.value == table })?.key else {
                throw error
            }
            throw error.at(table: known)
        }
    }
}

/// A look-up in terms of the catalogue as one in terms of the destination.
struct AdaptedReading {
    let query: Select
    private let layout: TableLayout
    private let columns: [String]
    private let isWhole: Bool

    /// Nil if no row can meet the conditions.
    init?(_ query: Select, _ layout: TableLayout) {
        guard let live = layout.live, let conditions = layout.conditions(query.conditions) else { return nil }
        self.layout = layout
        columns = query.columns
        let present = layout.present(columns).map(\.name)
        isWhole = present.count == columns.count
        let order = query.orderBy.flatMap { layout.isGone($0) ? nil : $0 }
        self.query = Select(
            present.isEmpty ? ["id"] : present, from: live, where: conditions, orderBy: order, limit: query.limit)
    }

    func rows(_ rows: [[Value]]) throws(StorageError) -> [[Value]] {
        if isWhole, layout.converted.isEmpty { return rows }
        var out: [[Value]] = []
        out.reserveCapacity(rows.count)
        for row in rows { out.append(try self.row(row)) }
        return out
    }

    private func row(_ row: [Value]) throws(StorageError) -> [Value] {
        var next = 0
        var out: [Value] = []
        out.reserveCapacity(columns.count)
        for column in columns {
            if let value = layout.gone[column] {
                out.append(value)
            } else {
                out.append(try layout.read(row[next], from: column))
                next += 1
            }
        }
        return out
    }
}

extension TableLayout {
    /// The conditions on columns that are here. A column that is not here has the same value in each row. Nil if no row
    /// meets them.
    func conditions(_ conditions: [Condition]) -> [Condition]? {
        var out: [Condition] = []
        for condition in conditions {
            guard let value = gone[condition.column] else {
                out.append(stored(condition))
                continue
            }
            guard condition.isMet(by: value) else { return nil }
        }
        return out
    }

    private func stored(_ condition: Condition) -> Condition {
        switch condition {
        case .equals(let column, let value): .equals(column, stored(value, in: column))
        case .isIn(let column, let values): .isIn(column, values.map { stored($0, in: column) })
        case .greaterThan(let column, let value): .greaterThan(column, stored(value, in: column))
        case .equalsInUpperCase, .isNull, .isNotNull: condition
        }
    }
}

extension Condition {
    var column: String {
        switch self {
        case .equals(let column, _), .isIn(let column, _), .isNull(let column), .isNotNull(let column),
            .greaterThan(let column, _), .equalsInUpperCase(let column, _):
            column
        }
    }

    fileprivate func isMet(by value: Value) -> Bool {
        switch self {
        case .equals(_, let other): !value.isNull && value == other
        case .equalsInUpperCase(_, let other): value.text.map(UpperCaseFolding.folded) == UpperCaseFolding.folded(other)
        case .isIn(_, let others): !value.isNull && others.contains(value)
        case .isNull: value.isNull
        case .isNotNull: !value.isNull
        case .greaterThan(_, let other):
            switch (value, other) {
            case (.integer(let value), .integer(let other)): value > other
            default: false
            }
        }
    }
}

/// The schema of such a database, in the catalogue's names.
struct AdaptedSchema: SchemaAdmin {
    let real: any SchemaAdmin
    let layouts: [String: TableLayout]

    func migrate(_ tables: [Table]) throws(StorageError) -> MigrationResult { try real.migrate(tables) }
    func mismatches(with tables: [Table]) throws(StorageError) -> [SchemaMismatch] {
        try real.mismatches(with: tables.compactMap(here))
    }
    func missingGrants(for tables: [Table], cleared: [String]) throws(StorageError) -> [MissingGrant] {
        try real.missingGrants(for: tables.compactMap(here), cleared: cleared.map { layouts[$0]?.live?.name ?? $0 })
    }
    func condition() throws(StorageError) -> DatabaseCondition { try real.condition() }
    func ownColumns() throws(StorageError) -> [String: Set<String>] { try real.ownColumns() }
    func lock() throws(StorageError) { try real.lock() }
    func createOwn(_ tables: [Table]) throws(StorageError) { try real.createOwn(tables) }
    func add(_ column: Column, to table: Table) throws(StorageError) { try real.add(column, to: table) }
    func live(_ tables: [String]) throws(StorageError) -> [String: LiveTable] { try real.live(tables) }
    func tableNames() throws(StorageError) -> [String] { try real.tableNames() }

    func references() throws(StorageError) -> [LiveReference] {
        let names = Dictionary(
            layouts.compactMap { name, layout in layout.live.map { ($0.name, name) } },
            uniquingKeysWith: { first, _ in first })
        return try real.references().map {
            LiveReference(
                table: names[$0.table] ?? $0.table, column: $0.column, target: names[$0.target] ?? $0.target,
                hasID: $0.hasID)
        }
    }

    func hasTable(_ name: String) throws(StorageError) -> Bool {
        guard let layout = layouts[name] else { return try real.hasTable(name) }
        return try layout.live.map { live throws(StorageError) in try real.hasTable(live.name) } ?? false
    }

    /// The table as it is here; nil if it is not.
    private func here(_ table: Table) -> Table? {
        guard let layout = layouts[table.name] else { return table }
        return layout.live
    }
}
