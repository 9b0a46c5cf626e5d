/// The highest ids that a connection has handed out, by table. SQLite keeps its sequences in rows, and a rollback takes
/// them back; these numbers keep the ids consumed.
struct ReservedIDs {
    private var all: [String: Int64] = [:]
    /// Those of the open transaction, whose tables nobody else can write.
    private var here: [String: Int64] = [:]
    /// Those before the open transaction cleared its first table: a rollback restores them.
    private var beforeClear: [String: Int64]?

    func last(of table: String) -> Int64 { all[table] ?? 0 }

    /// nil where the open transaction has reserved none.
    func lastHere(of table: String) -> Int64? { here[table] }

    mutating func reserve(upTo id: Int64, of table: String, inTransaction: Bool) {
        all[table] = id
        if inTransaction { here[table] = id }
    }

    /// For a sequence that is about to move past ids that came from elsewhere.
    mutating func forgetHere(_ table: String) { here[table] = nil }

    /// The tables number anew.
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
