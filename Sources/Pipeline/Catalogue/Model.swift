/// A unique index: its columns, and the condition of a partial one.
public struct UniqueIndex: Sendable, Equatable {
    public let columns: [String]
    /// SQL, understood by both databases; nil for a full index.
    public let condition: String?
}

/// The shape of a table: what `migrate` creates and `check` compares.
public struct Table: Sendable {
    /// For a table of our own: the schema, a dot and the table.
    public let name: String
    /// The schema of a table of our own; nil for a table of Sentry's.
    public let schema: String?
    public let columns: [Column]
    public let uniques: [UniqueIndex]
    /// SQL conditions, understood by both databases.
    public let checks: [String]
    /// Whether `id` is numbered by the database from `<table>_id_seq`.
    public let hasIdentity: Bool

    public func column(_ name: String) -> Column? {
        columns.first { $0.name == name }
    }
}

extension Table {
    /// A table that the catalogue does not know, as far as its whole numbers concern others.
    public init(unknown name: String, integers: [String]) {
        self.init(
            name: name, schema: nil, columns: integers.map { Column($0, .bigint, isNullable: true) }, uniques: [],
            checks: [], hasIdentity: false)
    }

    /// The table without what these columns ask for: each may be null, and no index or check looks at them.
    package func relaxed(_ names: Set<String>) -> Table {
        Table(
            name: name, schema: schema,
            columns: columns.map { names.contains($0.name) ? Column($0.name, $0.type, isNullable: true) : $0 },
            uniques: uniques.filter { names.isDisjoint(with: $0.columns) },
            checks: checks.filter { check in !names.contains { check.contains($0) } }, hasIdentity: hasIdentity)
    }

    /// A table as a destination has it.
    package init(live name: String, columns: [Column], uniques: [UniqueIndex] = [], hasIdentity: Bool = true) {
        self.init(
            name: name, schema: nil, columns: columns, uniques: uniques, checks: [], hasIdentity: hasIdentity)
    }
}

/// What the first line of a model's description says.
struct ModelHeading {
    let index: Int
    let name: String
    let tableName: String
    let scopes: Set<RelocationScope>
    let silo: Silo
    let isDangling: Bool
    let isUnverified: Bool
}

/// One of the models that exports carry. Immutable. Models of the same name are equal, even from two catalogues.
// More than eight properties: facts that rules need for each row are computed once, here.
public final class Model: Sendable {
    private let heading: ModelHeading
    public let table: Table
    /// Models that must come first although no column points at them.
    public let extraDependencies: [String]
    /// Fields that number the rows in a comparison; empty if the primary key numbers them.
    public let ordinalFields: [String]
    /// Indices into the columns of those that reference another model, in column order.
    public let referenceColumns: [Int]
    /// Index of the primary key's column; the reader of the catalogue refuses a model without one.
    public let idColumn: Int
    /// Index of the `slug` column, for models whose chunk rows carry identifiers.
    public let slugColumn: Int?

    private let columnsByField: [String: Int]
    private let columnsByName: [String: Int]

    init(_ heading: ModelHeading, table: Table, extraDependencies: [String], ordinalFields: [String]) {
        self.heading = heading
        self.table = table
        self.extraDependencies = extraDependencies
        self.ordinalFields = ordinalFields
        referenceColumns = table.columns.indices.filter { table.columns[$0].reference != nil }
        idColumn = table.columns.firstIndex(where: \.isPrimaryKey) ?? 0
        slugColumn = table.columns.firstIndex { $0.name == "slug" }
        columnsByField = Self.columnsByField(table)
        columnsByName = Dictionary(
            table.columns.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { _, last in last })
    }

    /// The same model with what a newer version adds.
    func extended(by more: Table) -> Model {
        let table = Table(
            name: table.name, schema: table.schema, columns: table.columns + more.columns,
            uniques: table.uniques + more.uniques, checks: table.checks + more.checks, hasIdentity: table.hasIdentity)
        return Model(heading, table: table, extraDependencies: extraDependencies, ordinalFields: ordinalFields)
    }

    private static func columnsByField(_ table: Table) -> [String: Int] {
        var fields: [String: Int] = [:]
        for (position, column) in table.columns.enumerated() where !column.isPrimaryKey && !column.isDatabaseOnly {
            fields[column.field] = position
            // The reference also takes a foreign key spelled with its `_id`.
            if column.reference?.kind.dropsIDSuffix == true { fields[column.name] = position }
        }
        return fields
    }

    /// Place in the import order of its catalogue.
    public var index: Int { heading.index }
    /// Lower case, `app.model`.
    public var name: String { heading.name }
    /// One scope, or two if each row decides.
    public var scopes: Set<RelocationScope> { heading.scopes }
    public var silo: Silo { heading.silo }
    /// No chain of non-nullable foreign keys leads to a root, so an organization filter cannot exclude its rows.
    public var isDangling: Bool { heading.isDangling }

    /// Whether its scope was not read from the version's own text.
    public var isUnverified: Bool { heading.isUnverified }

    public var columns: [Column] { table.columns }

    /// Column index of an export's key; nil if the model does not know the key.
    public func columnIndex(ofField field: String) -> Int? { columnsByField[field] }

    /// Every key an export may use, with the column it fills.
    public var fieldIndices: [String: Int] { columnsByField }

    /// Column index by column name; nil for an unknown column.
    public func columnIndex(_ name: String) -> Int? { columnsByName[name] }

    /// Models that columns of this one point at.
    public var referencedModels: Set<String> { Set(referenceColumns.compactMap { columns[$0].reference?.model }) }

    /// Models whose rows must have been imported before this one's.
    public var dependencies: Set<String> { referencedModels.union(extraDependencies) }

    /// Unique indexes without a reference column: those that find a configuration row to keep or overwrite.
    public var uniquesWithoutReferences: [UniqueIndex] {
        table.uniques.filter { unique in
            unique.columns.allSatisfy { table.column($0)?.reference == nil }
        }
    }
}

extension Model: Hashable {
    public static func == (left: Model, right: Model) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
