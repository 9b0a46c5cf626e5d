import Foundation
import ProgramSupport
import TestSupport
import Testing

/// One bad row costs one row, and those that refer to it.
@Suite struct SkipRowTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    /// 45 users with address, option and e-mail each; the 31st user cannot be imported.
    private func failed(_ command: [String], _ environment: [String: String?] = [:]) throws -> String {
        var rows = SampleExport.users(45)
        rows[30] = SampleExport.user(31, changes: ["username": NSNull()])
        let file = try installation.folder.write(try SampleExport.json(rows), to: "export.json")
        let queued = try installation.start("relocation-enqueue", command + [file], environment: environment).result()
        try drain(environment)
        #expect(try installation.status(queued.lastLine)["status"] as? String == "FAILURE", "\(queued.errors)")
        return queued.lastLine
    }

    private func drain(_ environment: [String: String?] = [:]) throws {
        _ = try installation.worker("run", "--drain", environment: environment)
    }

    private func expectOneRowLost(_ uuid: String) throws {
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        #expect(
            status["dropped"] as? [String: Int] == ["skippedByOperator": 1, "missingReference:user->sentry.user": 2])
        let rows = try #require(status["rows"] as? [String: Int])
        #expect(
            rows["source"] == 180 && rows["dropped"] == 3
                && rows["inserted", default: 0] + rows["existing", default: 0] == 177)
        #expect(try installation.table("auth_user").count == 44)
        #expect(try installation.table("sentry_useroption").count == 44)
    }

    @Test(
        arguments: [
            ["users", "--chunk-size", "20"], ["users"], ["users", "--atomic", "--chunk-size", "20"],
            ["global", "--no-prompt", "--chunk-size", "20"],
        ])
    func exactlyThatRowIsLost(_ command: [String]) throws {
        let uuid = try failed(command)
        let asked = try installation.enqueue("retry", uuid, "--skip-row")
        #expect(asked.code == 64 && asked.output == "", "\(asked.errors)")
        let cost = """
            This leaves out sentry.user row 31 (pk 31) for good. 2 rows depend on it and are dropped too: \
            sentry.useremail 1, sentry.useroption 1.
            """
        #expect(asked.errors.contains(cost), "\(asked.errors)")
        #expect(try installation.status(uuid)["skipped"] as? [String] == [])

        let skip = try installation.enqueue(
            "retry", uuid, "--skip-row", "--accept-loss", environment: ["SUDO_USER": "ada", "USER": "root"])
        #expect(skip.code == 0 && skip.output == uuid + "\n", "\(skip.errors)")
        #expect(skip.errors.contains(cost), "\(skip.errors)")
        try drain()
        try expectOneRowLost(uuid)
        let entries = try #require(try installation.status(uuid)["skipped"] as? [[String: Any]])
        #expect(entries.count == 1 && entries[0]["skippedBy"] as? String == "ada")
        #expect(entries[0]["model"] as? String == "sentry.user")
        #expect(entries[0]["ordinal"] as? Int == 31 && entries[0]["pk"] as? Int == 31)
        let text = try installation.enqueue("status", uuid).output
        #expect(text.contains("Skipped by operators\n  sentry.user row 31 (pk 31), by ada at 20"), "\(text)")
    }

    /// The worker that goes on is lost before Redis hears of its rows: the next one finds them written.
    @Test func aReplayCountsTheSame() throws {
        let uuid = try failed(["users", "--chunk-size", "20"])
        #expect(try installation.enqueue("retry", uuid, "--skip-row", "--accept-loss").code == 0)
        let lost = try installation.worker(
            "run", "--drain", environment: ["RELOCATION_FAILPOINT": "acknowledge.before:1:kill"])
        #expect(lost.code == -SIGKILL, "\(lost.errors)")
        #expect(try installation.table("auth_user").count == 44)
        try drain()
        try expectOneRowLost(uuid)
    }

    @Test func sealedTasksNeedTheirKey() throws {
        let keys = try installation.folder.write("k \(SealedPayloadTests.key(1))\n", to: "keys")
        let key = ["RELOCATION_PAYLOAD_KEY_FILE": keys]
        let uuid = try failed(["users", "--chunk-size", "20"], key)
        let asked = try installation.enqueue("retry", uuid, "--skip-row")
        #expect(asked.errors.contains("cannot be told: the tasks are sealed, and this command lacks their key"))
        let skip = try installation.enqueue("retry", uuid, "--skip-row", "--accept-loss", environment: key)
        #expect(skip.errors.contains("2 rows depend on it"), "\(skip.errors)")
        try drain(key)
        try expectOneRowLost(uuid)
    }

    /// An organization with everything that hangs on it: two projects, and a key of one of them.
    @Test(arguments: ["--skip-row", "--skip-chunk"]) func furtherRowsCountToo(_ flag: String) throws {
        func row(_ model: String, _ pk: Int, _ fields: [String: Any]) -> [String: Any] {
            ["model": "sentry.\(model)", "pk": pk, "fields": fields]
        }
        let rows = [
            row("organization", 1, ["name": "Sound", "slug": "sound"]),
            row("organization", 2, ["name": String(repeating: "x", count: 70), "slug": "long"]),
            row("project", 5, ["organization": 1, "name": "p", "slug": "p"]),
            row("project", 6, ["organization": 2, "name": "q", "slug": "q"]),
            row("project", 7, ["organization": 2, "name": "r", "slug": "r"]),
            row("projectkey", 8, ["project": 6, "label": "k", "public_key": "1", "secret_key": "2"]),
            row("projectkey", 9, ["project": 5, "label": "k", "public_key": "3", "secret_key": "4"]),
            // An inviter that is missing becomes null; a missing organization drops the row.
            row("organizationmember", 3, ["organization": 1, "email": "a@example.com", "token": "t"]),
        ]
        let file = try installation.folder.write(try SampleExport.json(rows), to: "export.json")
        let uuid = try installation.enqueue("organizations", "--chunk-size", "1", file).lastLine
        try drain()
        let skip = try installation.enqueue("retry", uuid, flag, "--accept-loss")
        #expect(
            skip.errors.contains(
                "3 rows depend on it and are dropped too, 1 of them through further rows: sentry.project 2, sentry.projectkey 1."
            ), "\(skip.errors)")
        try drain()
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        #expect((status["rows"] as? [String: Int])?["dropped"] == 4)
    }

    @Test func whatExcludesEachOtherIsRefused() throws {
        let uuid = "00000000-0000-4000-8000-000000000001"
        #expect(try installation.enqueue("retry", uuid, "--skip-row", "--skip-chunk").code == 64)
        #expect(try installation.enqueue("retry", "--skip-row", "--accept-loss").code == 64)
        #expect(try installation.enqueue("retry", uuid, "--skip-row", "--accept-loss").code == 66)
    }
}
