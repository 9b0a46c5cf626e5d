import Catalogue
import Storage

/// Ids taken from sequences somewhat ahead of their use, so that not every write waits for a round trip of its own.
/// Lives as long as a worker's turn on a relocation: what is left at its end stays a gap in the numbers.
final class IDStock {
    private struct Shelf {
        var ids: ArraySlice<Int64> = []
        /// How many times the last request was taken at once.
        var factor = 0
    }

    private var shelves: [String: Shelf] = [:]
    private let looksAhead: Bool

    /// Requests that are taken at once at the most.
    private static let maxFactor = 8

    /// Tables whose new rows every worker finds by their ids (`FoldedIndex`): one that writes under ids it took long ago
    /// would not be seen.
    private static let readByID: Set<String> = ["auth_user", "sentry_organization"]

    /// - Parameter looksAhead: false takes what is asked for and no more.
    init(looksAhead: Bool) { self.looksAhead = looksAhead }

    /// Fresh ids, ascending.
    func take(_ count: Int, for table: Table, from database: any Database) throws(StorageError) -> ArraySlice<Int64> {
        var shelf = shelves[table.name] ?? Shelf()
        if shelf.ids.count < count {
            // A table that is written once costs no gap.
            let ahead = looksAhead && !Self.readByID.contains(table.name)
            shelf.factor = ahead ? min(max(shelf.factor * 2, 1), Self.maxFactor) : 1
            let missing = count * shelf.factor - shelf.ids.count
            shelf.ids = ArraySlice(shelf.ids + (try database.reserveIDs(missing, for: table)))
        }
        let taken = shelf.ids.prefix(count)
        shelf.ids = shelf.ids.dropFirst(count)
        shelves[table.name] = shelf
        return taken
    }

    /// Ids that a rolled back transaction took may be given out again (SQLite keeps its sequences in rows).
    func forget() { shelves = [:] }
}
