import Catalogue
import Ledger
import Storage
import TextForms

/// `sentry.userip`: one row a user and address, without its place; seeing an address makes its user active now.
struct UserIPRule: ModelRule {
    let model: Model
    let belongsToUser = true
    private let user, address, country, region, firstSeen, lastSeen: Int

    /// A user counts as active again when the last activity is older than this, in microseconds.
    private static let activityInterval: Int64 = 60_000_000

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        user = try model.requireColumn("user_id")
        address = try model.requireColumn("ip_address")
        country = try model.requireColumn("country_code")
        region = try model.requireColumn("region_code")
        firstSeen = try model.requireColumn("first_seen")
        lastSeen = try model.requireColumn("last_seen")
    }

    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason? {
        row.values[country] = .null
        row.values[region] = .null
        if !batch.isGlobal {
            row.values[firstSeen] = .timestamp(batch.now)
            row.values[lastSeen] = .timestamp(batch.now)
        }
        return nil
    }

    private struct Key: Hashable {
        let user: Int64
        let address: String
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        for row in rows { try validate(row) }
        let users = Array(Set(rows.map { $0.values[user] }))
        let found = try batch.select(
            Select(["id", "user_id", "ip_address"], from: model.table, where: [.isIn("user_id", users)]))
        var stored: [Key: Int64] = [:]
        for row in found {
            if let id = row[0].integer, let user = row[1].integer, let address = row[2].text {
                stored[Key(user: user, address: address)] = id
            }
        }
        var upsert = Upsert<Key>(stored)
        for row in rows {
            var key: Key?
            if let user = row.values[user].integer, let address = row.values[address].text {
                key = Key(user: user, address: address)
            }
            upsert.add(row, key: key)
        }
        let results = try upsert.write(self, batch) { _, _ in .inserted }
        try touch(users, batch)
        return results
    }

    private func validate(_ row: Row) throws(ImportFailure) {
        guard let text = row.values[address].text else {
            throw .row(.validationError, model, row, "{'ip_address': ['This field cannot be null.']}")
        }
        guard IPAddress.isValid(text) else {
            throw .row(.validationError, model, row, "{'ip_address': ['Enter a valid IPv4 or IPv6 address.']}")
        }
        for column in [firstSeen, lastSeen] where row.values[column].isNull {
            throw .row(
                .validationError, model, row, "{'\(model.columns[column].name)': ['This field cannot be null.']}")
        }
    }

    private func touch(_ users: [Value], _ batch: Batch) throws(ImportFailure) {
        let table = try batch.table(ofModel: "sentry.user")
        let idle = try batch.select(Select(["id", "last_active"], from: table, where: [.isIn("id", users)]))
            .filter { row in
                guard case .timestamp(let time) = row[1] else { return true }
                return time < batch.now - Self.activityInterval
            }
        guard !idle.isEmpty else { return }
        do {
            try batch.database.update(
                Update(table, set: ["last_active"], rows: idle.map { [$0[0], .timestamp(batch.now)] }))
        } catch {
            throw .from(error, model: model)
        }
    }
}
