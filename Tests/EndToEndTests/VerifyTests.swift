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

    @Test func whatDoesNotFitIsRefused() throws {
        let (site, file) = try imported(.sqlite)
        let other = try site.write(SampleExport.users(4), to: "other.json")
        for (arguments, code, words) in [
            (["verify", uuid, other], 65, "another file"),
            (["verify", uuid, "--scope", "config", file], 65, "scope users"),
            (["verify", uuid, "--filter-usernames", "user-1", file], 65, "had no filter"),
            (["verify", uuid, "none.json"], 66, "none.json"), (["verify", "zz", file], 64, "UUID"),
            (["verify", "6a1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e99", file], 65, "--scope"),
        ] as [([String], Int32, String)] {
            let refused = try site.run(arguments[0], Array(arguments.dropFirst()))
            #expect(refused.code == code && refused.errors.contains(words), "\(arguments): \(refused.errors)")
        }
        try site.forgetEverything()
        // The ledger tells, once Redis has forgotten.
        let changed = try verify(site, nil, "--scope", "users", other)
        #expect(changed.code == 65 && changed.errors.contains("another file"), "\(changed.errors)")
        let refused = try verify(site, "6a1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e99", "--scope", "users", file)
        #expect(refused.code == 65 && refused.errors.contains("knows no import"), "\(refused.errors)")
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
