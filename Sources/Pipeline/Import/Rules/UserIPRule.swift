import Catalogue
import Ledger
import Storage
import TextForms

/// `sentry.userip`: one row per user and address, without its country and region. Saving it makes its user active now.
struct UserIPRule: ModelRule {
    let model: Model
    let belongsToUser = true
    private let user, address, country, region, firstSeen, lastSeen: Int

    /// Microseconds after which saving an address changes when its user was last active.
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

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        for row in rows { try validate(row) }
        let users = Array(Set(rows.map { $0.values[user] }))
        var upsert = Upsert<Key>(try storedRows(of: users, batch))
        for row in rows {
            var key: Key?
            if let user = row.values[user].integer, let address = row.values[address].text {
                key = Key(user: user, address: address)
            }
            upsert.add(row, key: key)
        }
        var decisions = upsert.decisions
        if let update = try activity(of: users, batch) { decisions.relatedUpdates.append(update) }
        return decisions
    }

    private func storedRows(of users: [Value], _ batch: Batch) throws(ImportFailure) -> [Key: Int64] {
        let found = try batch.select(
            Select(["id", "user_id", "ip_address"], from: model.table, where: [.isIn("user_id", users)]))
        var stored: [Key: Int64] = [:]
        for row in found {
            if let id = row[0].integer, let user = row[1].integer, let address = row[2].text {
                stored[Key(user: user, address: address)] = id
            }
        }
        return stored
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

    /// Makes those users active now whose last activity is some time ago; nil if there are none.
    private func activity(of users: [Value], _ batch: Batch) throws(ImportFailure) -> Update? {
        let table = try batch.table(ofModel: "sentry.user")
        let idle = try batch.select(Select(["id", "last_active"], from: table, where: [.isIn("id", users)]))
            .filter { row in
                guard case .timestamp(let time) = row[1] else { return true }
                return time < batch.now - Self.activityInterval
            }
        guard !idle.isEmpty else { return nil }
        return Update(table, set: ["last_active"], rows: idle.map { [$0[0], .timestamp(batch.now)] })
    }
}
