import Catalogue
import Ledger
import Storage

/// Finds the rows that stand in an undo's way by reading the whole table that may refer to what goes. That is less work than to
/// look for each row that goes, most of all where no index begins with the column.
struct BlockerScan {
    private let referrer: Referrer
    private let rows: RemovedRows

    private static let page = 10_000

    init(_ referrer: Referrer, _ rows: RemovedRows) {
        self.referrer = referrer
        self.rows = rows
    }

    /// The table has more rows than are worth reading.
    private struct TooMany: Error {}

    /// nil if the table is much larger than what goes, if one look-up finds that, or if its rows have no id.
    func blocker(in database: any Database) throws(StorageError) -> UndoSummary.Blocker? {
        let count = rows.ids(of: referrer.target).count
        guard referrer.hasID, referrer.table.column(referrer.column)?.type.integerRange != nil,
            let going = rows.set(of: referrer.target), count > Self.page
        else { return nil }
        let own = rows.set(of: referrer.table.name)
        let query = Select(["id", referrer.column], from: referrer.table, where: [.isNotNull(referrer.column)])
        var blocker = referrer.blocker
        var left = 4 * count
        var failure: StorageError?
        do throws(TooMany) {
            func note(_ error: StorageError) -> TooMany {
                failure = error
                return TooMany()
            }
            try database.read(query, pageRows: Self.page, asFailure: note) { page throws(TooMany) in
                for row in page {
                    guard let id = row[0].integer, let target = row[1].integer, going.contains(target) else { continue }
                    if own?.contains(id) != true { blocker.add(id) }
                }
                left -= page.count
                if left <= 0 { throw TooMany() }
            }
        } catch {
            if let failure { throw failure }
            return nil
        }
        return blocker
    }
}

extension Referrer {
    /// Nothing that refers by this column, yet.
    var blocker: UndoSummary.Blocker { UndoSummary.Blocker(table: table.name, column: column, target: target) }
}

extension UndoSummary.Blocker {
    /// Ids that are shown.
    static let shownIDs = 10

    /// - Parameter id: nil if the row cannot be named
    mutating func add(_ id: Int64?) {
        rows += 1
        if let id, ids.count < Self.shownIDs { ids.append(id) }
    }
}
