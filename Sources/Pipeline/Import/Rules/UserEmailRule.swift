import Catalogue
import Storage

/// `sentry.useremail`: takes the place of the row that saving the user made for its primary address; unverified
/// outside a Global import.
struct UserEmailRule: ModelRule {
    let model: Model
    let belongsToUser = true
    private let user, email, isVerified, validationHash, dateHashAdded: Int

    init(_ model: Model) {
        self.model = model
        user = model.position("user_id")
        email = model.position("email")
        isVerified = model.position("is_verified")
        validationHash = model.position("validation_hash")
        dateHashAdded = model.position("date_hash_added")
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

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        let users = Set(rows.map { $0.values[user] }).filter { !$0.isNull }
        let found = try batch.select(
            Select(["id", "user_id", "email"], from: model.table, where: [.isIn("user_id", Array(users))]))
        var stored: [Key: Int64] = [:]
        for row in found {
            if let id = row[0].integer, let user = row[1].integer, let email = row[2].text {
                stored[Key(user: user, email: ExactText(email))] = id
            }
        }
        var upsert = Upsert<Key>(stored)
        for row in rows {
            var key: Key?
            if let user = row.values[user].integer, let email = row.values[email].text {
                key = Key(user: user, email: ExactText(email))
            }
            upsert.add(row, key: key)
        }
        return try upsert.write(self, batch, keeping: [user, email]) { _ in .inserted }
    }

    func afterInsert(_ rows: [Row], _ batch: Batch) throws(ImportFailure) {
        try EmailAddresses.ensure(rows.map { $0.values[email] }, batch)
    }
}
