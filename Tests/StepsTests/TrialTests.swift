import Catalogue
import Cutting
import ExportFormat
import Foundation
import Import
import Steps
import Storage
import TaskFormat
import TestSupport
import Testing

/// A trial finds what differs between a file and what its import has made of it, and nothing else.
@Suite struct TrialTests {
    /// A destination with a configuration and users, and rows to relocate.
    private struct Site {
        let folder: TemporaryFolder
        let live: Destination
        let rows: String

        /// Made once: trials only read it.
        private static let made: Result<TemporaryFolder, any Error> = Result {
            let folder = try TemporaryFolder()
            let database = try DatabaseConnector.open(
                DatabaseURL("sqlite://" + folder.file("live.sqlite")), create: true)
            _ = try database.schema.migrate(Catalogue.standard.tables)
            let config = try folder.write(Rows.json(Rows.config), to: "config.json")
            try folder.write(Rows.json(Rows.organizations), to: "rows.json")
            let work = try RelocationImport(
                ImportContext(importUUID: "00000000-0000-4000-8000-0000000000aa", scope: .config),
                into: Destination(database))
            try database.begin()
            try Site.each(config, .config) { chunk in
                _ = try work.importChunk(
                    model: chunk.model, minOrdinal: chunk.minOrdinal, rows: chunk.contents.rows,
                    hidden: chunk.contents.hidden)
            }
            for model in work.modelsToDerive { try work.derive(model) }
            try database.commit()
            return folder
        }

        init() throws {
            folder = try Self.made.get()
            live = Destination(try DatabaseConnector.open(DatabaseURL("sqlite://" + folder.file("live.sqlite"))))
            rows = folder.file("rows.json")
        }

        /// A destination of its own that lacks all rows of a table.
        init(without name: String) throws {
            folder = try TemporaryFolder()
            rows = try Self.made.get().file("rows.json")
            let path = folder.file("live.sqlite")
            try FileManager.default.copyItem(atPath: Self.made.get().file("live.sqlite"), toPath: path)
            let database = try DatabaseConnector.open(DatabaseURL("sqlite://" + path))
            let table = try #require(Catalogue.standard.tables.first { $0.name == name })
            let ids = try database.select(Select(["id"], from: table)).map { $0[0] }
            #expect(!ids.isEmpty)
            try database.begin()
            try database.delete(from: table, where: [.isIn("id", ids)])
            try database.commit()
            live = Destination(database)
        }

        struct CutChunk {
            let model: Model
            let minOrdinal: Int64
            let contents: ChunkContents
        }

        static func each(_ path: String, _ scope: ImportScope, _ body: (CutChunk) throws -> Void) throws {
            let source = try ExportSource.open(path: path, catalogue: .standard)
            let survey = try source.survey(scope: scope, filter: nil, chunkSize: 3_000)
            try source.cut(survey) { chunk in
                let model = try #require(Catalogue.standard.model(chunk.model))
                let contents = try ChunkDecoder.contents(
                    of: chunk.payload, model: model, now: WallClock.now(), catalogue: .standard)
                try body(CutChunk(model: model, minOrdinal: chunk.minOrdinal, contents: contents))
            }
        }

        /// The findings of a trial in which something is changed between the import and the comparison.
        func findings(_ corrupt: (any Database) throws -> Void = { _ in }) throws -> [String] {
            let trial = try Trial(of: live, .standard, InstanceSettings(), hidesValues: false, watch: nil)
            let names: Set<String> = ["admin", "ops"]
            try trial.trying {
                try trial.importBaseline(usernames: names)
                let work = try trial.importer(
                    "00000000-0000-4000-8000-0000000000bb", .organizations, ImportFlags(hideOrganizations: true))
                try trial.scratch.region.begin()
                try Self.each(rows, .organizations) { chunk in
                    let outcome = try work.importChunk(
                        model: chunk.model, minOrdinal: chunk.minOrdinal, rows: chunk.contents.rows,
                        hidden: chunk.contents.hidden)
                    trial.note(outcome.renames)
                }
                trial.note(try work.provisionSlugs())
                for model in work.modelsToDerive { try work.derive(model) }
                try trial.scratch.region.commit()
                try corrupt(trial.scratch.region)
                try Self.each(rows, .organizations) { chunk in
                    try trial.verify(
                        chunk.contents.rows, of: chunk.model, hidden: chunk.contents.hidden, by: work)
                }
                try trial.compareBaseline(usernames: names)
            }
            return trial.findings
        }
    }

    @Test func cleanRowsHaveNoFindings() throws {
        #expect(try Site().findings() == [])
    }

    /// As while another relocation is under way: its users are there, their addresses are not. The trial's copy completes them.
    @Test func whatTheDestinationLacksIsNoFinding() throws {
        #expect(try Site(without: "sentry_useremail").findings() == [])
    }

    /// What is changed in the scratch database.
    struct Corruption: CustomTestStringConvertible, Sendable {
        let table: String
        /// nil: the row is deleted.
        var column: String?
        var value = Value.null
        /// Which row, by a column that names it.
        let key: (column: String, value: Value)

        var testDescription: String { "\(table) \(column ?? "deleted")" }
    }

    static let corruptions: [Corruption] = {
        let alpha: (String, Value) = ("slug", .text("alpha"))
        let ann: (String, Value) = ("username", .text("ann"))
        let admin: (String, Value) = ("username", .text("admin"))
        let option: (String, Value) = ("key", .text("mail.from"))
        let team: (String, Value) = ("slug", .text("crew"))
        let project: (String, Value) = ("slug", .text("web"))
        let member: (String, Value) = ("role", .text("manager"))
        let key: (String, Value) = ("label", .text("Default"))
        let entries: [(String, String?, Value, (String, Value))] = [
            ("sentry_organization", "name", .text("Other"), alpha),
            ("sentry_organization", "slug", .text("zeta"), alpha),
            ("sentry_organization", "status", .integer(1), alpha),
            ("sentry_organization", "default_role", .text("owner"), alpha),
            ("sentry_organization", "flags", .integer(64), alpha),
            ("sentry_organization", "is_test", .bool(true), alpha),
            ("sentry_organization", "date_added", .timestamp(1_000_000_000_000_000), alpha),
            ("auth_user", "first_name", .text("Other"), ann), ("auth_user", "email", .text("x@example.com"), ann),
            ("auth_user", "username", .text("zoe"), ann), ("auth_user", "is_active", .bool(false), ann),
            ("auth_user", "is_superuser", .bool(true), ann), ("auth_user", "avatar_type", .integer(2), ann),
            ("auth_user", "date_joined", .timestamp(1_000_000_000_000_000), ann),
            ("sentry_team", "name", .text("Other"), team), ("sentry_team", "slug", .text("other"), team),
            ("sentry_team", "status", .integer(1), team), ("sentry_team", nil, .null, team),
            ("sentry_project", "name", .text("Other"), project), ("sentry_project", "platform", .text("go"), project),
            ("sentry_project", "status", .integer(1), project), ("sentry_project", "public", .bool(true), project),
            ("sentry_organizationmember", "role", .text("owner"), member),
            ("sentry_organizationmember", "invite_status", .integer(2), member),
            ("sentry_organizationmember", "has_global_access", .bool(false), member),
            ("sentry_organizationmember", nil, .null, member),
            ("sentry_projectkey", "public_key", .text(String(repeating: "a", count: 32)), key),
            ("sentry_projectkey", "status", .integer(1), key), ("sentry_projectkey", nil, .null, key),
            ("sentry_option", "value", .text("\"other\""), option), ("sentry_option", nil, .null, option),
            ("sentry_option", "key", .text("mail.other"), option),
            ("auth_user", "is_staff", .bool(false), admin), ("auth_user", "first_name", .text("Other"), admin),
            ("auth_user", "email", .text("other@example.com"), admin),
        ]
        return entries.map { Corruption(table: $0.0, column: $0.1, value: $0.2, key: $0.3) }
    }()

    @Test(arguments: corruptions) func everyCorruptionIsFound(_ corruption: Corruption) throws {
        #expect(Self.corruptions.count >= 30)
        let findings = try Site().findings { database in
            let table = try #require(Catalogue.standard.tables.first { $0.name == corruption.table })
            let ids = try database.select(
                Select(["id"], from: table, where: [.equals(corruption.key.column, corruption.key.value)])
            ).map { $0[0] }
            #expect(!ids.isEmpty, "\(corruption.testDescription)")
            try database.begin()
            if let column = corruption.column {
                try database.update(Update(table, set: [column], rows: ids.map { [$0, corruption.value] }))
            } else {
                try removeDependents(of: corruption.table, ids, database)
                try database.delete(from: table, where: [.isIn("id", ids)])
            }
            try database.commit()
        }
        #expect(!findings.isEmpty, "\(corruption.testDescription)")
    }

    /// Rows that refer to those that are removed.
    private func removeDependents(of table: String, _ ids: [Value], _ database: any Database) throws {
        for (name, column) in [
            ("sentry_projectteam", "team_id"), ("sentry_organizationmember_teams", "team_id"),
            ("sentry_organizationmember_teams", "organizationmember_id"),
        ] where column == table.replacingOccurrences(of: "sentry_", with: "") + "_id" {
            let other = try #require(Catalogue.standard.tables.first { $0.name == name })
            try database.delete(from: other, where: [.isIn(column, ids)])
        }
    }
}

/// Rows made for these tests.
enum Rows {
    static func json(_ rows: [[String: Any]]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: rows, options: [.sortedKeys]), as: UTF8.self)
    }

    private static func row(_ model: String, _ pk: Int, _ fields: [String: Any]) -> [String: Any] {
        ["model": model, "pk": pk, "fields": fields]
    }

    static func user(_ pk: Int, _ name: String, isSuperuser: Bool) -> [String: Any] {
        row(
            "sentry.user", pk,
            [
                "password": "pbkdf2_sha256$720000$salt$digest", "last_login": NSNull(), "username": name,
                "name": name.capitalized, "email": name.contains("@") ? name : "\(name)@example.com",
                "is_staff": isSuperuser, "is_active": true,
                "is_unclaimed": false, "is_superuser": isSuperuser, "is_managed": false, "is_sentry_app": NSNull(),
                "is_password_expired": false, "last_password_change": NSNull(), "flags": "0", "session_nonce": NSNull(),
                "date_joined": "2023-06-22T22:59:55.488Z", "last_active": "2023-06-22T22:59:55.489Z", "avatar_type": 0,
                "avatar_url": NSNull(),
            ])
    }

    static var config: [[String: Any]] {
        [
            row(
                "sentry.option", 1,
                [
                    "key": "mail.from", "last_updated": "2023-06-22T22:59:55.488Z", "last_updated_by": "unknown",
                    "value": "\"root@localhost\"",
                ]),
            user(1, "admin", isSuperuser: true), user(2, "ops", isSuperuser: true),
        ]
    }

    static var organizations: [[String: Any]] {
        [
            row(
                "sentry.organization", 1,
                [
                    "name": "Alpha", "slug": "alpha", "status": 0, "date_added": "2023-06-22T22:54:28.773Z",
                    "default_role": "member", "is_test": false, "flags": "1",
                ]),
            user(11, "ann", isSuperuser: false), user(12, "admin", isSuperuser: false),
            row(
                "sentry.team", 5,
                [
                    "slug": "crew", "name": "Crew", "status": 0, "date_added": "2023-06-22T22:54:28.773Z",
                    "organization": 1, "idp_provisioned": false,
                ]),
            row(
                "sentry.organizationmember", 1,
                [
                    "organization": 1, "user_id": 11, "email": NSNull(), "role": "manager", "flags": "0",
                    "token": NSNull(),
                    "date_added": "2023-06-22T22:59:55.561Z", "token_expires_at": NSNull(), "has_global_access": true,
                    "type": 50, "inviter_id": NSNull(), "invite_status": 0, "user_is_active": true,
                    "user_email": NSNull(),
                ]),
            row(
                "sentry.project", 7,
                [
                    "slug": "web", "name": "Web", "forced_color": NSNull(), "organization": 1, "public": false,
                    "date_added": "2023-06-22T22:54:28.773Z", "status": 0, "first_event": NSNull(), "flags": "10",
                ]),
            row("sentry.projectteam", 1, ["project": 7, "team": 5]),
            row(
                "sentry.projectkey", 1,
                [
                    "project": 7, "label": "Default", "public_key": "0123456789abcdef0123456789abcdef",
                    "secret_key": "fedcba9876543210fedcba9876543210", "roles": "1", "status": 0,
                    "date_added": "2023-06-22T22:54:28.773Z", "rate_limit_count": NSNull(),
                    "rate_limit_window": NSNull(),
                    "data": ["dynamicSdkLoaderOptions": ["hasPerformance": true]], "use_case": "user",
                ]),
        ]
    }
}
