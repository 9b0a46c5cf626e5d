internal import Catalogue

/// What `migrate` did to our own tables.
public enum LedgerMigration: Sendable, Equatable {
    case created
    case upgraded
    case unchanged
}

/// Our own tables in one database.
public struct LedgerAdmin {
    private let database: any Database
    private let tables = OwnTables.standard

    public init(_ database: any Database) { self.database = database }

    public func state() throws(StorageError) -> LedgerState {
        let columns = try database.schema.ownColumns()
        do {
            return LedgerState(columns, format: try format(columns))
        } catch {
            guard error.kind == .permissionDenied else { throw error }
            throw StorageError(
                .permissionDenied,
                "\(error.message): the ledger needs GRANT USAGE ON SCHEMA relocation, and GRANT SELECT, INSERT, UPDATE, DELETE "
                    + "ON ALL TABLES IN SCHEMA relocation, to the role of the workers", table: tables.ledger.name)
        }
    }

    /// The difference that the ledger makes to imports; nil if there is none. They work without one.
    public func mismatch() throws(StorageError) -> SchemaMismatch? {
        let (message, isFatal): (String, Bool)
        switch try state() {
        case .current: return nil
        case .missing:
            message =
                "the ledger is missing: nothing here remembers files and options of imports, so another file under a known "
                + "UUID may go unnoticed and people may be told twice once Redis has forgotten the import; "
                + "relocation-worker migrate --ledger adds it and touches nothing else"
            isFatal = false
        case .older:
            message = "the ledger lacks what this version writes: relocation-worker migrate --ledger adds it"
            isFatal = true
        case .newer(let format):
            message = Self.tooNew(format)
            isFatal = true
        }
        return SchemaMismatch(table: tables.imports.name, column: nil, message: message, isFatal: isFatal)
    }

    /// Creates our own tables, or adds what those of an older version lack, in a transaction of its own. Touches nothing
    /// else, so that it can run in any database.
    ///
    /// - Throws: `.schemaMismatch` for a ledger of a newer version, `.occupied` for tables of somebody else's.
    public func migrate(toolVersion: String, now: Int64) throws(StorageError) -> LedgerMigration {
        try database.withTransaction { () throws(StorageError) in try migrateInTransaction(toolVersion, now) }
    }

    private func migrateInTransaction(_ toolVersion: String, _ now: Int64) throws(StorageError) -> LedgerMigration {
        try database.schema.lock()
        let columns = try database.schema.ownColumns()
        let format = try format(columns)
        switch LedgerState(columns, format: format) {
        case .current: return .unchanged
        case .newer(let format): throw StorageError(.schemaMismatch, Self.tooNew(format), table: tables.ledger.name)
        case .missing:
            try database.schema.createOwn(tables.all)
            let row: [Value] = [.integer(1)] + facts(toolVersion, now)
            try database.insert(Insert(into: tables.ledger, columns: ["id"] + Self.facts, rows: [row]))
            return .created
        case .older:
            guard format != nil else { throw foreign(columns) }
            try upgrade(columns)
            let row: [Value] = [.integer(1)] + facts(toolVersion, now)
            try database.update(Update(tables.ledger, set: Self.facts, rows: [row]))
            return .upgraded
        }
    }

    private func upgrade(_ columns: [String: Set<String>]) throws(StorageError) {
        try database.schema.createOwn(tables.all.filter { columns[$0.name] == nil })
        for table in tables.all {
            guard let present = columns[table.name] else { continue }
            for column in table.columns where !present.contains(column.name) {
                try database.schema.add(column, to: table)
            }
        }
    }

    private static let facts = ["format", "tool_version", "date_updated"]

    private func facts(_ toolVersion: String, _ now: Int64) -> [Value] {
        [.integer(OwnTables.format), .text(toolVersion), .timestamp(now)]
    }

    /// What the ledger says of its format; nil if it says nothing.
    private func format(_ columns: [String: Set<String>]) throws(StorageError) -> Int64? {
        guard columns[tables.ledger.name]?.isSuperset(of: ["id", "format"]) == true else { return nil }
        return try database.select(Select(["format"], from: tables.ledger)).first?.first?.integer
    }

    private func foreign(_ columns: [String: Set<String>]) -> StorageError {
        let name = columns.keys.sorted().first ?? ""
        return StorageError(
            .occupied, "the table \(name) belongs to another program, and the ledger needs its name", table: name)
    }

    private static func tooNew(_ format: Int64) -> String {
        "the ledger has format \(format), and this version knows \(OwnTables.format) at most: use a newer relocation-worker"
    }
}
