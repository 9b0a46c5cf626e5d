/// The tables that a transaction has cleared. PostgreSQL does not roll back sequences. So they stay untouched during
/// the transaction, new ids are counted here, and the sequences are set after the commit.
struct ClearedTables {
    struct Counter {
        /// nil if the table has no sequence.
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
