import Catalogue
import Ledger
import Storage

/// What a worker knows of the rows of `sentry_email`. The reference gives every address of a user its row when it saves
/// it; ours come at the end, where the file has brought none. Until then a promised address counts as one that has its
/// row.
final class AddressBook {
    private var promised: Set<TextKey> = []
    private var written: Set<TextKey> = []
    /// False where users were imported that the book does not know: before a take-over.
    private var isComplete = true
    private var table = Knowledge.none
    /// The number of the transaction in which the table was read last.
    private var readIn: Int?

    /// What is known of the table itself.
    private enum Knowledge {
        case none
        /// All rows up to this id that others had committed.
        case rows(upTo: Int64)
        case tooMuch
    }

    /// Rows of a table that is read as a whole, and rows read at a time: looking 1,000 new addresses up costs as much
    /// as writing them, for a citext index lower-cases both sides of every comparison.
    private static let capacity = 50_000
    private static let page = 20_000

    static func key(_ address: String) -> TextKey { TextKey(EmailAddresses.fold(address)) }

    /// A saved user's address.
    func promise(_ address: Value) {
        if let text = address.text { promised.insert(Self.key(text)) }
    }

    func isPromised(_ address: TextKey) -> Bool { promised.contains(address) }

    /// An address that has its row.
    func note(_ address: TextKey) { written.insert(address) }

    func isWritten(_ address: TextKey) -> Bool { written.contains(address) }

    /// Whether an address can have a row already. Others' rows that were committed since the table was read are not
    /// known: only where their conflict is tried again.
    func mayBeStored(_ address: TextKey) -> Bool {
        if case .tooMuch = table { return true }
        return written.contains(address)
    }

    /// Reads the rows that were added since the last call, once in a transaction that defers its writes; gives up for
    /// good where there are too many.
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

    /// Reads what an earlier worker, or a transaction that was rolled back, leaves to know.
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
