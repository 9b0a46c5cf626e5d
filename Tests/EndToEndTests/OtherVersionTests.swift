import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// Exports of other versions, from the file to the database.
@Suite struct OtherVersionTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    private static func row(_ model: String, _ pk: Int, _ fields: String) -> String {
        #"{"model": "sentry.\#(model)", "pk": \#(pk), "fields": {\#(fields)}}"#
    }

    private static func file(_ rows: [String]) -> String { "[\n" + rows.joined(separator: ",\n") + "\n]" }

    private static let organization = row("organization", 1, #""name": "Acme", "slug": "acme", "flags": "1""#)
    private static let project = row("project", 2, #""organization": 1, "name": "Shop", "slug": "shop", "flags": "10""#)
    private static let team = row(
        "team", 3, #""organization": 1, "name": "Ops", "slug": "ops", "actor": 9, "org_role": null"#)

    /// As of 2023: users by their names, owners by actor, fields without `_id`.
    private static let old = file([
        organization,
        row("actor", 9, #""type": 0, "team": 3, "user_id": null"#), team,
        row("user", 5, #""username": "ann", "email": "ann@example.com", "password": "x", "name": "Ann""#),
        row("useremail", 6, #""user": ["ann"], "email": "ann@example.com", "is_verified": true"#), project,
        row(
            "organizationmember", 7,
            #""organization": 1, "user": ["ann"], "inviter": null, "role": "owner", "token": null"#),
        row(
            "rule", 8,
            #""project": 2, "label": "r", "data": "{\"actions\": [{\"id\": \"a\"}]}", "owner": 9, "nosuch": 1"#),
    ])

    private func imported(_ text: String, _ flags: [String] = [], isPiped: Bool = false) throws -> String {
        let path = try installation.folder.write(text, to: "import.json")
        let queued = try installation.start(
            "relocation-enqueue", ["organizations"] + flags + [isPiped ? "-" : path], input: isPiped ? path : nil
        ).result()
        try #require(queued.code == 0, "\(queued.errors)")
        try #require(try installation.worker("run", "--drain").code == 0)
        return queued.lastLine
    }

    @Test func everythingArrives() throws {
        let uuid = try imported(Self.old)
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS")
        #expect(
            status["rows"] as? [String: Int] == [
                "source": 8, "inserted": 7, "existing": 0, "overwritten": 0, "dropped": 1,
            ])
        let adapted = try #require(status["adapted"] as? [String: Int])
        #expect(adapted["sentry.useremail.user: natural key becomes the id"] == 1)
        #expect(adapted["sentry.rule: owner becomes owner_user_id or owner_team"] == 1)
        #expect(adapted["sentry.rule.nosuch: unknown field, left out"] == 1)
        #expect(
            (status["warnings"] as? [String])?.contains("1 row with sentry.rule.nosuch: unknown field, left out")
                == true)
        let user = try #require(try installation.table("auth_user").first?["id"])
        #expect(try installation.table("sentry_organizationmember").first?["user_id"] == user)
        #expect(
            try installation.table("sentry_rule").first?["owner_team_id"]
                == installation.table("sentry_team").first?["id"])
        let listed = try installation.enqueue("adapted", uuid)
        #expect(listed.output.contains("sentry.team.org_role: left out"), "\(listed.output)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(installation.enqueue("adapted", uuid, "--json").output.utf8))
                as? [String: Any])
        let rule = (json["rows"] as? [[String: Any]])?.first { ($0["what"] as? String)?.contains("nosuch") == true }
        #expect(rule?["line"] as? Int == 9 && rule?["record"] as? Int == 8 && rule?["pk"] as? Int == 8)
    }

    /// What Sentry's own import refuses.
    @Test func strictRefuses() throws {
        let path = try installation.folder.write(Self.old, to: "old.json")
        let refused = try installation.enqueue("organizations", "--strict", path)
        #expect(refused.code == 65 && refused.errors.contains("field org_role"), "\(refused.errors)")
        #expect(try installation.enqueue("list", "--json").output == "[]\n")
        #expect(try installation.enqueue("users", "--strict", "--source-version", "23.1", path).code == 64)
        #expect(try installation.enqueue("users", "--source-version", "latest", path).code == 64)
    }

    /// A file stands for another import if other rows come of it.
    @Test func theVersionIsPartOfTheImport() throws {
        let path = try installation.folder.write(Self.old, to: "old.json")
        let uuid = try imported(Self.old, ["--source-version", "23.5"])
        let other = try installation.enqueue("organizations", "--import-uuid", uuid, "--source-version", "23.6", path)
        #expect(other.code == 65 && other.errors.contains("--source-version 23.6"), "\(other.errors)")
        #expect(
            try installation.enqueue("organizations", "--import-uuid", uuid, "--source-version", "23.5", path).code == 0
        )
    }

    @Test func childrenBeforeParents() throws {
        let rows = [
            Self.row("projectteam", 4, #""project": 2, "team": 3"#), Self.project,
            Self.row("team", 3, #""organization": 1, "name": "Ops", "slug": "ops""#), Self.organization,
        ]
        let uuid = try imported(Self.file(rows), isPiped: true)
        #expect(try installation.rows(uuid)["inserted"] == 4)
        #expect(try installation.table("sentry_projectteam").count == 1)
        let path = try installation.folder.write(Self.file(rows), to: "rows.json")
        // As Sentry's own import: the organization is all that arrives.
        let strict = try imported(Self.file(rows), ["--strict"])
        #expect(try installation.rows(strict)["dropped"] == 3)
        let checked = try installation.enqueue("organizations", "--check", path)
        #expect(
            checked.errors.contains("Note: rows of sentry.project stand before rows that they refer to"),
            "\(checked.errors)")
    }

    @Test func childrenBeforeParentsInATarball() throws {
        let export = try EncryptedExport()
        try export.members(
            of: installation.folder.write(Self.file([Self.project, Self.organization]), to: "plain.json"))
        let queued = try installation.enqueue("organizations", "--decrypt-with", export.privateKey(), export.pack())
        #expect(queued.code == 0, "\(queued.errors)")
        try installation.worker("run", "--drain")
        #expect(try installation.table("sentry_project").count == 1)
    }
}
