package import Catalogue

/// Hands out new ids. It reserves them from the sequences ahead of their use, so that not every write waits for a round
/// trip. It lives as long as a worker's time slice on a relocation; unused ids leave a gap.
package final class IDAllocator {
    private struct Supply {
        var ids: ArraySlice<Int64> = []
        /// How many requests the last reservation covered.
        var factor = 0
    }

    private var supplies: [String: Supply] = [:]
    private let looksAhead: Bool
    private let neverAhead: Set<String>

    /// How many requests one reservation covers at most.
    package static let maximumFactor = 8

    /// - Parameters:
    ///   - looksAhead: false reserves what is asked for and no more.
    ///   - neverAhead: Tables whose new rows other workers find by their ids: they would miss a row with an id that was
    ///     reserved long ago.
    package init(looksAhead: Bool, neverAhead: Set<String> = []) {
        self.looksAhead = looksAhead
        self.neverAhead = neverAhead
    }

    /// Fresh ids, ascending.
    package func take(
        _ count: Int, for table: Table, from database: any Database
    ) throws(StorageError) -> ArraySlice<Int64> {
        var supply = supplies[table.name] ?? Supply()
        if supply.ids.count < count {
            // The first reservation covers one request: a table that is written once costs no gap.
            let isAhead = looksAhead && !neverAhead.contains(table.name)
            supply.factor = isAhead ? min(max(supply.factor * 2, 1), Self.maximumFactor) : 1
            let missing = count * supply.factor - supply.ids.count
            supply.ids = ArraySlice(supply.ids + (try database.reserveIDs(missing, for: table)))
        }
        let taken = supply.ids.prefix(count)
        supply.ids = supply.ids.dropFirst(count)
        supplies[table.name] = supply
        return taken
    }

    /// Forgets all ids: after a roll-back, SQLite may hand out the ids of that transaction again (it keeps its
    /// sequences in rows).
    package func forget() { supplies = [:] }
}
