import Catalogue
import Ledger
import Storage
import TextForms

/// The rows of `sentry_email`: one per address, however its letters are cased.
enum EmailAddresses {
    static func fold(_ address: String) -> ExactText { ExactText(LowerCaseFolding.folded(address)) }

    /// Folded address → the id of its row.
    static func stored(_ addresses: [Value], _ batch: Batch) throws(ImportFailure) -> [ExactText: Int64] {
        let table = try batch.table(ofModel: "sentry.email")
        let cache = batch.memory.emailCache
        try cache.readTable(batch)
        let texts = Set(addresses).filter {
            $0.text.map { !batch.isTriedAgain || cache.mayBeStored(EmailCache.key($0)) } ?? false
        }
        guard !texts.isEmpty else { return [:] }
        var out: [ExactText: Int64] = [:]
        for row in try batch.select(Select(["id", "email"], from: table, where: [.isIn("email", Array(texts))])) {
            if let id = row[0].integer, let address = row[1].text { out[fold(address)] = id }
        }
        return out
    }

    /// Inserts a row, dated now, for every address that has none.
    static func ensure(_ addresses: [Value], _ batch: Batch) throws(ImportFailure) {
        let cache = batch.memory.emailCache
        let unknown = addresses.filter { $0.text.map { !cache.isWritten(EmailCache.key($0)) } ?? false }
        guard !unknown.isEmpty else { return }
        var known = Set(try stored(unknown, batch).keys)
        let missing = unknown.compactMap(\.text).filter { known.insert(fold($0)).inserted }
        try batch.insert(
            into: batch.table(ofModel: "sentry.email"), ["email", "date_added"],
            missing.map { [.text($0), .timestamp(batch.now)] }, ignoringConflicts: true)
        for address in missing { cache.note(EmailCache.key(address)) }
    }
}

/// `sentry.email`: one row per address, however its letters are cased. The imported spelling and date replace the
/// stored ones.
struct EmailRule: ModelRule {
    let model: Model
    private let email: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        email = try model.requireColumn("email")
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        let cache = batch.memory.emailCache
        try cache.complete(batch)
        var upsert = Upsert<ExactText>(try EmailAddresses.stored(rows.map { $0.values[email] }, batch))
        for row in rows {
            let text = row.values[email].text
            let key = text.map(EmailCache.key)
            let isPromised = key.map(cache.isPromised) ?? false
            key.map(cache.note)
            upsert.add(
                row, key: text.map(EmailAddresses.fold), created: isPromised ? .existing : .inserted,
                found: .existing)
        }
        return upsert.decisions
    }
}
