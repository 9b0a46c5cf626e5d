import Catalogue
import Ledger
import Storage
import TextForms

/// The rows of `sentry_email`, one an address in any spelling.
enum EmailAddresses {
    static func fold(_ address: String) -> ExactText { ExactText(LowerCaseFolding.folded(address)) }

    /// Folded address → id of its row.
    static func stored(_ addresses: [Value], _ batch: Batch) throws(ImportFailure) -> [ExactText: Int64] {
        let table = try batch.table(ofModel: "sentry.email")
        let book = batch.memory.addresses
        try book.readTable(batch)
        let texts = Set(addresses).filter {
            $0.text.map { !batch.isTriedAgain || book.mayBeStored(AddressBook.key($0)) } ?? false
        }
        guard !texts.isEmpty else { return [:] }
        var out: [ExactText: Int64] = [:]
        for row in try batch.select(Select(["id", "email"], from: table, where: [.isIn("email", Array(texts))])) {
            if let id = row[0].integer, let address = row[1].text { out[fold(address)] = id }
        }
        return out
    }

    /// Adds a row for every address that has none, dated now.
    static func ensure(_ addresses: [Value], _ batch: Batch) throws(ImportFailure) {
        let book = batch.memory.addresses
        let unknown = addresses.filter { $0.text.map { !book.isWritten(AddressBook.key($0)) } ?? false }
        guard !unknown.isEmpty else { return }
        var known = Set(try stored(unknown, batch).keys)
        let missing = unknown.compactMap(\.text).filter { known.insert(fold($0)).inserted }
        try batch.insert(
            into: batch.table(ofModel: "sentry.email"), ["email", "date_added"],
            missing.map { [.text($0), .timestamp(batch.now)] }, ignoringConflicts: true)
        for address in missing { book.note(AddressBook.key(address)) }
    }
}

/// `sentry.email`: one row an address in any spelling; the imported spelling and date replace the stored ones.
struct EmailRule: ModelRule {
    let model: Model
    private let email: Int
    private let id: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        email = try model.requireColumn("email")
        id = model.idColumn
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        let book = batch.memory.addresses
        try book.complete(batch)
        var upsert = Upsert<ExactText>(try EmailAddresses.stored(rows.map { $0.values[email] }, batch))
        var isPromised: [Bool] = []
        for row in rows {
            let text = row.values[email].text
            let key = text.map(AddressBook.key)
            isPromised.append(key.map(book.isPromised) ?? false)
            key.map(book.note)
            upsert.add(row, key: text.map(EmailAddresses.fold))
        }
        return try upsert.write(self, batch) { index, isCreated in
            isCreated && !isPromised[index] ? .inserted : .existing
        }
    }
}
