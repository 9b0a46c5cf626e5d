import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// What a destination remembers of its imports, and what it is good for.
@Suite struct LedgerTests {
    private static let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"
    private var uuid: String { Self.uuid }

    @Test(arguments: LedgerSite.Form.allCases, ["", "--atomic"])
    func anImportIsRemembered(_ form: LedgerSite.Form, _ flag: String) throws {
        let site = try LedgerSite(form)
        #expect(try site.imports().isEmpty)
        let file = try site.write(SampleExport.users(3))
        let flags = flag.isEmpty ? [] : [flag]
        let queued = try site.installation.start(
            "relocation-enqueue", ["users", "--merge-users"] + flags + [file],
            environment: ["USER": "ann", "SUDO_USER": nil]
        ).result()
        #expect(try site.worker("run", "--drain").code == 0)
        let status = try site.installation.status(queued.lastLine)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        try site.forgetEverything()

        let all = try site.imports()
        let known = try #require(all.first)
        #expect(all.count == 1)
        #expect(known["uuid"] as? String == queued.lastLine)
        #expect(known["inLedger"] as? Bool == true)
        #expect(known["scope"] as? String == "users")
        #expect(known["file"] as? String == "users.json")
        #expect(known["status"] as? String == "SUCCESS")
        #expect(known["digest"] as? String == status["digest"] as? String)
        #expect((known["digest"] as? String)?.count == 64)
        #expect((known["flags"] as? [String: Any])?["mergeUsers"] as? Bool == true)
        #expect((known["enqueuedBy"] as? String)?.hasPrefix("ann@") == true)
        #expect((known["toolVersion"] as? String)?.isEmpty == false)
        #expect(
            known["rows"] as? [String: Int]
                == ["source": 12, "inserted": 9, "existing": 3, "overwritten": 0, "dropped": 0])
        #expect(
            known["models"] as? [String: Int]
                == ["sentry.user": 3, "sentry.email": 3, "sentry.useroption": 3, "sentry.useremail": 3])
        let times = try ["enqueuedAt", "beganAt", "endedAt"].map { try #require(known[$0] as? String) }
        #expect(times[1] <= times[2], "\(times)")
        let text = try site.worker("imports").output
        #expect(text.hasPrefix("UUID") && text.contains(queued.lastLine) && text.contains("SUCCESS"), "\(text)")
    }

    @Test(arguments: LedgerSite.Form.allCases) func aFailureIsRememberedUntilItIsRetried(_ form: LedgerSite.Form) throws
    {
        let site = try LedgerSite(form)
        let file = try site.write([
            SampleExport.user(1), SampleExport.user(2, username: String(repeating: "x", count: 200)),
        ])
        let queued = try site.enqueue("users", "--chunk-size", "1", file)
        #expect(try site.worker("run", "--drain").code == 1)
        let known = try #require(try site.imports().first)
        #expect(known["status"] as? String == "FAILURE")
        #expect((known["reason"] as? String)?.contains("row 2") == true, "\(known)")
        #expect((known["rows"] as? [String: Int])?["inserted"] == 1)

        #expect(try site.enqueue("retry", queued.lastLine, "--skip-chunk", "--accept-loss").code == 0)
        #expect(try site.worker("run", "--drain").code == 0)
        let after = try #require(try site.imports().first)
        #expect(after["status"] as? String == "SUCCESS" && after["reason"] is NSNull)
        #expect((after["rows"] as? [String: Int])?["dropped"] == 1)
        #expect(after["beganAt"] as? String == known["beganAt"] as? String)
    }

    @Test func aCancelledImportIsRememberedAsSuch() throws {
        let site = try LedgerSite(.sqlite)
        let file = try site.write(SampleExport.users(400))
        let queued = try site.enqueue("users", "--chunk-size", "1", file)
        let worker = try site.start("run", "--commit-batch-rows", "1")
        while try site.users().isEmpty { usleep(2000) }
        #expect(try site.enqueue("cancel", queued.lastLine).code == 0)
        while try site.installation.status(queued.lastLine)["status"] as? String == "IN_PROGRESS" { usleep(2000) }
        worker.process.signal(SIGTERM)
        #expect(try worker.result().code == 0)
        let known = try #require(try site.imports().first)
        #expect(known["status"] as? String == "CANCELLED", "\(known)")
        #expect((known["rows"] as? [String: Int])?["inserted"] == (try site.users().count))
    }

    @Test(arguments: LedgerSite.Form.allCases) func anotherImportUnderAKnownUUIDIsRefused(_ form: LedgerSite.Form)
        throws
    {
        let site = try LedgerSite(form)
        let file = try site.write(SampleExport.users(4))
        let other = try site.write(SampleExport.users(5), to: "others.json")
        func enqueue(_ flags: String...) throws -> Installation.Result {
            try site.installation.start(
                "relocation-enqueue", ["users", "--import-uuid", uuid] + flags
            ).result()
        }
        #expect(try enqueue("--filter-usernames", "user-1,user-2", file).code == 0)
        func expectRefusals() throws {
            for (flags, words) in [
                (["--filter-usernames", "user-1,user-2", other], "another file"),
                (["--filter-usernames", "user-1,user-3", file], "another filter"),
                ([file], "no filter"),
                (["--merge-users", "--filter-usernames", "user-1,user-2", file], "--merge-users"),
            ] {
                let refused = try site.installation.start(
                    "relocation-enqueue", ["users", "--import-uuid", uuid] + flags
                ).result()
                #expect(refused.code == 65 && refused.output.isEmpty, "\(words): \(refused.code) \(refused.errors)")
                #expect(refused.errors.contains("belongs to the import of users.json (users)"), "\(refused.errors)")
                #expect(refused.errors.contains(words), "\(refused.errors)")
            }
        }
        try expectRefusals()
        #expect(try site.worker("run", "--drain").code == 0)
        try expectRefusals()
        let names = try site.users()
        #expect(Set(names) == ["user-1", "user-2"])
        #expect(
            try enqueue("--atomic", "--chunk-size", "1", "--filter-usernames", "user-2,user-1", file).code == 0,
            "the same rows, written in another way")
        #expect(try site.worker("run", "--drain").code == 0)
        #expect(try site.users() == names)
    }

    @Test(arguments: LedgerSite.Form.allCases, ["", "--atomic"])
    func theDestinationRemembersWhatRedisHasForgotten(_ form: LedgerSite.Form, _ flag: String) throws {
        let site = try LedgerSite(form)
        let file = try site.write(SampleExport.users(4))
        // The same keys, in the same number: only the ledger can tell.
        let rows = (1...4).map { SampleExport.user($0, username: "stranger-\($0)") }
        let other = try site.write(rows, to: "others.json")
        #expect(try site.enqueue("users", "--import-uuid", uuid, file).code == 0)
        #expect(try site.worker("run", "--drain").code == 0)
        let before = try site.imports() as NSArray

        for flags in [[other], ["--merge-users", file]] {
            try site.forgetEverything()
            let all = ["--import-uuid", uuid, "--wait"] + (flag.isEmpty ? [] : [flag]) + flags
            let waiting = try site.installation.start("relocation-enqueue", ["users"] + all)
            while waiting.process.wait(seconds: 0.2) == nil { _ = try site.worker("run", "--drain") }
            let refused = try waiting.result()
            #expect(refused.code == 65, "\(refused.errors)")
            #expect(refused.errors.contains("belongs to the import of users.json"), "\(refused.errors)")
            let status = try site.installation.status(uuid)
            #expect(status["status"] as? String == "FAILURE")
            #expect(status["next"] as? String == "relocation-enqueue users FILE")
            #expect(try site.imports() as NSArray == before)
            #expect(Set(try site.users()) == Set((1...4).map { "user-\($0)" }))
        }
        #expect(try site.wait("users", "--import-uuid", uuid, file).code == 0, "the right file takes the UUID back")
        #expect(try site.users().count == 4)
    }

    @Test(arguments: LedgerSite.Form.allCases, [true, false])
    func aDestinationThatHasLostRowsIsNoSuccess(_ form: LedgerSite.Form, _ ledger: Bool) throws {
        let site = try LedgerSite(form, ledger: ledger)
        let file = try site.write(SampleExport.users(45))
        #expect(try site.enqueue("users", "--import-uuid", uuid, "--chunk-size", "10", file).code == 0)
        let killed = try site.worker(
            "run", "--drain", "--commit-batch-rows", "1",
            environment: ["RELOCATION_FAILPOINT": "acknowledge.after:4:kill"])
        #expect(killed.code == -SIGKILL)
        try site.lose(usersFrom: 21)
        #expect(try site.worker("run", "--drain").code == 1)
        for attempt in 1...2 {
            let status = try site.installation.status(uuid)
            #expect(status["status"] as? String == "FAILURE", "attempt \(attempt)")
            let reason = try #require(status["failureReason"] as? String)
            #expect(reason.contains("the database lacks 20 rows of sentry.user that were already written"), "\(reason)")
            #expect(reason.hasSuffix("enqueue the same file again under its UUID"), "\(reason)")
            #expect(status["next"] as? String == "relocation-enqueue users --import-uuid \(uuid) FILE")
            #expect(try site.users().count == 20, "nothing was written")
            guard attempt == 1 else { break }
            #expect(try site.enqueue("retry", uuid).code == 0)
            #expect(try site.worker("run", "--drain").code == 1)
        }
        let again = try site.wait("users", "--import-uuid", uuid, "--chunk-size", "10", file)
        #expect(again.code == 0, "\(again.errors)")
        #expect(Set(try site.users()) == Set((1...45).map { "user-\($0)" }))
        #expect(
            try site.installation.rows(uuid)
                == ["source": 180, "inserted": 135, "existing": 45, "overwritten": 0, "dropped": 0])
    }

    @Test(arguments: ["acknowledge.after:20", "acknowledge.after:1"])
    func anOlderCopyOfTheFileIsNoSuccess(_ place: String) throws {
        let site = try LedgerSite(.sqlite)
        let copy = site.installation.folder.file("copy.sqlite")
        try FileManager.default.copyItem(atPath: site.regionPath, toPath: copy)
        let file = try site.write(SampleExport.users(45))
        let flags = place.hasSuffix(":1") ? ["--atomic"] : ["--chunk-size", "10"]
        let queued = try site.installation.start(
            "relocation-enqueue", ["users", "--import-uuid", uuid] + flags + [file])
        #expect(try queued.result().code == 0)
        // Everything is written and acknowledged: 20 chunks, or one transaction. Only the end is missing.
        let killed = try site.worker(
            "run", "--drain", "--commit-batch-rows", "1", environment: ["RELOCATION_FAILPOINT": "\(place):kill"])
        #expect(killed.code == -SIGKILL)
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: site.regionPath + suffix) }
        // In place: another file at the path would be another destination.
        try Data(contentsOf: URL(fileURLWithPath: copy)).write(to: URL(fileURLWithPath: site.regionPath))

        #expect(try site.worker("run", "--drain").code == 1)
        let status = try site.installation.status(uuid)
        #expect(status["status"] as? String == "FAILURE")
        let reason = try #require(status["failureReason"] as? String)
        #expect(reason.contains("the database lacks 45 rows of sentry.email, 45 rows of sentry.user"), "\(reason)")
        #expect(try site.wait("users", "--import-uuid", uuid, file).code == 0)
        #expect(try site.users().count == 45)
        #expect(try site.imports().first?["status"] as? String == "SUCCESS")
    }

    @Test(arguments: LedgerSite.Form.allCases) func withoutALedgerTheKeysAreCompared(_ form: LedgerSite.Form) throws {
        let site = try LedgerSite(form, ledger: false)
        let file = try site.write(SampleExport.users(4))
        let other = try site.write([SampleExport.user(3, username: "stranger")], to: "others.json")
        #expect(try site.enqueue("users", "--import-uuid", uuid, file).code == 0)
        #expect(try site.worker("run", "--drain").code == 0)
        try site.forgetEverything()
        let refused = try site.wait("users", "--import-uuid", uuid, other)
        #expect(
            refused.code == 65 && refused.errors.contains("belongs to the import of another file"), "\(refused.errors)")
        #expect(Set(try site.users()) == Set((1...4).map { "user-\($0)" }))
        #expect(try site.wait("users", "--import-uuid", uuid, file).code == 0)

        #expect(try site.database(.region).schema.ownColumns().isEmpty, "run creates no ledger")
        let known = try #require(try site.imports().first)
        #expect(known["uuid"] as? String == uuid && known["inLedger"] as? Bool == false)
        #expect((known["models"] as? [String: Int])?["sentry.user"] == 4)
        let text = try site.worker("imports")
        #expect(text.output.contains(uuid) && text.errors.contains("migrate --ledger"), "\(text.errors)")
        let check = try site.worker("check")
        #expect(check.code == 0 && check.output.contains("relocation.import: the ledger is missing"), "\(check.output)")

        #expect(try site.worker("migrate", "--ledger").code == 0)
        #expect(try !site.worker("check").output.contains("ledger"))
        #expect(try site.imports().first?["inLedger"] as? Bool == false, "what was before is known as before")
        #expect(try site.wait("users", "--import-uuid", uuid, "--chunk-size", "2", file).code == 0)
        #expect(try site.imports().first?["inLedger"] as? Bool == true)
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func aNewerLedgerIsLeftAlone(_ form: LedgerSite.Form) throws {
        let site = try LedgerSite(form)
        try site.database(.region).update(
            Update(OwnTables.standard.ledger, set: ["format"], rows: [[.integer(1), .integer(99)]]))
        for command in [["run", "--drain"], ["check"], ["migrate"], ["migrate", "--ledger"], ["imports"]] {
            let result = try site.installation.start(
                "relocation-worker", command, environment: ["RELOCATION_DATABASE_URL": site.databaseURL]
            ).result()
            #expect(result.code == 78, "\(command): \(result.code) \(result.errors)")
            #expect((result.errors + result.output).contains("format 99"), "\(command): \(result.errors)")
        }
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func aSecondMigrateAddsTheLedger(_ form: LedgerSite.Form)
        throws
    {
        let site = try LedgerSite(form, ledger: false)
        let result = try site.worker("migrate")
        #expect(result.output.contains("All tables exist already") && result.output.contains("Created the ledger"))
        #expect(try site.worker("migrate").output.contains("up to date"))
    }
}
