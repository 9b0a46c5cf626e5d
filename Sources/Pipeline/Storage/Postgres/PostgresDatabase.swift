internal import Catalogue

final class PostgresDatabase: Database {
    init(url: String, timeouts: DatabaseTimeouts) throws(StorageError) {
        throw StorageError(.unavailable, "PostgreSQL is not there yet")
    }
    let identity = ""
    var beforeStatement: (() throws(StorageError) -> Void)?
    let isInTransaction = false
    func begin() throws(StorageError) {}
    func commit() throws(StorageError) {}
    func rollback() {}
    func select(_ query: Select) throws(StorageError) -> [[Value]] { [] }
    func insert(_ batch: Insert) throws(StorageError) {}
    func update(_ batch: Update) throws(StorageError) {}
    func delete(from table: Table, where conditions: [Condition]) throws(StorageError) -> Int { 0 }
    func reserveIDs(_ count: Int, for table: Table) throws(StorageError) -> [Int64] { [] }
    func advanceSequence(of table: Table) throws(StorageError) {}
    func clear(tables: [String]) throws(StorageError) {}
    func hasTable(_ name: String) throws(StorageError) -> Bool { false }
    func migrate(_ tables: [Table]) throws(StorageError) -> MigrationResult { .unchanged }
    func mismatches(with tables: [Table]) throws(StorageError) -> [SchemaMismatch] { [] }
}
