/// The highest ids that a connection has handed out, by table. SQLite keeps its sequences in rows, so a rollback resets
/// them; with these numbers the ids stay consumed.
struct ReservedIDs {
    private var all: [String: Int64] = [:]
    /// Ids of the open transaction. No other connection can write its tables.
    private var here: [String: Int64] = [:]
    /// The ids before the open transaction cleared its first table: a rollback restores them.
    private var beforeClear: [String: Int64]?

    func last(of table: String) -> Int64 { all[table] ?? 0 }

    /// nil if the open transaction has reserved no ids.
    func lastHere(of table: String) -> Int64? { here[table] }

    mutating func reserve(upTo id: Int64, of table: String, inTransaction: Bool) {
        all[table] = id
        if inTransaction { here[table] = id }
    }

    /// For a sequence that is about to move past ids that another program has written.
    mutating func forgetHere(_ table: String) { here[table] = nil }

    /// The tables start numbering again.
    mutating func clear(_ tables: [String], inTransaction: Bool) {
        here = [:]
        if inTransaction, beforeClear == nil { beforeClear = all }
        for table in tables { all[table] = nil }
    }

    mutating func begin() { here = [:] }

    mutating func commit() { beforeClear = nil }

    mutating func rollback() {
        if let beforeClear { all = beforeClear }
        beforeClear = nil
    }
}
