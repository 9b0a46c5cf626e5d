import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// `verify` holds what an import has written against its file.
@Suite struct VerifyTests {
    private let uuid = "6a1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e12"

    private struct Verified {
        let code: Int32
        let errors: String
        let status: [String: Any]

        /// Numbers of `verification.rows`, `changed` summed up.
        var rows: [String: Int] {
            let rows = (status["verification"] as? [String: Any])?["rows"] as? [String: Any] ?? [:]
            return rows.mapValues { $0 as? Int ?? ($0 as? [String: Int])?.values.reduce(0, +) ?? -1 }
        }

        var findings: [String] {
            (status["findings"] as? [[String: Any]] ?? []).map {
                "\($0["kind"] ?? "") \(($0["on"] as? [String: Any])?["model"] ?? "") \($0["left_pk"] ?? "")"
            }
        }
    }

    /// Three users, each with address, e-mail and option: 12 rows, in chunks of two.
    private func imported(_ form: LedgerSite.Form, ledger: Bool = true) throws -> (site: LedgerSite, file: String) {
        let site = try LedgerSite(form, ledger: ledger)
        let file = try site.write(SampleExport.users(3))
        #expect(try site.wait("users", "--import-uuid", uuid, "--chunk-size", "2", file).code == 0)
        return (site, file)
    }

    private func verify(_ site: LedgerSite, _ uuid: String? = nil, _ arguments: String...) throws -> Verified {
        let waiting = try site.start(enqueuing: ["verify", uuid ?? self.uuid] + arguments + ["--wait"])
        let worker = try site.start("run")
        let result = try waiting.result()
        worker.process.signal(SIGTERM)
        _ = try worker.result()
        let status = result.lastLine.isEmpty ? [:] : try site.installation.status(result.lastLine)
        return Verified(code: result.code, errors: result.errors, status: status)
    }

    private func change(_ site: LedgerSite, _ body: (any Database) throws -> Void) throws {
        let database = try site.database(.control)
        try database.begin()
        try body(database)
        try database.commit()
    }

    private func table(_ name: String) throws -> Table { try #require(Catalogue.standard.table(name)) }

    @Test(arguments: LedgerSite.Form.allCases, [true, false])
    func aSoundImportIsProven(_ form: LedgerSite.Form, _ ledger: Bool) throws {
        let (site, file) = try imported(form, ledger: ledger)
        let before = try site.users()
        for isForgotten in [false, true] {
            if isForgotten { try site.forgetEverything() }
            let found = isForgotten ? try verify(site, nil, "--scope", "users", file) : try verify(site, nil, file)
            #expect(found.code == 0, "\(found.errors)")
            // Users lose their privileges and their password, e-mails their confirmation. Saving a user makes its address,
            // so that the file's row of it is matched. Options stay as they are.
            #expect(
                found.rows == ["equal": 3, "changed": 6, "matched": 3, "missing": 0, "different": 0, "repaired": 0],
                "\(found.rows)")
            #expect(found.status["status"] as? String == "SUCCESS" && found.findings.isEmpty)
            #expect((found.status["verification"] as? [String: Any])?["import"] as? String == uuid)
            #expect(
                found.errors.contains("Changed by a rule") && found.errors.contains("ImportRule"), "\(found.errors)")
        }
        #expect(try site.users() == before)
    }

    @Test(arguments: LedgerSite.Form.allCases) func changedAndLostRowsAreFound(_ form: LedgerSite.Form) throws {
        let (site, file) = try imported(form)
        let users = try table("auth_user")
        let options = try table("sentry_useroption")
        try change(site) { database in
            let ids = try database.select(Select(["id"], from: users)).map { $0[0] }
            try database.update(Update(users, set: ["first_name"], rows: [[ids[1], .text("Somebody else")]]))
            try database.delete(from: options, where: [.equals("user_id", ids[2])])
        }
        let found = try verify(site, nil, file)
        #expect(found.code == 1, "\(found.errors)")
        #expect(
            found.rows == ["equal": 2, "changed": 5, "matched": 3, "missing": 1, "different": 1, "repaired": 0],
            "\(found.rows)")
        #expect(found.findings == ["UnequalJSON sentry.user 2", "MissingRow sentry.useroption 3"], "\(found.findings)")
        #expect(
            found.status["failureReason"] as? String == "1 row is missing, 1 differs as no rule allows",
            "\(found.status)")
        #expect(found.status["next"] as? String == "relocation-enqueue verify \(uuid) --repair FILE")
        #expect(try site.enqueue("dropped", found.status["uuid"] as? String ?? "").output.contains("missing"))
        #expect(try database(site, options) == 2, "nothing was written")
    }

    private func database(_ site: LedgerSite, _ table: Table) throws -> Int {
        try site.database(.control).select(Select(["id"], from: table)).count
    }

    /// Rows come back under the ids that they had, also those that no chunk row knows.
    @Test(arguments: LedgerSite.Form.allCases) func whatIsMissingIsRepaired(_ form: LedgerSite.Form) throws {
        let (site, file) = try imported(form)
        let options = try table("sentry_useroption")
        let columns = ["id", "user_id", "key", "value"]
        let before = try site.database(.control).select(Select(columns, from: options))
        try change(site) { database in
            try database.delete(from: options, where: [.isIn("id", [before[0][0], before[2][0]])])
            // As if the import had never come to this chunk.
            try database.delete(
                from: try table("sentry_controlimportchunk"),
                where: [.equals("model", .text("sentry.useroption")), .equals("min_ordinal", .integer(3))])
        }
        let found = try verify(site, nil, "--repair", file)
        #expect(found.code == 0, "\(found.errors)")
        #expect(
            found.rows == ["equal": 3, "changed": 6, "matched": 3, "missing": 0, "different": 0, "repaired": 2],
            "\(found.rows)")
        let after = try site.database(.control).select(Select(columns, from: options))
        #expect(after.count == 3 && after.contains(before[0]) && after.contains(before[1]), "\(after)")
        #expect(after.contains { Array($0.dropFirst()) == Array(before[2].dropFirst()) }, "\(after)")
        #expect(try verify(site, nil, file).code == 0)
        #expect(try site.users().count == 3)
    }

    @Test func mergedUsersAreMatched() throws {
        let site = try LedgerSite(.sqlite)
        #expect(try site.wait("users", try site.write([SampleExport.user(1)], to: "one.json")).code == 0)
        let file = try site.write(SampleExport.users(2))
        #expect(try site.wait("users", "--merge-users", "--import-uuid", uuid, file).code == 0)
        let found = try verify(site, nil, file)
        #expect(found.code == 0, "\(found.errors)")
        // The merged user and both addresses were there before. The user keeps its own option and e-mail.
        #expect(
            found.rows == ["equal": 1, "changed": 2, "matched": 3, "missing": 0, "different": 0, "repaired": 0],
            "\(found.rows)")
        #expect((found.status["dropped"] as? [String: Int]) == ["merged": 2], "\(found.status)")
    }

    /// A time that the file lacks is that of the import, and no difference.
    @Test func fieldsThatTheFileLacksTellNothing() throws {
        let site = try LedgerSite(.sqlite)
        let fields: [String: Any] = ["username": "a", "name": "A", "email": "a@x.com"]
        let file = try site.write([["model": "sentry.user", "pk": 1, "fields": fields]])
        #expect(try site.wait("users", "--import-uuid", uuid, file).code == 0)
        let found = try verify(site, nil, file)
        #expect(found.code == 0 && found.rows["different"] == 0, "\(found.status)")
    }

    /// Other values would be made up each time.
    @Test func valuesThatWereMadeUpTellNothing() throws {
        let site = try LedgerSite(.sqlite)
        func row(_ model: String, _ fields: [String: Any]) -> [String: Any] {
            ["model": "sentry.\(model)", "pk": 1, "fields": fields]
        }
        let file = try site.write([
            row("organization", ["name": "O", "slug": "o"]),
            row("user", ["username": "a", "name": "A", "email": "a@x.com"]),
            row("apiapplication", ["owner": 1, "redirect_uris": ""]),
            row("sentryapp", ["application": 1, "owner_id": 1, "name": "App", "slug": "app"]),
            row("apigrant", ["user": 1, "application": 1, "redirect_uri": "https://x.com"]),
            row("sentryappinstallation", ["sentry_app": 1, "organization_id": 1, "api_grant": 1, "uuid": ""]),
        ])
        #expect(try site.wait("global", "--no-prompt", "--import-uuid", uuid, file).code == 0)
        let found = try verify(site, nil, file)
        #expect(found.code == 0 && found.rows["different"] == 0 && found.rows["missing"] == 0, "\(found.status)")
    }

    // MARK: Repairs

    /// An organization with a team, an option and a project, as rows of an organizations export.
    private func organization() throws -> [[String: Any]] {
        func row(_ model: String, _ fields: [String: Any]) -> [String: Any] {
            ["model": "sentry.\(model)", "pk": 1, "fields": fields]
        }
        return [
            row("organization", ["name": "Acme", "slug": "acme"]),
            row("organizationoption", ["organization": 1, "key": "a", "value": "1"]),
            row("team", ["organization": 1, "slug": "core", "name": "Core"]),
            row("project", ["organization": 1, "slug": "web", "name": "Web"]),
        ]
    }

    /// Rows that seem to lack what they refer to are missing as soon as that is there.
    @Test(arguments: LedgerSite.Form.allCases) func oneRepairIsEnough(_ form: LedgerSite.Form) throws {
        let (site, file) = try imported(form)
        try change(site) { database in
            for name in [
                "sentry_useremail", "sentry_email", "sentry_useroption", "sentry_lostpasswordhash", "auth_user",
            ] {
                try database.delete(from: try table(name), where: [])
            }
            // As if the import had never come to the first chunk of users.
            try database.delete(
                from: try table("sentry_controlimportchunk"),
                where: [.equals("model", .text("sentry.user")), .equals("min_ordinal", .integer(1))])
        }
        let found = try verify(site, nil, "--repair", file)
        #expect(found.code == 0 && found.rows["repaired"] == 12, "\(found.rows) \(found.errors)")
        #expect(try verify(site, nil, file).code == 0)
    }

    /// What saving a user has made beside it may have survived: the hash, and an address that the file does not have.
    @Test(arguments: [true, false]) func whatAnImportMakesBesideARowMaySurvive(_ ledger: Bool) throws {
        let site = try LedgerSite(.sqlite, ledger: ledger)
        #expect(try site.wait("users", try site.write([SampleExport.user(1)], to: "one.json")).code == 0)
        let rows = [SampleExport.user(1), SampleExport.user(2), SampleExport.email(2), SampleExport.option(1, user: 1)]
        let file = try site.write(rows + [SampleExport.option(2, user: 2)])
        #expect(try site.wait("users", "--merge-users", "--import-uuid", uuid, file).code == 0)
        let users = try table("auth_user")
        for name in ["auth_user", "sentry_email", "sentry_useroption"] {
            _ = try sqlite(site.regionPath, "DELETE FROM \(name)")
        }
        let found = try verify(site, nil, "--repair", file)
        #expect(found.code == 0, "\(found.errors)")
        let names = try site.database(.control).select(Select(["username"], from: users)).compactMap { $0[0].text }
        #expect(names == ["user-1", "user-2"])
        #expect(try database(site, try table("sentry_lostpasswordhash")) == 2)
        #expect(try verify(site, nil, file).code == 0)
    }

    /// Somebody else has the team's slug by now: the rest is written, and the finding says why the team is not.
    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func whatCannotBeWrittenIsNamed(_ form: LedgerSite.Form)
        throws
    {
        let site = try LedgerSite(form)
        let file = try site.write(
            try organization() + [
                ["model": "sentry.team", "pk": 2, "fields": ["organization": 1, "slug": "ops", "name": "Ops"]]
            ])
        #expect(try site.wait("organizations", "--import-uuid", uuid, file).code == 0)
        let teams = try table("sentry_team")
        let database = try site.database(.region)
        let organization = try database.select(Select(["organization_id"], from: teams))[0][0]
        try change(site) { database in
            try database.delete(from: teams, where: [])
            try database.delete(from: try table("sentry_organizationoptions"), where: [])
            let id = try database.reserveIDs(1, for: teams)[0]
            try database.insert(
                Insert(
                    into: teams, columns: ["id", "organization_id", "slug", "name", "status", "idp_provisioned"],
                    rows: [[.integer(id), organization, .text("core"), .text("Other"), .integer(0), .bool(false)]]))
        }
        let found = try verify(site, nil, "--repair", file)
        #expect(found.code == 1 && found.rows["missing"] == 1 && found.rows["repaired"] == 2, "\(found.rows)")
        #expect(found.findings == ["MissingRow sentry.team 1"], "\(found.findings)")
        let reason = (found.status["findings"] as? [[String: Any]])?.first?["reason"] as? String ?? ""
        #expect(reason.contains("could not be written"), "\(reason)")
        #expect(
            try database.select(Select(["slug"], from: teams)).compactMap { $0[0].text }.sorted() == ["core", "ops"])
    }

    /// An organization comes back under another slug if somebody has its own, although its reservation is still there.
    @Test func aSlugThatIsTakenIsReplaced() throws {
        let site = try LedgerSite(.sqlite)
        let file = try site.write(try organization())
        #expect(try site.wait("organizations", "--import-uuid", uuid, file).code == 0)
        for statement in [
            "UPDATE sentry_organization SET id = id + 100, name = 'Other'", "DELETE FROM sentry_team",
            "DELETE FROM sentry_organizationoptions",
        ] {
            _ = try sqlite(site.regionPath, statement)
        }
        let found = try verify(site, nil, "--repair", file)
        #expect(found.code == 0 && found.rows["repaired"] == 3, "\(found.rows) \(found.errors)")
        let organizations = try table("sentry_organization")
        let slugs = try site.database(.region).select(Select(["slug"], from: organizations)).compactMap { $0[0].text }
        #expect(slugs.contains("acme") && slugs.contains { $0.hasPrefix("acme-") }, "\(slugs)")
        let reserved = try site.database(.region).select(
            Select(["slug"], from: try table("sentry_organizationslugreservation"))
        ).compactMap { $0[0].text }
        #expect(reserved == slugs.filter { $0 != "acme" }, "\(reserved)")
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let (site, file) = try imported(.sqlite)
        let other = try site.write(SampleExport.users(4), to: "other.json")
        for (arguments, code, words) in [
            (["verify", uuid, other], 65, "another file"),
            (["verify", uuid, "--scope", "config", file], 65, "scope users"),
            (["verify", uuid, "--filter-usernames", "user-1", file], 65, "had no filter"),
            (["verify", uuid, "none.json"], 66, "none.json"), (["verify", "zz", file], 64, "UUID"),
            (["verify", "6a1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e99", file], 66, "--scope"),
            (["verify", uuid, "--destination", "eu", file], 64, "went to the destination default, not eu"),
            (["verify", uuid, ""], 64, "empty"),
        ] as [([String], Int32, String)] {
            let refused = try site.run(arguments[0], Array(arguments.dropFirst()))
            #expect(refused.code == code && refused.errors.contains(words), "\(arguments): \(refused.errors)")
        }
        try site.forgetEverything()
        // The ledger tells, once Redis has forgotten.
        let changed = try verify(site, nil, "--scope", "users", other)
        #expect(changed.code == 65 && changed.errors.contains("another file"), "\(changed.errors)")
        #expect(changed.errors.contains("Give the file,") && !changed.errors.contains("nqueue that import"))
        let refused = try verify(site, "6a1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e99", "--scope", "users", file)
        #expect(refused.code == 66 && refused.errors.contains("knows no import"), "\(refused.errors)")
    }

    @Test func anImportThatGoesOnIsVerifiedLater() throws {
        let site = try LedgerSite(.sqlite)
        let file = try site.write(SampleExport.users(3))
        #expect(try site.enqueue("users", "--import-uuid", uuid, file).code == 0)
        for _ in 0..<2 {
            let refused = try site.enqueue("verify", uuid, file)
            #expect(refused.code == 75 && refused.errors.contains("has not ended"), "\(refused.errors)")
            _ = try site.enqueue("pause", uuid)
        }
        _ = try site.enqueue("unpause", uuid)
        #expect(try site.worker("run", "--drain").code == 0)
        #expect(try site.enqueue("undo", uuid, "--no-prompt").code == 0)
        #expect(try site.worker("run", "--drain").code == 0)
        let undone = try site.enqueue("verify", uuid, file)
        #expect(undone.code == 65 && undone.errors.contains("was undone"), "\(undone.errors)")
        try site.forgetEverything()
        let forgotten = try verify(site, nil, "--scope", "users", file)
        #expect(forgotten.code == 66 && forgotten.errors.contains("Undone by"), "\(forgotten.errors)")
    }

    @Test func aListTellsWhatIsNoImport() throws {
        let (site, file) = try imported(.sqlite)
        _ = try site.enqueue("verify", uuid, file)
        _ = try site.enqueue("verify", uuid, "--repair", file)
        _ = try site.enqueue("undo", uuid, "--no-prompt")
        let lines = try site.enqueue("list").output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.map { $0[1] } == ["KIND", "repair", "verify", "undo"], "\(lines)")
    }

    /// What rows hold may be secret: findings name fields, and a verification's UUID cannot become an import's.
    @Test func aVerificationKeepsWhatItReads() throws {
        let (site, file) = try imported(.sqlite)
        let options = try table("sentry_useroption")
        try change(site) { database in
            let id = try database.select(Select(["id"], from: options))[0][0]
            try database.update(Update(options, set: ["value"], rows: [[id, .text("\"hunter2\"")]]))
        }
        let found = try verify(site, nil, file)
        let finding = try #require((found.status["findings"] as? [[String: Any]])?.first)
        #expect(finding["reason"] as? String == "the destination's `value` differs from the file's")
        #expect(!found.errors.contains("hunter2"))
        let verification = found.status["uuid"] as? String ?? ""
        let refused = try site.enqueue("users", "--import-uuid", verification, file)
        #expect(
            refused.code == 65 && refused.errors.contains("is a verification of the import \(uuid)"),
            "\(refused.errors)")
        let eaten = try site.enqueue("verify", uuid, file, "--wait", "--findings-file", file)
        #expect(eaten.code == 64 && eaten.errors.contains("name another one"), "\(eaten.errors)")
        #expect(try site.enqueue("users", "--check", "--findings-file", file, file).code == 64)
        #expect(try site.enqueue("users", "--check", file).code == 0, "the file is as it was")
    }

    /// A verification that has told what it found is not worked again.
    @Test func aRetryFindsTheSame() throws {
        let (site, file) = try imported(.sqlite)
        try change(site) { try $0.delete(from: try table("sentry_useroption"), where: []) }
        let verification = try site.enqueue("verify", uuid, file).lastLine
        #expect(try site.worker("run", "--drain").code == 1)
        _ = try site.enqueue("retry", verification)
        #expect(try site.worker("run", "--drain").code == 1)
        let status = try site.installation.status(verification)
        #expect(status["failureReason"] as? String == "3 rows are missing, 0 differ as no rule allows", "\(status)")
    }

    @Test func aWorkerThatIsLostLeavesItToTheNext() throws {
        let (site, file) = try imported(.sqlite)
        let verification = try site.run("verify", [uuid, file]).lastLine
        let worker = try site.installation.start(
            "relocation-worker", ["run"],
            environment: [
                "RELOCATION_DATABASE_URL": site.databaseURL, "RELOCATION_FAILPOINT": "acknowledge.after:1:kill",
            ])
        _ = try worker.result()
        #expect(try site.worker("run", "--drain").code == 0)
        #expect(try site.installation.status(verification)["status"] as? String == "SUCCESS")
    }
}
