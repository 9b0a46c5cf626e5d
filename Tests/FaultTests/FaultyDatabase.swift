import Catalogue
import Storage

/// A real database whose connection follows a schedule of faults. Each call is a step. A commit, and a write outside a
/// transaction, counts a second step afterwards, because its answer may be lost.
final class FaultyDatabase: Database {
    fileprivate let real: any Database
    private let name: String
    private let schedule: FaultSchedule
    /// The transaction was lost with its connection.
    private var isLost = false

    init(_ real: any Database, _ name: String, _ schedule: FaultSchedule) {
        self.real = real
        self.name = name
        self.schedule = schedule
    }

    var identity: String { real.identity }
    var formerIdentity: String { real.formerIdentity }
    var isInTransaction: Bool { isLost || real.isInTransaction }
    var beforeStatement: (() throws(StorageError) -> Void)? {
        get { real.beforeStatement }
        set { real.beforeStatement = newValue }
    }

    var transactions: Int { real.transactions }
    var defersWrites: Bool { real.defersWrites }

    func begin(deferringWrites: Bool) throws(StorageError) {
        try pass("begin")
        try real.begin(deferringWrites: deferringWrites)
    }

    func beginReading(snapshot: String?) throws(StorageError) {
        try pass("begin reading")
        try real.beginReading(snapshot: snapshot)
    }

    func shareSnapshot() throws(StorageError) -> String? {
        try pass("share snapshot")
        return try real.shareSnapshot()
    }

    func checkConstraints() throws(StorageError) {
        try pass("check constraints")
        try real.checkConstraints()
    }

    func commit() throws(StorageError) {
        do {
            try pass("commit")
        } catch {
            rollback()
            throw error
        }
        try real.commit()
        try pass("commit done")
    }

    func rollback() {
        // The transaction of a dead program ends with its connection.
        if schedule.isDead { return }
        isLost = false
        real.rollback()
    }

    func select(_ query: Select) throws(StorageError) -> [[Value]] {
        try pass("select \(query.table.name)")
        return try real.select(query)
    }

    func read(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        try pass("read \(query.table.name)")
        try real.read(query, pageRows: pageRows, page)
    }

    func count(_ table: Table, where conditions: [Condition], alone name: String) throws(StorageError) -> Int {
        try pass("count \(table.name)")
        return try real.count(table, where: conditions, alone: name)
    }

    func insert(_ batch: Insert) throws(StorageError) {
        try write("insert \(batch.table.name)") { () throws(StorageError) in try real.insert(batch) }
    }

    func update(_ batch: Update) throws(StorageError) {
        try write("update \(batch.table.name)") { () throws(StorageError) in try real.update(batch) }
    }

    func delete(from table: Table, where conditions: [Condition]) throws(StorageError) -> Int {
        try write("delete \(table.name)") { () throws(StorageError) in
            try real.delete(from: table, where: conditions)
        }
    }

    func reserveIDs(_ count: Int, for table: Table) throws(StorageError) -> [Int64] {
        try write("ids \(table.name)") { () throws(StorageError) in try real.reserveIDs(count, for: table) }
    }

    func advanceSequence(of table: Table) throws(StorageError) {
        try write("sequence \(table.name)") { () throws(StorageError) in try real.advanceSequence(of: table) }
    }

    func clear(tables: [String], onProgress: (Clearing) -> Void) throws(StorageError) {
        try write("clear") { () throws(StorageError) in try real.clear(tables: tables, onProgress: onProgress) }
    }

    var schema: any SchemaAdmin { FaultySchema(database: self) }

    private func write<Result>(
        _ call: String, _ body: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try pass(call)
        let result = try body()
        if !real.isInTransaction { try pass("\(call) done") }
        return result
    }

    fileprivate func pass(_ call: String) throws(StorageError) {
        let place = "\(name): \(call)"
        switch schedule.step(place) {
        case .proceed:
            if isLost { throw StorageError(.unavailable, "the transaction was lost with its connection") }
        case .fail: throw StorageError(.contention, "a fault at \(place)")
        case .cut:
            isLost = real.isInTransaction
            real.rollback()
            throw StorageError(.unavailable, "the connection was lost at \(place)")
        case .dead: throw StorageError(.unavailable, "the program is dead")
        }
    }
}

/// The schema over a faulty connection: looking for a table is a step.
private struct FaultySchema: SchemaAdmin {
    let database: FaultyDatabase

    func hasTable(_ table: String) throws(StorageError) -> Bool {
        try database.pass("look for \(table)")
        return try database.real.schema.hasTable(table)
    }

    func migrate(_ tables: [Table]) throws(StorageError) -> MigrationResult {
        try database.real.schema.migrate(tables)
    }

    func missingGrants(for tables: [Table], cleared: [String]) throws(StorageError) -> [MissingGrant] {
        try database.real.schema.missingGrants(for: tables, cleared: cleared)
    }

    func condition() throws(StorageError) -> DatabaseCondition { try database.real.schema.condition() }

    func references() throws(StorageError) -> [LiveReference] {
        try database.pass("read the foreign keys")
        return try database.real.schema.references()
    }

    func live(_ tables: [String]) throws(StorageError) -> [String: LiveTable] {
        try database.real.schema.live(tables)
    }

    func tableNames() throws(StorageError) -> [String] { try database.real.schema.tableNames() }

    func ownColumns() throws(StorageError) -> [String: Set<String>] { try database.real.schema.ownColumns() }

    func lock() throws(StorageError) { try database.real.schema.lock() }

    func createOwn(_ tables: [Table]) throws(StorageError) { try database.real.schema.createOwn(tables) }

    func add(_ column: Column, to table: Table) throws(StorageError) {
        try database.real.schema.add(column, to: table)
    }

    func mismatches(with tables: [Table]) throws(StorageError) -> [SchemaMismatch] {
        try database.real.schema.mismatches(with: tables)
    }
}
