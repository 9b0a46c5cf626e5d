import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// `plan` tells what an import would do; an import with `--plan` does that or nothing.
@Suite struct PlanTests {
    private struct Outcome {
        let code: Int32
        let output: String
        let errors: String

        var document: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
        }

        var plan: [String: Any] { document["plan"] as? [String: Any] ?? [:] }

        /// Model → inserted, existing, overwritten and dropped, as `status` tells them.
        var models: [String: [String: Int]] {
            (plan["models"] as? [String: [String: Any]] ?? [:]).mapValues { counts in
                let dropped = (counts["dropped"] as? [String: Int] ?? [:]).values.reduce(0, +)
                return [
                    "inserted": counts["inserted"] as? Int ?? -1, "existing": counts["existing"] as? Int ?? -1,
                    "overwritten": counts["overwritten"] as? Int ?? -1, "dropped": dropped,
                ]
            }
        }

        var renames: Set<String> { Self.renames(plan["renamed"]) }

        static func renames(_ value: Any?) -> Set<String> {
            Set(
                (value as? [[String: Any]] ?? []).map {
                    "\($0["model"] ?? "") \($0["sourcePK"] ?? "") \($0["from"] ?? "") \($0["to"] ?? "")"
                })
        }
    }

    private func run(_ site: LedgerSite, _ arguments: [String]) throws -> Outcome {
        let waiting = try site.start(enqueuing: arguments)
        let worker = try site.start("run")
        let result = try waiting.result()
        worker.process.signal(SIGTERM)
        _ = try worker.result()
        return Outcome(code: result.code, output: result.output, errors: result.errors)
    }

    private func plan(_ site: LedgerSite, _ arguments: String...) throws -> Outcome {
        try run(site, ["plan"] + arguments + ["--json"])
    }

    /// What `status` says of an import's rows, by model.
    private func models(_ status: [String: Any]) -> [String: [String: Int]] {
        (status["models"] as? [String: [String: Any]] ?? [:]).mapValues { counts in
            counts.compactMapValues { $0 as? Int }
        }
    }

    /// The import does what the plan has told, down to the names.
    private func expectAgreement(
        _ site: LedgerSite, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Outcome {
        let path = site.installation.folder.file("plan.json")
        let planned = try run(site, ["plan"] + arguments + ["--json", "--out", path])
        #expect(planned.code == 0, "\(planned.errors)", sourceLocation: sourceLocation)
        let imported = try run(site, arguments + ["--no-prompt", "--plan", path, "--wait"])
        #expect(imported.code == 0, "\(imported.errors)", sourceLocation: sourceLocation)
        let uuid = imported.output.trimmingCharacters(in: .newlines)
        let status = try site.installation.status(uuid)
        #expect(models(status) == planned.models, sourceLocation: sourceLocation)
        #expect(Outcome.renames(status["renamed"]) == planned.renames, sourceLocation: sourceLocation)
        return planned
    }

    private let configs: [[String: Any]] = [
        ["model": "sentry.option", "pk": 1, "fields": ["key": "a", "value": "1"]],
        ["model": "sentry.option", "pk": 2, "fields": ["key": "b", "value": "2"]],
    ]

    private func organization(_ pk: Int, _ slug: String) -> [String: Any] {
        ["model": "sentry.organization", "pk": pk, "fields": ["name": slug.capitalized, "slug": slug]]
    }

    private func member(_ pk: Int, _ organization: Int, _ user: Int) -> [String: Any] {
        [
            "model": "sentry.organizationmember", "pk": pk,
            "fields": ["organization": organization, "user_id": user, "role": "owner"],
        ]
    }

    // MARK: Agreement

    @Test(arguments: LedgerSite.Form.allCases) func theImportAgreesWithItsPlan(_ form: LedgerSite.Form) throws {
        let site = try LedgerSite(form)
        let users = try site.write(SampleExport.users(3) + [SampleExport.user(4)], to: "users.json")
        let first = try expectAgreement(site, ["users", "--chunk-size", "2", users])
        #expect(first.models["sentry.user"]?["inserted"] == 4 && first.renames.isEmpty)

        // All names are taken now.
        let second = try expectAgreement(site, ["users", users])
        #expect(second.renames.count == 4, "\(second.renames)")
        let collisions = second.plan["collisions"] as? [[String: Any]] ?? []
        #expect(collisions.count == 4 && collisions.allSatisfy { $0["id"] is Int && $0["newName"] is String })

        let third = try expectAgreement(site, ["users", "--merge-users", users])
        #expect(third.models["sentry.user"]?["existing"] == 4, "\(third.models)")
        #expect((third.plan["collisions"] as? [[String: Any]])?.allSatisfy { $0["newName"] == nil } == true)

        let organizations = try site.write(
            SampleExport.users(1) + [
                organization(1, "acme"), organization(2, "admin"), member(1, 1, 1), member(2, 9, 1),
            ],
            to: "organizations.json")
        _ = try expectAgreement(site, ["organizations", "--merge-users", organizations])
        let again = try expectAgreement(site, ["organizations", "--merge-users", "--atomic", organizations])
        #expect(again.renames.contains { $0.hasPrefix("sentry.organization 1 acme acme-") }, "\(again.renames)")
        #expect(again.models["sentry.organizationmember"]?["dropped"] == 1, "\(again.models)")

        let config = try site.write(configs, to: "config.json")
        _ = try expectAgreement(site, ["config", config])
        let kept = try expectAgreement(site, ["config", config])
        #expect(kept.models["sentry.option"]?["existing"] == 2, "\(kept.models)")
        let overwritten = try expectAgreement(site, ["config", "--overwrite-configs", config])
        #expect(overwritten.models["sentry.option"]?["overwritten"] == 2, "\(overwritten.models)")

        if form == .split { return }
        let global = try expectAgreement(site, ["global", users])
        #expect(global.models["sentry.user"]?["inserted"] == 4 && global.renames.isEmpty, "\(global.models)")
    }

    @Test func aFilterIsPartOfThePlan() throws {
        let site = try LedgerSite(.sqlite)
        let users = try site.write(SampleExport.users(3))
        let planned = try expectAgreement(site, ["users", "--filter-usernames", "user-2", users])
        #expect(planned.models["sentry.user"] == ["inserted": 1, "existing": 0, "overwritten": 0, "dropped": 2])
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func aPlanChangesNothing(_ form: LedgerSite.Form) throws {
        let site = try LedgerSite(form)
        let users = try site.write(SampleExport.users(3))
        #expect(try plan(site, "users", users).code == 0)
        #expect(try site.users().isEmpty && site.imports().isEmpty)
        #expect(try site.wait("users", users).code == 0)
        let table = try #require(Catalogue.standard.table("auth_user"))
        let ids = try site.database(.control).select(Select(["id"], from: table)).map { $0[0] }
        #expect(ids == [.integer(1), .integer(2), .integer(3)], "no id was taken")
        #expect(try plan(site, "global", "--no-prompt", users).code == 0)
        #expect(try site.users().count == 3, "nothing was cleared")
    }

    @Test func aPlanIsShownToPeople() throws {
        let site = try LedgerSite(.sqlite)
        let users = try site.write(SampleExport.users(2))
        #expect(try site.wait("users", users).code == 0)
        let shown = try run(site, ["plan", "users", users])
        #expect(shown.code == 0, "\(shown.errors)")
        for words in [
            "the import is possible", "sentry.user", "sentry.user 1 \"user-1\" collides with row 1 and becomes",
            "room:",
            "free", "time: about",
        ] {
            #expect(shown.output.contains(words), "\(words) in \(shown.output)")
        }
        let uuid = try #require(shown.output.split(separator: " ").dropFirst().first.map { String($0.prefix(36)) })
        #expect(try site.enqueue("status", uuid).output.contains("plans an import"))
        let refused = try site.enqueue("undo", uuid, "--no-prompt")
        #expect(refused.code == 65 && refused.errors.contains("is a plan"), "\(refused.errors)")
        let taken = try site.enqueue("users", "--import-uuid", uuid, users)
        #expect(taken.code == 65 && taken.errors.contains("is a plan"), "\(taken.errors)")
    }

    /// The role may only read, and every transaction of it only reads.
    @Test func aPlanNeedsNoMoreThanSelect() throws {
        let site = try LedgerSite(.postgres)
        let users = try site.write(SampleExport.users(3))
        #expect(try site.wait("users", users).code == 0)
        let reader = "planner_\(UUID().uuidString.prefix(8).lowercased())"
        let url = site.databaseURL
        try PostgresServer.shared().sql(
            """
            CREATE ROLE \(reader) LOGIN; ALTER ROLE \(reader) SET default_transaction_read_only = on;
            REVOKE TEMPORARY ON DATABASE \(url.split(separator: "/").last ?? "") FROM PUBLIC;
            GRANT USAGE ON SCHEMA relocation TO \(reader);
            GRANT SELECT ON ALL TABLES IN SCHEMA public, relocation TO \(reader)
            """, url: url)
        let waiting = try site.start(enqueuing: ["plan", "users", users, "--json"])
        let worker = try site.installation.start(
            "relocation-worker", ["run"],
            environment: ["RELOCATION_DATABASE_URL": url.replacing("postgres@", with: "\(reader)@")])
        let result = try waiting.result()
        worker.process.signal(SIGTERM)
        let planned = Outcome(code: result.code, output: result.output, errors: result.errors)
        let ended = try worker.result()
        #expect(planned.code == 0, "\(planned.errors)\(ended.errors)")
        #expect(planned.renames.count == 3)
    }

    /// Whoever takes a plan over makes it anew, or finds it told.
    @Test(arguments: ["acknowledge.before:1:kill", "acknowledge.after:1:kill", "statement:9:kill"])
    func aPlanOutlivesItsWorker(_ failpoint: String) throws {
        let site = try LedgerSite(.sqlite)
        let users = try site.write(SampleExport.users(2))
        let waiting = try site.start(enqueuing: ["plan", "users", "--chunk-size", "1", users, "--json"])
        let environment = ["RELOCATION_DATABASE_URL": site.databaseURL, "RELOCATION_FAILPOINT": failpoint]
        let first = try site.installation.start("relocation-worker", ["run"], environment: environment)
        _ = try first.result()
        let second = try site.start("run")
        let result = try waiting.result()
        second.process.signal(SIGTERM)
        let planned = Outcome(code: result.code, output: result.output, errors: result.errors)
        #expect(planned.code == 0 && planned.models["sentry.user"]?["inserted"] == 2, "\(planned.errors)")
        #expect(try site.users().isEmpty)
    }

    // MARK: Refusals

    @Test(arguments: LedgerSite.Form.allCases) func aPlanThatHoldsNoMoreWritesNothing(_ form: LedgerSite.Form) throws {
        let site = try LedgerSite(form)
        let users = try site.write(SampleExport.users(3))
        let path = site.installation.folder.file("plan.json")
        #expect(try run(site, ["plan", "users", users, "--out", path]).code == 0)
        let other = try site.write([SampleExport.user(7, username: "user-2")], to: "other.json")
        #expect(try site.wait("users", other).code == 0)

        let findings = site.installation.folder.file("findings.json")
        let refused = try run(site, ["users", "--plan", path, "--findings-file", findings, users])
        #expect(refused.code == 65, "\(refused.errors)")
        #expect(refused.output.isEmpty && refused.errors.contains("the plan does not hold any more"))
        #expect(
            refused.errors.contains("sentry.user 2 is renamed: user-2 → user-2-")
                && refused.errors.contains("sentry.user 2 \"user-2\" collides with row 1"), "\(refused.errors)")
        #expect(try String(contentsOfFile: findings, encoding: .utf8).contains("does not hold any more"))
        #expect(try site.users() == ["user-2"], "nothing was written")
        #expect(try site.imports().count == 1, "not even an entry")
    }

    @Test func anotherFileOrFlagIsRefusedAtOnce() throws {
        let site = try LedgerSite(.sqlite)
        let users = try site.write(SampleExport.users(2))
        let other = try site.write(SampleExport.users(3), to: "other.json")
        let path = site.installation.folder.file("plan.json")
        #expect(try run(site, ["plan", "users", users, "--out", path]).code == 0)
        for (arguments, words) in [
            (["users", "--plan", path, other], "the file is another one"),
            (["users", "--merge-users", "--plan", path, users], "--merge-users"),
            (["organizations", "--plan", path, users], "command: organizations, planned was users"),
            (["users", "--filter-usernames", "user-1", "--plan", path, users], "filter"),
            (["users", "--plan", users, users], "holds no plan"),
        ] {
            let refused = try site.run(arguments[0], Array(arguments.dropFirst()))
            #expect(refused.code == 65 && refused.errors.contains(words), "\(arguments): \(refused.errors)")
        }
        #expect(try site.enqueue("users", "--plan", path + ".none", users).code == 66)
        #expect(try site.enqueue("plan", "users", "--overwrite-configs", users).code == 64)
        #expect(try site.enqueue("plan", "everything", users).code == 64)
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func aFailureIsForeseen(_ form: LedgerSite.Form) throws {
        let site = try LedgerSite(form)
        let users = try site.write(
            [SampleExport.user(1), SampleExport.user(2), SampleExport.user(3, username: "USER-1")])
        let path = site.installation.folder.file("plan.json")
        let findings = site.installation.folder.file("findings.json")
        let planned = try run(
            site, ["plan", "users", "--chunk-size", "1", users, "--json", "--out", path, "--findings-file", findings])
        #expect(planned.code == 1, "\(planned.errors)")
        #expect(planned.document["possible"] as? Bool == false)
        let foreseen = try String(contentsOfFile: findings, encoding: .utf8)
        #expect(
            foreseen.contains("That username is already in use.") && foreseen.contains("\"ordinal\": 3"), "\(foreseen)")
        #expect(try site.users().isEmpty)

        let bound = try site.enqueue("users", "--plan", path, users)
        #expect(bound.code == 65 && bound.errors.contains("would fail"), "\(bound.errors)")
        let imported = try site.wait("users", "--chunk-size", "1", "--findings-file", findings, users)
        #expect(imported.code == 1)
        #expect(try String(contentsOfFile: findings, encoding: .utf8) == foreseen, "the same finding")
        #expect(planned.models["sentry.user"]?["inserted"] == 2, "as many as the import has written")
    }

    @Test func aDestinationWithoutSchemaIsSaid() throws {
        let site = try LedgerSite(.sqlite)
        let users = try site.write(SampleExport.users(1))
        _ = try sqlite(site.regionPath, "DROP TABLE sentry_useroption")
        let refused = try plan(site, "users", users)
        #expect(refused.code == 78 && refused.errors.contains("sentry_useroption"), "\(refused.errors)")
    }

    // MARK: Secrets

    @Test func sealedTasksGiveASealedPlan() throws {
        let site = try LedgerSite(.sqlite)
        let key = try site.installation.folder.write(
            "k1 " + Data(repeating: 7, count: 32).base64EncodedString() + "\n", to: "keys")
        let users = try site.write(SampleExport.users(2))
        #expect(try site.wait("users", users).code == 0)
        let path = site.installation.folder.file("plan.json")
        let sealed = ["--payload-key-file", key]
        let waiting = try site.start(enqueuing: ["plan", "users", users, "--json", "--out", path] + sealed)
        let worker = try site.start("run", "--payload-key-file", key)
        let result = try waiting.result()
        #expect(result.code == 0, "\(result.errors)")
        let planned = Outcome(code: result.code, output: result.output, errors: result.errors)
        #expect(planned.renames.count == 2, "whoever has the key reads it")
        let uuid = planned.document["uuid"] as? String ?? ""
        let record = try site.installation.redis.cli(["HGETALL", "{test}record:\(uuid)"])
        #expect(!record.contains("user-1"), "\(record)")
        let bound = try site.start(enqueuing: ["users", "--plan", path, "--wait", users] + sealed).result()
        #expect(bound.code == 0, "\(bound.errors)")
        worker.process.signal(SIGTERM)
        #expect(try worker.result().code == 0)
        let renamed = planned.renames.compactMap { $0.split(separator: " ").last.map(String.init) }
        #expect(Set(try site.users()).isSuperset(of: renamed), "\(renamed)")
    }
}
