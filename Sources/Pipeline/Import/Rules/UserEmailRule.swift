import Catalogue
import Ledger
import Storage

/// `sentry.useremail`: one row per user and address, the last one in the file. Only a Global import keeps it verified.
struct UserEmailRule: ModelRule {
    let model: Model
    let belongsToUser = true
    private let user, email, isVerified, validationHash, dateHashAdded: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        user = try model.requireColumn("user_id")
        email = try model.requireColumn("email")
        isVerified = try model.requireColumn("is_verified")
        validationHash = try model.requireColumn("validation_hash")
        dateHashAdded = try model.requireColumn("date_hash_added")
    }

    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason? {
        guard !batch.isGlobal else { return nil }
        row.values[isVerified] = .bool(false)
        row.values[validationHash] = .text(batch.random.alphanumeric(32))
        row.values[dateHashAdded] = .timestamp(batch.now)
        return nil
    }

    private struct Key: Hashable {
        let user: Int64
        let email: ExactText
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        var upsert = Upsert<Key>(try storedRows(rows, batch), keyColumns: [user, email])
        for row in rows {
            var key: Key?
            if let user = row.values[user].integer, let email = row.values[email].text {
                key = Key(user: user, email: ExactText(email))
            }
            upsert.add(row, key: key)
        }
        for row in upsert.decisions.inserts { batch.memory.emailCache.promise(row.values[email]) }
        return upsert.decisions
    }

    private func storedRows(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [Key: Int64] {
        let users = batch.memory.ownUsers.toLookUp(Set(rows.compactMap { $0.values[user].integer }), batch)
        guard !users.isEmpty else { return [:] }
        var stored: [Key: Int64] = [:]
        for row in try batch.select(
            Select(["id", "user_id", "email"], from: model.table, where: [.isIn("user_id", users)]))
        {
            if let id = row[0].integer, let user = row[1].integer, let email = row[2].text {
                stored[Key(user: user, email: ExactText(email))] = id
            }
        }
        return stored
    }
}
