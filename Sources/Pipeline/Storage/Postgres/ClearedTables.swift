/// The tables that a transaction has emptied. PostgreSQL does not roll sequences back: they stay untouched during the
/// transaction, fresh ids are counted here, and the sequences follow after the commit.
struct ClearedTables {
    struct Counter {
        /// nil where the table numbers nothing.
        let sequence: String?
        var lastReserved: Int64 = 0
    }

    private(set) var counters: [String: Counter] = [:]

    var isEmpty: Bool { counters.isEmpty }

    mutating func add(_ table: String, sequence: String?) {
        counters[table] = Counter(sequence: sequence)
    }

    mutating func reserve(
        _ count: Int, of table: String, above highest: Int64
    ) throws(StorageError) -> ClosedRange<Int64> {
        let last = max(counters[table]?.lastReserved ?? 0, highest)
        let (end, overflows) = last.addingReportingOverflow(Int64(count))
        guard !overflows else { throw .noIDsLeft(in: table) }
        counters[table]?.lastReserved = end
        return last + 1...end
    }

    func contains(_ table: String) -> Bool { counters[table] != nil }
}
