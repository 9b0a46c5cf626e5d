import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// A destination with an owner and a creator, and an export of two organizations to relocate into it.
struct RelocationSite {
    let site: LedgerSite
    let uuid = "7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e13"

    init(_ form: LedgerSite.Form = .sqlite) throws {
        site = try LedgerSite(form)
        let people = ["owner@example.com", "root@example.com"].enumerated().map { (index: Int, name: String) in
            SampleExport.user(index + 1, username: name, changes: ["email": name])
        }
        let users = try site.wait("users", site.write(people, to: "people.json"))
        #expect(users.code == 0, "\(users.errors)")
    }

    /// Organizations of these slugs; ann is a member of all, the owner named in `ownerOf` comes along in none.
    static func organizations(_ slugs: [String], users: Int = 2) -> [[String: Any]] {
        var rows: [[String: Any]] = slugs.enumerated().map { index, slug in
            [
                "model": "sentry.organization", "pk": index + 1,
                "fields": [
                    "name": "The \(slug)", "slug": slug, "status": 0, "date_added": "2023-06-22T22:54:28.773Z",
                    "default_role": "member", "is_test": false, "flags": "1",
                ],
            ]
        }
        rows += (1...users).map { SampleExport.user($0 + 10, username: "member-\($0)") }
        var pk = 0
        for (index, _) in slugs.enumerated() {
            for user in 1...users {
                pk += 1
                rows.append([
                    "model": "sentry.organizationmember", "pk": pk,
                    "fields": [
                        "organization": index + 1, "user_id": user + 10, "email": NSNull(), "role": "member",
                        "flags": "0", "token": NSNull(), "date_added": "2023-06-22T22:59:55.561Z",
                        "token_expires_at": NSNull(), "has_global_access": true, "type": 50, "inviter_id": NSNull(),
                        "invite_status": 0, "user_is_active": true, "user_email": NSNull(),
                    ],
                ])
            }
        }
        return rows
    }

    func export(_ slugs: [String] = ["alpha", "beta"], users: Int = 2) throws -> String {
        try site.write(Self.organizations(slugs, users: users), to: "organizations.json")
    }

    /// Queues a relocation of both organizations.
    @discardableResult
    func relocate(_ file: String, orgs: String = "alpha,beta", _ more: String...) throws -> Installation.Result {
        try site.run(
            "relocate",
            ["--owner", "owner@example.com", "--creator", "root@example.com", "--orgs", orgs, "--import-uuid", uuid]
                + more + [file])
    }

    @discardableResult
    func drain(failpoint: String? = nil) throws -> Installation.Result {
        try site.worker("run", "--drain", environment: ["RELOCATION_FAILPOINT": failpoint])
    }

    func status() throws -> [String: Any] { try site.installation.status(uuid) }

    /// As if it had waited for an hour for the export of another destination, and it were time to look again.
    func letAnHourPass() throws {
        let export = String(uuid.prefix(14)) + "8" + uuid.dropFirst(15)
        let hourAgo = Int(Date().timeIntervalSince1970 * 1_000) - 3_601_000
        let installation = site.installation
        try installation.redis.cli(["HSET", "{\(installation.prefix)}:record:\(export)", "createdAt", "\(hourAgo)"])
        try installation.redis.cli(["ZADD", "{\(installation.prefix)}:ready:unbound", "\(hourAgo)", uuid])
    }

    /// As if its back-off were over.
    func tryAgainNow() throws {
        try site.installation.redis.cli(
            ["ZADD", "{\(site.installation.prefix)}:ready:unbound", "XX", "0", uuid])
    }

    /// As if the lease of a worker that was lost had run out.
    func loseLease() throws {
        try site.installation.redis.cli(
            ["ZADD", "{\(site.installation.prefix)}:leased:unbound", "XX", "0", uuid])
    }

    // MARK: The destination

    func rows(_ table: String, _ silo: Silo = .region) throws -> [[String: Value]] {
        let table = try #require(
            Catalogue.standard.table(table)
                ?? (Catalogue.standard.tables + OwnTables.standard.all).first { $0.name == table })
        let columns = table.columns.map(\.name)
        return try site.database(silo).select(Select(columns, from: table)).map {
            Dictionary(uniqueKeysWithValues: zip(columns, $0))
        }
    }

    func record() throws -> [String: Value] { try #require(try rows("sentry_relocation").first) }

    /// Slug → status of all organizations.
    func organizations() throws -> [String: Int64] {
        Dictionary(
            uniqueKeysWithValues: try rows("sentry_organization").map {
                ($0["slug"]?.text ?? "", $0["status"]?.integer ?? -1)
            })
    }

    /// The roles that a user has, one for each membership.
    func roles(of username: String) throws -> [String] {
        let user = try #require(try rows("auth_user", .control).first { $0["username"]?.text == username }?["id"])
        return try rows("sentry_organizationmember").filter { $0["user_id"] == user }.compactMap { $0["role"]?.text }
    }
}
