import Catalogue
import Ledger
import Storage

/// What a worker knows of the rows of `sentry_email`. Saving a user's address inserts its row at once in the reference;
/// here the row comes at the end, if the file has brought none. Until then the address is promised: it counts as one that
/// has its row.
final class EmailCache {
    private var promised: Set<TextKey> = []
    private var written: Set<TextKey> = []
    /// False if the cache does not know all imported addresses: after a take-over and after a rollback.
    private var isComplete = true
    private var table = Knowledge.none
    /// The number of the transaction that read the table last.
    private var readIn: Int?

    /// What is known of the table.
    private enum Knowledge {
        case none
        /// The rows up to this id that were committed by then.
        case rows(upTo: Int64)
        /// The table has more than ``capacity`` rows.
        case tooMuch
    }

    /// The largest table that is read as a whole, in rows. Reading pays: to look up 1,000 new addresses costs as much as
    /// to write them, because a citext index lower-cases both sides of every comparison.
    private static let capacity = 50_000
    /// Rows that are read at a time.
    private static let page = 20_000

    static func key(_ address: String) -> TextKey { TextKey(EmailAddresses.fold(address)) }

    /// Notes the address of a user's row.
    func promise(_ address: Value) {
        if let text = address.text { promised.insert(Self.key(text)) }
    }

    func isPromised(_ address: TextKey) -> Bool { promised.contains(address) }

    /// Notes an address that has its row.
    func note(_ address: TextKey) { written.insert(address) }

    func isWritten(_ address: TextKey) -> Bool { written.contains(address) }

    /// Whether an address may have a row. Rows that others have committed since the table was read are not known, so ask
    /// only if a conflict with them is tried again.
    func mayBeStored(_ address: TextKey) -> Bool {
        if case .tooMuch = table { return true }
        return written.contains(address)
    }

    /// Reads the rows that were added since the last call, or nothing if the same transaction has read them and defers
    /// its writes. Gives up for good if there are too many.
    func readTable(_ batch: Batch) throws(ImportFailure) {
        var last = Int64.min
        if case .tooMuch = table { return }
        if let once = batch.database.readOnceKey, once == readIn { return }
        readIn = batch.database.readOnceKey
        if case .rows(let id) = table { last = id }
        var count = 0
        while true {
            let rows = try batch.select(
                Select(
                    ["id", "email"], from: batch.table(ofModel: "sentry.email"),
                    where: [.greaterThan("id", .integer(last))], limit: Self.page))
            for row in rows {
                last = max(last, row[0].integer ?? last)
                if let text = row[1].text { note(Self.key(text)) }
            }
            count += rows.count
            if count > Self.capacity {
                table = .tooMuch
                return
            }
            if rows.count < Self.page { break }
        }
        table = .rows(upTo: last)
    }

    /// Reads the imported addresses again after a take-over or a rollback.
    func complete(_ batch: Batch) throws(ImportFailure) {
        guard !isComplete else { return }
        for name in ["sentry.user", "sentry.useremail"] {
            let ids = batch.map.newPKs(of: name)
            for start in stride(from: 0, to: ids.count, by: Completions.page) {
                let page = ids[start..<min(start + Completions.page, ids.count)].map { Value.integer($0) }
                let table = try batch.table(ofModel: name)
                let found = try batch.select(Select(["email"], from: table, where: [.isIn("id", page)]))
                for row in found { promise(row[0]) }
            }
        }
        isComplete = true
    }

    func forget() {
        promised = []
        written = []
        isComplete = false
        table = .none
        readIn = nil
    }
}
