import Catalogue
import Storage

/// The rows of `sentry_email`, one an address in any spelling.
enum EmailAddresses {
    static func fold(_ address: String) -> ExactText { ExactText(CaseFolding.folded(address)) }

    /// Folded address → id of its row.
    static func stored(_ addresses: [Value], _ batch: Batch) throws(ImportFailure) -> [ExactText: Int64] {
        let table = Catalogue.known("sentry.email").table
        let texts = Array(Set(addresses)).filter { !$0.isNull }
        var out: [ExactText: Int64] = [:]
        for row in try batch.select(Select(["id", "email"], from: table, where: [.isIn("email", texts)])) {
            if let id = row[0].integer, let address = row[1].text { out[fold(address)] = id }
        }
        return out
    }

    /// Saving a user's address adds its row where there is none, dated now.
    static func ensure(_ addresses: [Value], _ batch: Batch) throws(ImportFailure) {
        guard !addresses.isEmpty else { return }
        let table = Catalogue.known("sentry.email").table
        let known = try stored(addresses, batch)
        for (address, id) in known { batch.memory.addresses.add(address, id) }
        var seen = Set(known.keys)
        var missing: [(text: String, folded: ExactText)] = []
        for text in addresses.lazy.compactMap(\.text) {
            let folded = fold(text)
            if seen.insert(folded).inserted { missing.append((text, folded)) }
        }
        guard !missing.isEmpty else { return }
        let ids = try batch.reserveIDs(missing.count, for: table)
        try batch.insert(
            into: table, ["email", "date_added"], missing.map { [.text($0.text), .timestamp(batch.now)] },
            numbered: ids, ignoringConflicts: true)
        // Should somebody else have been faster with an address, its update fails for the missing row, and passes then.
        for (id, address) in zip(ids, missing) { batch.memory.addresses.add(address.folded, id) }
    }
}

/// `sentry.email`: one row an address in any spelling; the imported spelling and date replace the stored ones.
struct EmailRule: ModelRule {
    let model: Model
    private let email: Int
    private let id: Int

    init(_ model: Model) {
        self.model = model
        email = model.position("email")
        id = model.position("id")
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        let keys = rows.map { $0.values[email].text.map(EmailAddresses.fold) }
        var upsert = Upsert<ExactText>(try stored(rows, keys, batch))
        for (row, key) in zip(rows, keys) { upsert.add(row, key: key) }
        return try upsert.write(self, batch) { created in created ? .inserted : .existing }
    }

    /// The ids of the addresses that have a row: those the worker knows of, and what the table holds of the others.
    private func stored(
        _ rows: [Row], _ keys: [ExactText?], _ batch: Batch
    ) throws(ImportFailure) -> [ExactText: Int64] {
        var known: [ExactText: Int64] = [:]
        var unknown: [Value] = []
        for (row, key) in zip(rows, keys) {
            guard let key, known[key] == nil else { continue }
            if let id = batch.memory.addresses.take(key) { known[key] = id } else { unknown.append(row.values[email]) }
        }
        if unknown.isEmpty { return known }
        return known.merging(try EmailAddresses.stored(unknown, batch)) { first, _ in first }
    }
}
