import Catalogue
import Ledger
import Storage

/// `sentry.organizationmember`: loses an inviter that was not imported and a token that another member has; takes its
/// user's address and state over, as do all memberships of that user.
struct OrganizationMemberRule: ModelRule {
    let model: Model
    private let user, email, token, tokenExpiry, userEmail, userIsActive: Int

    /// Days for which an invitation stays valid.
    private static let invitationDays: Int64 = 30

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        user = try model.requireColumn("user_id")
        email = try model.requireColumn("email")
        token = try model.requireColumn("token")
        tokenExpiry = try model.requireColumn("token_expires_at")
        userEmail = try model.requireColumn("user_email")
        userIsActive = try model.requireColumn("user_is_active")
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        var rows = rows
        var tokens = try storedTokens(rows, batch)
        for index in rows.indices {
            // Two nulls are equal here, as in the reference.
            if !tokens.insert(rows[index].values[token]).inserted {
                rows[index].values[token] = .null
                rows[index].values[tokenExpiry] = .null
                tokens.insert(.null)
            }
            try checkIdentity(rows[index])
            let holdsToken = !(rows[index].values[token].text ?? "").isEmpty
            if holdsToken, rows[index].values[tokenExpiry].isNull {
                rows[index].values[tokenExpiry] = batch.inDays(Self.invitationDays)
            }
        }
        let users = try users(of: rows, batch)
        take(users, into: &rows)
        var decisions = Decisions(inserting: rows)
        if let update = try olderMemberships(of: users, batch) { decisions.relatedUpdates.append(update) }
        return decisions
    }

    func completed(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [Row] {
        var rows = rows
        take(try users(of: rows, batch), into: &rows)
        return rows
    }

    private func take(_ users: Users, into rows: inout [Row]) {
        for index in rows.indices {
            guard let user = users[rows[index].values[user]] else { continue }
            rows[index].values[userEmail] = user.email
            rows[index].values[userIsActive] = user.isActive
        }
    }

    private func storedTokens(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Set<Value> {
        let wanted = Set(rows.map { $0.values[token] })
        let texts = wanted.filter { !$0.isNull }
        var found = Set<Value>()
        if !texts.isEmpty {
            let rows = try batch.select(Select(["token"], from: model.table, where: [.isIn("token", Array(texts))]))
            found = Set(rows.map { $0[0] })
        }
        let nulls = try batch.select(Select(["id"], from: model.table, where: [.isNull("token")], limit: 1))
        if !nulls.isEmpty { found.insert(.null) }
        return found
    }

    /// A member has a user or, while it is invited, an address.
    private func checkIdentity(_ row: Row) throws(ImportFailure) {
        let hasUser = (row.values[user].integer ?? 0) != 0
        let hasAddress = !(row.values[email].text ?? "").isEmpty
        let isInvited = row.values[user].isNull && hasAddress
        let isMember = hasUser && row.values[email].isNull
        guard isInvited || isMember else {
            throw .row(.unknown, model, row, "a member needs either a user or an e-mail address, and not both")
        }
    }

    // MARK: A new membership makes all memberships of its user take the user's address and state

    private typealias Users = [Value: (email: Value, isActive: Value)]

    private func users(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> Users {
        let wanted = Set(rows.map { $0.values[user] }).filter { !$0.isNull }
        guard !wanted.isEmpty else { return [:] }
        let table = try batch.table(ofModel: "sentry.user")
        do {
            let found = try batch.destination.control.select(
                Select(["id", "email", "is_active"], from: table, where: [.isIn("id", Array(wanted))]))
            return Dictionary(found.map { ($0[0], ($0[1], $0[2])) }, uniquingKeysWith: { first, _ in first })
        } catch {
            throw .from(error, model: model)
        }
    }

    /// The stored memberships that say something else of their user; nil if there are none. Only a merged user has
    /// memberships of other organizations.
    private func olderMemberships(of users: Users, _ batch: Batch) throws(ImportFailure) -> Update? {
        let merged = users.keys.filter { id in
            id.integer.map { !batch.map.claims($0, of: "sentry.user") } ?? false
        }
        guard !merged.isEmpty else { return nil }
        let columns = ["user_email", "user_is_active"]
        let found = try batch.select(
            Select(["id", "user_id"] + columns, from: model.table, where: [.isIn("user_id", merged)]))
        let stale: [[Value]] = found.compactMap { row in
            guard let user = users[row[1]], user.email != row[2] || user.isActive != row[3] else { return nil }
            return [row[0], user.email, user.isActive]
        }
        return stale.isEmpty ? nil : Update(model.table, set: columns, rows: stale)
    }
}
