public import Catalogue

// Ids that nobody stores.
extension OverlayDatabase {
    public func reserveIDs(_ count: Int, for table: Table) throws(StorageError) -> [Int64] {
        guard count > 0 else { return [] }
        let first = try nextID(of: table)
        let (end, overflows) = first.addingReportingOverflow(Int64(count))
        let highest = table.column("id")?.type.integerRange?.upperBound ?? Int64.max
        guard !overflows, end - 1 <= highest else { throw .noIDsLeft(in: table.name) }
        nextIDs[table.name] = end
        return Array(first..<end)
    }

    /// What was inserted counts, as ``noteIDs(_:)`` has seen it.
    public func advanceSequence(of table: Table) throws(StorageError) { _ = try nextID(of: table) }

    /// Rows may carry ids of their own.
    func noteIDs(_ batch: Insert) throws(StorageError) {
        guard let place = batch.columns.firstIndex(of: "id") else { return }
        let next = try nextID(of: batch.table)
        let highest = batch.rows.reduce(Int64.min) { max($0, $1[place].integer ?? .min) }
        if highest >= next, highest < .max { nextIDs[batch.table.name] = highest + 1 }
    }

    private func nextID(of table: Table) throws(StorageError) -> Int64 {
        if let next = nextIDs[table.name] { return next }
        let first = try firstID(of: table)
        (firstIDs[table.name], nextIDs[table.name]) = (first, first)
        return first
    }

    /// Far above the ids of nearly every table, and below the end of 32 bits.
    private static let usualFirst: Int64 = 1 << 30

    /// The first id above all of the base. Only a table with very many rows is asked more than once.
    private func firstID(of table: Table) throws(StorageError) -> Int64 {
        if state.cleared.contains(table.name) { return 1 }
        guard try hasID(above: Self.usualFirst - 1, table) else { return Self.usualFirst }
        var (low, high) = (Self.usualFirst - 1, Int64.max - 1)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if try hasID(above: middle, table) { low = middle } else { high = middle }
        }
        return high + 1
    }

    private func hasID(above id: Int64, _ table: Table) throws(StorageError) -> Bool {
        try !base.select(Select(["id"], from: table, where: [.greaterThan("id", .integer(id))], limit: 1)).isEmpty
    }
}
