import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Who works on what, and what an operator tells workers.
@Suite struct WorkerViewTests {
    private let installation: Installation

    init() throws { installation = try Installation() }

    private func queue(_ rows: Int = 3, _ flags: String...) throws -> String {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(rows)), to: "export.json")
        return try installation.start("relocation-enqueue", ["users"] + flags + [file]).result().lastLine
    }

    private func workers() throws -> [[String: Any]] {
        let text = try installation.enqueue("workers", "--json").output
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    }

    private func state(_ uuid: String) throws -> String? { try installation.status(uuid)["status"] as? String }

    /// A worker that has shown itself.
    private func start(_ arguments: String..., failpoint: String? = nil) throws -> Installation.Running {
        let worker = try installation.start(
            "relocation-worker", ["run"] + arguments, environment: ["RELOCATION_FAILPOINT": failpoint])
        #expect(
            try eventually(within: 20) {
                try workers().contains { $0["pid"] as? Int == Int(worker.process.pid) && $0["gone"] as? Bool == false }
            }, "\(worker.errorsSoFar)")
        return worker
    }

    private func end(_ worker: Installation.Running) throws {
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 20).code == 0)
    }

    @Test func aWorkerIsShownFromItsFirstSignToItsEnd() throws {
        let uuid = try queue(3, "--chunk-size", "1")
        let waiting = try installation.status(uuid)
        #expect(waiting["next"] as? String == "relocation-worker run" && waiting["worker"] is NSNull)
        #expect(try installation.enqueue("list").output.contains("no worker serves the destination default"))
        let worker = try start("--concurrency", "2", failpoint: "chunk.written:2:hang")
        #expect(
            try eventually(within: 20) {
                let slots = try workers().first?["slots"] as? [[String: Any]]
                return (slots?.first?["task"] as? String)?.hasPrefix("sentry.") == true
            })
        let shown = try #require(try workers().first)
        let slot = try #require((shown["slots"] as? [[String: Any]])?.first)
        #expect(slot["uuid"] as? String == uuid && slot["slot"] is Int)
        #expect(shown["concurrency"] as? Int == 2 && shown["trouble"] is NSNull && shown["quiet"] as? Bool == false)
        #expect((shown["destination"] as? [String: Any])?["name"] as? String == "default")
        let text = try installation.enqueue("status", uuid).output
        #expect(text.contains(":\(worker.process.pid), its lease ends in"), "\(text)")
        #expect(try installation.enqueue("workers").output.contains("working"))

        // Killed, it is gone before its lease ends, and no other worker is there.
        worker.process.signal(SIGKILL)
        _ = worker.process.wait(seconds: 10)
        #expect(
            try eventually(within: 10) {
                try installation.enqueue("status", uuid).output.contains("is gone; no worker")
            })
        #expect(try workers().first?["gone"] as? Bool == true)
        let heir = try start("--drain")
        #expect(try heir.result(within: 20).code == 0)
        #expect(try state(uuid) == "SUCCESS")
        #expect(try workers().map { $0["pid"] as? Int } == [Int(worker.process.pid)], "the heir has signed off")
    }

    @Test func aHistoryNamesWorkersAndOperators() throws {
        let uuid = try queue()
        let who: [String: String?] = ["SUDO_USER": "ada", "USER": "root"]
        for command in ["pause", "unpause", "cancel", "retry"] {
            #expect(
                try installation.enqueue(command, String(uuid.prefix(13)), environment: who).code == 0, "\(command)")
        }
        #expect(try installation.worker("run", "--drain").code == 0)
        let text = try installation.enqueue("history", uuid, "--json").output
        let entries = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(
            entries.compactMap { $0["event"] as? String } == [
                "uploading", "enqueued", "paused", "unpaused", "cancelled", "retried", "started", "bound", "completed",
            ])
        let host = ProcessInfo.processInfo.hostName
        #expect(entries[2...5].allSatisfy { $0["actor"] as? String == "ada@\(host)" }, "\(text)")
        #expect((entries[6]["actor"] as? String)?.hasPrefix("\(host):") == true)
        #expect(try installation.enqueue("history", uuid).output.contains("cancelled"))
    }

    @Test func whatAnOperatorEndedIsNotRetriedWithTheRest() throws {
        let uuid = try queue()
        #expect(try installation.enqueue("cancel", uuid).code == 0)
        let status = try installation.status(uuid)
        #expect(status["endedBy"] as? String == "cancel" && status["status"] as? String == "FAILURE")
        let all = try installation.enqueue("retry")
        #expect(all.code == 0 && all.output == "" && all.errors.contains("0 failed"), "\(all.errors)")
        #expect(try installation.enqueue("retry", uuid).code == 0)
        #expect(try installation.status(uuid)["endedBy"] is NSNull)
    }

    @Test(arguments: [SIGUSR1, SIGTSTP]) func aQuietWorkerTakesNothingUntilItIsToldToGoOn(_ signal: Int32) throws {
        let worker = try start()
        worker.process.signal(signal)
        worker.process.signal(SIGHUP)
        #expect(try eventually(within: 10) { try workers().first?["quiet"] as? Bool == true })
        let uuid = try queue()
        #expect(try installation.enqueue("status", uuid).output.contains("is quiet"))
        usleep(600_000)
        #expect(try state(uuid) == "IN_PROGRESS")
        #expect(try installation.status(uuid)["startedAt"] is NSNull)
        worker.process.signal(SIGUSR2)
        #expect(try eventually(within: 20) { try state(uuid) == "SUCCESS" })
        try end(worker)
        #expect(try workers().isEmpty)
    }

    @Test func aHeldDestinationIsLeftAlone() throws {
        let uuid = try queue()
        let asked = try installation.enqueue("pause", "--all")
        #expect(asked.code == 64 && asked.errors.contains("--no-prompt"), "\(asked.errors)")
        for wrong in [["pause"], ["unpause"], ["pause", "--all", uuid]] {
            #expect(try installation.start("relocation-enqueue", wrong).result().code == 64, "\(wrong)")
        }
        #expect(try installation.enqueue("pause", "--all", "--no-prompt").code == 0)
        let drained = try installation.worker("run", "--drain")
        #expect(drained.code == 0 && drained.errors.contains("an operator holds the destination"), "\(drained.errors)")
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "IN_PROGRESS" && status["startedAt"] is NSNull)
        #expect(status["next"] as? String == "relocation-enqueue unpause --all")
        #expect(try installation.enqueue("list").output.contains("is held"))
        #expect(try installation.enqueue("workers").output.contains("Held destinations"))
        // Another destination is not concerned.
        #expect(try installation.enqueue("unpause", "--all", "--destination", "eu").errors.contains("was not held"))
        #expect(try installation.enqueue("unpause", "--all").errors.contains("goes on"))
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try state(uuid) == "SUCCESS")
    }

    @Test func findingsOfEarlierAttemptsStay() throws {
        let file = try installation.folder.write(
            try SampleExport.json([SampleExport.user(1, changes: ["username": NSNull()])]), to: "bad.json")
        let uuid = try installation.enqueue("users", file).lastLine
        #expect(try installation.worker("run", "--drain").code == 1)
        let before = try installation.enqueue("findings", uuid).output
        #expect(before.contains("ValidationError") && !before.contains("earlier"))
        #expect(try installation.enqueue("retry", uuid).code == 0)
        let after = try installation.enqueue("findings", uuid).output
        let list = try #require(try JSONSerialization.jsonObject(with: Data(after.utf8)) as? [[String: Any]])
        #expect(
            list.count == 1 && list[0]["kind"] as? String == "ValidationError" && list[0]["earlier"] as? Bool == true)
        let status = try installation.status(uuid)
        #expect((status["findings"] as? [Any])?.isEmpty == true)
        #expect((status["earlierFindings"] as? [[String: Any]])?.count == 1)
    }

    @Test func waitingForNobodyIsSaidOnce() throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(2)), to: "export.json")
        let waiting = try installation.start("relocation-enqueue", ["users", "--wait", file])
        #expect(eventually(within: 20) { waiting.errorsSoFar.contains("no worker serves") })
        usleep(2_500_000)
        #expect(waiting.errorsSoFar.components(separatedBy: "no worker serves").count == 2, "\(waiting.errorsSoFar)")
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try waiting.result(within: 20).code == 0)
    }

    @Test func listsAreFiltered() throws {
        let failed = try queue()
        #expect(try installation.enqueue("cancel", failed).code == 0)
        let open = try queue()
        func expect(_ arguments: String..., first: Bool, second: Bool) throws {
            let text = try installation.start("relocation-enqueue", ["list"] + arguments).result()
            #expect(text.code == 0 && text.output.contains(failed) == first, "\(arguments) \(text)")
            #expect(text.output.contains(open) == second, "\(arguments) \(text)")
        }
        try expect("--status", "failure", first: true, second: false)
        try expect("--status", "IN_PROGRESS", first: false, second: true)
        try expect("--since", "1h", "--scope", "users", first: true, second: true)
        try expect("--since", "2999-01-01", first: false, second: false)
        try expect("--scope", "config", first: false, second: false)
        try expect("--destination", "default", first: true, second: true)
        try expect("--destination", "eu", first: false, second: false)
        try expect("--limit", "0", first: true, second: true)
        let one = try installation.enqueue("list", "--limit", "1")
        #expect(one.output.contains(open) && !one.output.contains(failed) && one.errors.contains("and 1 more"))
        #expect(try installation.enqueue("list").output.contains("FAILURE (cancel)"))
        for wrong in [["--status", "gone"], ["--scope", "all"], ["--since", "soon"], ["--limit", "-1"]] {
            #expect(try installation.start("relocation-enqueue", ["list"] + wrong).result().code == 64, "\(wrong)")
        }
    }
}
