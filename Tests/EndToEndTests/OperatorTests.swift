import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What an operator does with existing relocations.
@Suite struct OperatorTests {
    private let installation: Installation

    init() throws { installation = try Installation() }

    private func queue(_ rows: [[String: Any]], _ flags: String...) throws -> String {
        let file = try installation.folder.write(try SampleExport.json(rows), to: "export.json")
        return try installation.start("relocation-enqueue", ["users"] + flags + [file]).result().lastLine
    }

    private func failing(_ name: String) throws -> String {
        let uuid = try queue([
            SampleExport.user(1, username: name), SampleExport.user(2, changes: ["username": NSNull()]),
        ])
        #expect(try installation.worker("run", "--drain").code == 1)
        return uuid
    }

    private func list() throws -> [[String: Any]] {
        let text = try installation.enqueue("list", "--json").output
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    }

    @Test func statusWithoutAUUIDIsTheNewest() throws {
        let first = try queue([SampleExport.user(1)])
        // Creation times have milliseconds.
        usleep(2000)
        let second = try queue([SampleExport.user(2)])
        let shown = try installation.enqueue("status", "--json")
        #expect(shown.output.contains(second) && !shown.output.contains(first), "\(shown.errors)")
        #expect(try list().map { $0["uuid"] as? String } == [second, first])
        let text = try installation.enqueue("list")
        #expect(text.output.hasPrefix("UUID") && text.output.contains(first) && text.output.contains(second))
        #expect(try installation.enqueue("status").output.hasPrefix("Relocation \(second)\n"))
    }

    @Test func theStatusContract() throws {
        let uuid = try queue(SampleExport.users(3), "--chunk-size", "2")
        #expect(try installation.worker("run", "--drain").code == 0)
        let status = try installation.status(uuid)
        #expect(status["uuid"] as? String == uuid && status["scope"] as? String == "users")
        #expect(status["failureReason"] is NSNull && (status["findings"] as? [Any])?.isEmpty == true)
        #expect(status["chunks"] as? [String: Int] == ["total": 11, "done": 11])
        for key in ["createdAt", "updatedAt"] {
            let time = try #require(status[key] as? String)
            #expect(time.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#) != nil, "\(time)")
        }
        #expect((try installation.enqueue("findings", uuid)).output == "[]\n")
    }

    @Test func watchShowsUntilTheEnd() throws {
        let uuid = try queue(SampleExport.users(20), "--chunk-size", "5")
        let watching = try installation.start("relocation-enqueue", ["status", uuid, "--watch", "--json"])
        #expect(try installation.worker("run", "--drain").code == 0)
        let result = try watching.result(within: 20)
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("\"SUCCESS\""))
        #expect(result.output.components(separatedBy: "\"SUCCESS\"").count == 2, "it ends with the end")
    }

    @Test func failuresAreFoundAndRetried() throws {
        let uuids = try [failing("ada"), failing("bob")]
        for uuid in uuids {
            let text = try installation.enqueue("findings", uuid).output
            let findings = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]], "\(text)")
            #expect(findings.map { $0["kind"] as? String } == ["ValidationError"])
            #expect(findings.map { $0["left_pk"] as? Int } == [2])
            let status = try installation.status(uuid)
            #expect((status["failureReason"] as? String)?.contains("sentry.user row 2") == true, "\(status)")
        }
        let asked = try installation.enqueue("retry")
        #expect(asked.code == 64 && asked.output == "" && asked.errors.contains("--no-prompt"), "\(asked.errors)")
        #expect(uuids.allSatisfy { asked.errors.contains($0) }, "it lists what it would retry")
        let retried = try installation.enqueue("retry", "--no-prompt")
        #expect(retried.code == 0 && Set(retried.output.split(separator: "\n").map(String.init)) == Set(uuids))
        #expect(try list().allSatisfy { $0["status"] as? String == "IN_PROGRESS" })
        #expect(try installation.worker("run", "--drain").code == 1)
        #expect(try list().allSatisfy { $0["status"] as? String == "FAILURE" })
        #expect(try installation.enqueue("retry", uuids[0].uppercased()).output == uuids[0] + "\n")
        let again = try installation.enqueue("retry", uuids[0])
        #expect(again.code == 64 && again.errors.contains("in progress"), "\(again.errors)")
    }

    @Test func waitingForAFailure() throws {
        let file = try installation.folder.write(
            try SampleExport.json([SampleExport.user(1, changes: ["username": NSNull()])]), to: "export.json")
        let findings = installation.folder.file("findings.json")
        let waiting = try installation.start(
            "relocation-enqueue", ["users", "--wait", "--findings-file", findings, file])
        let worker = try installation.start("relocation-worker", ["run"])
        let result = try waiting.result(within: 30)
        #expect(result.code == 1, "\(result.errors)")
        #expect(result.output == result.lastLine + "\n", "the UUID was printed before")
        #expect(result.errors.contains("FAILURE") && result.errors.contains("ValidationError"), "\(result.errors)")
        #expect(installation.folder.read("findings.json").contains("ValidationError"))
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 10).code == 0)
    }

    /// To stop waiting does not stop the relocation.
    @Test func interruptedWhileWaiting() throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(2)), to: "export.json")
        for signal in [SIGINT, SIGTERM] {
            let waiting = try installation.start("relocation-enqueue", ["users", "--wait", file])
            #expect(eventually(within: 20) { waiting.errorsSoFar.contains("0 %") })
            waiting.process.signal(signal)
            let result = try waiting.result(within: 10)
            #expect(result.code == 130, "\(result.errors)")
            #expect(result.errors.contains("goes on"), "\(result.errors)")
            #expect(try installation.status(result.lastLine)["status"] as? String == "IN_PROGRESS")
        }
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try list().allSatisfy { $0["status"] as? String == "SUCCESS" })
    }

    @Test func deleteRemovesThePayload() throws {
        let uuid = try failing("ada")
        let asked = try installation.enqueue("delete", uuid)
        #expect(asked.code == 64 && asked.errors.contains("--no-prompt"), "\(asked.errors)")
        #expect(try installation.enqueue("delete", uuid, "--no-prompt").code == 0)
        let retried = try installation.enqueue("retry", uuid)
        #expect(retried.code != 0, "its tasks are gone")
        #expect(try installation.status(uuid)["payloadBytes"] as? Int == 0)
        let open = try queue([SampleExport.user(5)])
        let refused = try installation.enqueue("delete", open, "--no-prompt")
        #expect(refused.code == 64 && refused.errors.contains("in progress"), "\(refused.errors)")
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.status(open)["status"] as? String == "SUCCESS")
    }

    @Test func pausedRelocationsWait() throws {
        let uuid = try queue(SampleExport.users(2))
        #expect(try installation.enqueue("pause", uuid).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "PAUSE")
        #expect(try installation.table("auth_user").isEmpty)
        #expect(try installation.enqueue("unpause", uuid).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
    }
}
