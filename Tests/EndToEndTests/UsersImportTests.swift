import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The main job: a file goes in, rows come out, and every one of them is accounted for.
@Suite struct UsersImportTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    @Test func importsUsersWithTheirRows() throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        let queued = try installation.enqueue("users", file)
        #expect(queued.code == 0, "\(queued.errors)")
        #expect(queued.output == queued.lastLine + "\n", "the UUID stands alone on standard output")
        #expect(try installation.worker("run", "--drain").code == 0)

        let uuid = queued.lastLine
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS")
        #expect(status["step"] as? String == "COMPLETED")
        #expect(
            try installation.rows(uuid)
                == ["source": 12, "inserted": 9, "existing": 3, "overwritten": 0, "dropped": 0],
            "saving the users made their e-mail rows, so that those exist")

        let users = try installation.table("auth_user")
        #expect(users.map { $0["username"] } == ["user-1", "user-2", "user-3"].map { .text($0) })
        for user in users {
            #expect(user["is_staff"] == .bool(false))
            #expect(user["is_superuser"] == .bool(false))
            #expect(user["is_unclaimed"] == .bool(true))
            #expect(user["password"] != .text("pbkdf2_sha256$720000$salt$digest"))
            #expect(user["date_joined"] == .timestamp(1_687_474_795_488_000))
        }
        #expect(try installation.table("sentry_lostpasswordhash").count == 3)
        let dates = try installation.table("sentry_email").map { $0["date_added"] }
        #expect(dates == Array(repeating: .timestamp(1_687_474_794_521_000), count: 3))
        let addresses = try installation.table("sentry_useremail")
        #expect(addresses.count == 3)
        #expect(addresses.allSatisfy { $0["is_verified"] == .bool(false) })
        let values = try installation.table("sentry_useroption").map { $0["value"] }
        #expect(values == Array(repeating: .text("\"Europe/Vienna\""), count: 3))
    }

    @Test func theSameImportTwiceWritesNothing() throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(45)), to: "export.json")
        let uuid = "5F0C0F3E8A4E4D6C9F0E3D1C2B7A9E10"
        #expect(try installation.enqueue("users", "--import-uuid", uuid, "--chunk-size", "20", file).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        let before = try installation.everything()
        let dashed = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"
        let rows = try installation.rows(dashed)
        #expect(rows["inserted"] == 135)

        for size in ["20", "7", "1000"] {
            let again = try installation.enqueue("users", "--import-uuid", dashed, "--chunk-size", size, file)
            #expect(again.lastLine == dashed, "\(again.errors)")
            #expect(try installation.worker("run", "--drain").code == 0)
            #expect(try installation.everything() == before, "chunk size \(size)")
            #expect(try installation.rows(dashed) == rows, "chunk size \(size)")
        }
    }

    @Test func mergesOrRenamesUsersThatExist() throws {
        let file = try installation.folder.write(
            try SampleExport.json([SampleExport.user(7, username: "ada")] + [SampleExport.option(1, user: 7)]),
            to: "export.json")
        try installation.enqueue("users", file)
        try installation.worker("run", "--drain")
        let merged = try installation.enqueue("users", "--merge-users", file)
        try installation.worker("run", "--drain")
        #expect(try installation.rows(merged.lastLine)["existing"] == 1)
        #expect(try installation.status(merged.lastLine)["dropped"] as? [String: Int] == ["merged": 1])
        #expect(try installation.table("auth_user").count == 1)
        #expect(try installation.table("sentry_useroption").count == 1)

        let renamed = try installation.enqueue("users", file)
        try installation.worker("run", "--drain")
        let names = try installation.table("auth_user").compactMap { $0["username"]?.text }
        #expect(names.count == 2)
        #expect(names[0] == "ada")
        #expect(names[1].wholeMatch(of: #/ada-[a-z0-79]{2,5}/#) != nil, "a suffix without 8: \(names[1])")

        let list = try installation.status(renamed.lastLine)["renamed"] as? [[String: any Sendable]]
        #expect(list?.count == 1 && list?[0]["sourcePK"] as? Int == 7 && list?[0]["model"] as? String == "sentry.user")
        #expect(list?[0]["from"] as? String == "ada" && list?[0]["to"] as? String == names[1])
        let text = try installation.enqueue("status", renamed.lastLine).output
        #expect(text.contains("\n\nRenamed\n  sentry.user  7  ada → \(names[1])\n"), "\(text)")
        let before = try installation.enqueue("status", merged.lastLine).output
        #expect(!before.contains("Renamed"))
        #expect((try installation.status(merged.lastLine)["renamed"] as? [Any])?.isEmpty == true)
    }

    @Test(arguments: [[], ["--atomic"]]) func waitShowsWhoGotAnotherName(_ flags: [String]) throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(30)), to: "export.json")
        try installation.enqueue("users", file)
        try installation.worker("run", "--drain")
        let findings = installation.folder.file("findings.json")
        let waiting = try installation.start(
            "relocation-enqueue", ["users", "--wait", "--findings-file", findings] + flags + [file])
        let worker = try installation.start("relocation-worker", ["run"])
        let result = try waiting.result()
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 10).code == 0)
        #expect(result.code == 0, "\(result.errors)")
        let lines = result.errors.split(separator: "\n").filter { $0.contains(" → ") }
        #expect(lines.count == 10, "\(result.errors)")
        #expect(result.errors.contains("and 20 more (`status \(result.lastLine) --json` lists 30 of them)"))
        let found = try JSONSerialization.jsonObject(with: Data(installation.folder.read("findings.json").utf8))
        let told = try #require(found as? [[String: Any]])
        #expect(told.map { $0["left_pk"] as? Int } == Array(1...30) && told[0]["kind"] as? String == "Renamed")
        let renamed = try installation.status(result.lastLine)["renamed"] as? [[String: Any]]
        #expect(renamed?.compactMap { $0["sourcePK"] as? Int } == Array(1...30))
        #expect(told.map { $0["to"] as? String } == renamed?.map { $0["to"] as? String })
    }

    @Test func aFailedRowIsNamedAndTheRestStays() throws {
        var rows = (1...45).map { SampleExport.user($0) }
        rows[30] = SampleExport.user(31, changes: ["username": NSNull()])
        let file = try installation.folder.write(try SampleExport.json(rows), to: "export.json")
        let uuid = try installation.enqueue("users", "--chunk-size", "20", file).lastLine
        let failed = try installation.worker("run", "--drain")
        #expect(failed.code == 1 && failed.errors.contains("username: This field may not be null."))
        #expect(!failed.errors.contains("ErrorDetail"), "plain words, also in the log: \(failed.errors)")
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "FAILURE")
        let finding = try #require((status["findings"] as? [[String: Any]])?.first)
        #expect(finding["kind"] as? String == "ValidationError")
        #expect((finding["on"] as? [String: Any])?["ordinal"] as? Int == 31)
        #expect(finding["left_pk"] as? Int == 31)
        #expect(try installation.table("auth_user").count == 20, "the chunk before it stays")
        #expect((status["chunks"] as? [String: Int]) == ["total": 4, "done": 1])

        #expect(try installation.enqueue("retry", uuid).code == 0)
        #expect(try installation.worker("run", "--drain").code == 1)
        #expect(try installation.status(uuid)["status"] as? String == "FAILURE")
        #expect(try installation.table("auth_user").count == 20, "a retry repeats nothing")
    }

    @Test func waitFollowsToTheEnd() throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(30)), to: "export.json")
        let waiting = try installation.start(
            "relocation-enqueue",
            ["users", "--wait", "--findings-file", installation.folder.file("findings.json"), file])
        let worker = try installation.start("relocation-worker", ["run"])
        let result = try waiting.result()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("SUCCESS"))
        #expect(installation.folder.read("findings.json") == "[]")
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 10).code == 0)
    }
}
