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
        var known = Set(try stored(addresses, batch).keys)
        let missing = addresses.compactMap(\.text).filter { known.insert(fold($0)).inserted }
        try batch.insert(
            into: Catalogue.known("sentry.email").table, ["email", "date_added"],
            missing.map { [.text($0), .timestamp(batch.now)] }, ignoringConflicts: true)
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
        var upsert = Upsert<ExactText>(try EmailAddresses.stored(rows.map { $0.values[email] }, batch))
        for row in rows {
            upsert.add(row, key: row.values[email].text.map(EmailAddresses.fold))
        }
        return try upsert.write(self, batch) { created in created ? .inserted : .existing }
    }
}
