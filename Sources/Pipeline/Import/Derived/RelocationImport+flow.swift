public import Catalogue
import Ledger
import Storage

/// What a relocation with steps does to its destination after the rows. Each part changes nothing when it runs again.
extension RelocationImport {
    /// An organization that the import has inserted, and the slug that it was given then.
    public struct ImportedOrganization: Sendable, Equatable {
        public let id: Int64
        public let recordedSlug: String?
    }

    /// The organizations that the import has inserted, in the order of their ids.
    public var importedOrganizations: [ImportedOrganization] {
        let name = "sentry.organization"
        let ids = Set(map.newPKs(of: name))
        return map.entries(of: name).sourcePKs(of: ids).sorted { $0.newPK < $1.newPK }.map {
            ImportedOrganization(id: $0.newPK, recordedSlug: map.identifier(name, $0.sourcePK))
        }
    }

    /// Makes a user a member, with the role `owner`, of each imported organization of which the user is none yet. A role
    /// that is there stays. Returns how many memberships were added.
    @discardableResult
    public func addOwner(_ user: Int64, now: Int64 = WallClock.now()) throws(ImportFailure) -> Int {
        let organizations = importedOrganizations.map { Value.integer($0.id) }
        guard !organizations.isEmpty else { return 0 }
        let model: Model
        let mirrors: [ReplicaWriter]
        let users: Table
        do throws(CatalogueGap) {
            model = try catalogue.requireModel("sentry.organizationmember")
            users = try catalogue.requireModel("sentry.user").table
            mirrors = try Replica.all.filter { $0.model == model.name }.map { replica throws(CatalogueGap) in
                try ReplicaWriter(replica, self, now: now)
            }
        } catch {
            throw ImportFailure(error)
        }
        var added = 0
        try inTransactions(model, "owner") { () throws(StorageError) in
            let region = destination.region
            let found = try region.select(
                Select(
                    ["organization_id", "id"], from: model.table,
                    where: [.equals("user_id", .integer(user)), .isIn("organization_id", organizations)]))
            let known = Set(found.map { $0[0] })
            let missing = organizations.filter { !known.contains($0) }
            let profile = try destination.control.select(
                Select(["email", "is_active"], from: users, where: [.equals("id", .integer(user))])
            ).first
            let ids = try region.reserveIDs(missing.count, for: model.table)
            // Otherwise an undo would leave the rows.
            try ledger.note(inserted: ids, into: model.table)
            try region.insert(
                Insert(
                    into: model.table,
                    columns: ["id", "organization_id"] + Self.ownerColumns.map(\.name) + Self.userColumns,
                    rows: zip(ids, missing).map { id, organization in
                        [.integer(id), organization] + Self.ownerColumns.map(\.value) + [
                            .timestamp(now), .integer(user), profile?[0] ?? .null, profile?[1] ?? .bool(true),
                        ]
                    }))
            // A membership that was there has its mirror row.
            for mirror in mirrors { try mirror.write(ids) }
            added = ids.count
        }
        return added
    }

    /// What the reference gives a new membership.
    private static let ownerColumns: [(name: String, value: Value)] = [
        ("role", .text("owner")), ("flags", .integer(0)), ("has_global_access", .bool(true)), ("type", .integer(50)),
        ("invite_status", .integer(0)), ("email", .null), ("token", .null), ("token_expires_at", .null),
        ("inviter_id", .null),
    ]

    private static let userColumns = ["date_added", "user_id", "user_email", "user_is_active"]

    /// Shows the imported organizations that wait for the end of their relocation. Those that somebody has given another
    /// status stay as they are. Returns the slugs of all imported ones, in the order of their ids.
    @discardableResult
    public func showOrganizations() throws(ImportFailure) -> [String] {
        let model: Model
        let mapping: Table
        do throws(CatalogueGap) {
            model = try catalogue.requireModel("sentry.organization")
            mapping = try catalogue.requireTable("sentry_organizationmapping")
        } catch {
            throw ImportFailure(error)
        }
        let ids = importedOrganizations.map { Value.integer($0.id) }
        guard !ids.isEmpty else { return [] }
        var slugs: [String] = []
        try inTransactions(model, "shown") { () throws(StorageError) in
            let hidden = Value.integer(OrganizationRule.relocationPendingApproval)
            let found = try destination.region.select(
                Select(["id", "slug", "status"], from: model.table, where: [.isIn("id", ids)]))
            slugs = found.compactMap { $0[1].text }
            try destination.region.update(
                Update(
                    model.table, set: ["status"], rows: found.filter { $0[2] == hidden }.map { [$0[0], .integer(0)] }))
            let mirrored = try destination.control.select(
                Select(
                    ["id"], from: mapping, where: [.isIn("organization_id", ids), .equals("status", hidden)]))
            try destination.control.update(
                Update(mapping, set: ["status"], rows: mirrored.map { [$0[0], .integer(0)] }))
        }
        return slugs
    }

    /// An imported user whose account nobody has claimed yet.
    public struct UnclaimedUser: Sendable, Equatable {
        public let id: Int64
        public let username: String
        public let email: String
        /// What the link of the claim holds.
        public let hash: String
    }

    /// The users that the import has inserted and that are unclaimed, each with a hash: a new one where there is none, or
    /// one that is an hour old.
    public func unclaimedUsers(now: Int64 = WallClock.now()) throws(ImportFailure) -> [UnclaimedUser] {
        let model: Model
        let hashes: Table
        do throws(CatalogueGap) {
            model = try catalogue.requireModel("sentry.user")
            hashes = try catalogue.requireTable("sentry_lostpasswordhash")
        } catch {
            throw ImportFailure(error)
        }
        let ids = map.newPKs(of: model.name).map { Value.integer($0) }
        var users: [UnclaimedUser] = []
        for start in stride(from: 0, to: ids.count, by: Self.userPage) {
            let page = Array(ids[start..<min(start + Self.userPage, ids.count)])
            try inTransactions(model, "hashes from \(start)") { () throws(StorageError) in
                let found = try destination.control.select(
                    Select(
                        ["id", "username", "email"], from: model.table,
                        where: [.isIn("id", page), .equals("is_unclaimed", .bool(true))]))
                let hashOf = try validHashes(of: found.map { $0[0] }, hashes, now)
                users += found.compactMap { row in
                    guard let id = row[0].integer, let hash = hashOf[row[0]] else { return nil }
                    return UnclaimedUser(
                        id: id, username: row[1].text ?? "", email: row[2].text ?? "", hash: hash)
                }
            }
        }
        return users
    }

    private static let userPage = 1_000
    /// Microseconds for which a hash is valid.
    private static let hashLife: Int64 = 3_600_000_000

    private func validHashes(
        of users: [Value], _ table: Table, _ now: Int64
    ) throws(StorageError) -> [Value: String] {
        guard !users.isEmpty else { return [:] }
        var hashOf: [Value: String] = [:]
        var renewed: [[Value]] = []
        let rows = try destination.control.select(
            Select(["id", "user_id", "hash", "date_added"], from: table, where: [.isIn("user_id", users)]))
        for row in rows {
            let isValid = (row[3].timestamp ?? 0) > now - Self.hashLife
            let hash = isValid ? row[2].text ?? "" : random.alphanumeric(32)
            if !isValid { renewed.append([row[0], .text(hash), .timestamp(now)]) }
            hashOf[row[1]] = hash
        }
        if !renewed.isEmpty {
            try destination.control.update(Update(table, set: ["hash", "date_added"], rows: renewed))
        }
        let missing = users.filter { hashOf[$0] == nil }
        guard !missing.isEmpty else { return hashOf }
        let ids = try destination.control.reserveIDs(missing.count, for: table)
        for user in missing { hashOf[user] = random.alphanumeric(32) }
        try destination.control.insert(
            Insert(
                into: table, columns: ["id", "user_id", "hash", "date_added"],
                rows: zip(ids, missing).map { id, user in
                    [.integer(id), user, .text(hashOf[user] ?? ""), .timestamp(now)]
                }))
        return hashOf
    }
}
