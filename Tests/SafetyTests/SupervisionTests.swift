import Foundation
import ProgramSupport
import TestSupport
import Testing

@testable import Relocation
@testable import WorkerRuntime

/// What a supervisor sees of a worker, and what a worker does that hangs.
@Suite struct SupervisionTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    private func export(_ users: Int = 3) throws -> String {
        try installation.folder.write(try SampleExport.json(SampleExport.users(users)), to: "export.json")
    }

    @Test(arguments: [false, true]) func systemdIsTold(_ abstract: Bool) throws {
        let name = abstract ? "@relocation-test-\(UUID().uuidString)" : installation.folder.file("notify.sock")
        let manager = try DatagramSocket(name)
        let worker = try installation.start(
            "relocation-worker", ["run"], environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000"])
        #expect(manager.first("READY=1", within: 20)?.contains("\nSTATUS=working on 0 relocations") == true)
        var previous = ContinuousClock.now
        for _ in 0..<5 {
            #expect(manager.first("WATCHDOG=1", within: 5) != nil)
            #expect(ContinuousClock.now - previous < .seconds(2))
            previous = .now
        }
        let uuid = try installation.enqueue("users", try export()).lastLine
        #expect(manager.first("1 completed", within: 20) != nil, "\(uuid)")
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 10).code == 0)
        #expect(manager.first("STOPPING=1", within: 1) != nil)
    }

    @Test func aNotifierNeedsASocket() {
        #expect(SystemdNotifier(socket: nil) == nil)
        for name in ["", "relative", "/", "@", "/" + String(repeating: "x", count: 107)] {
            #expect(SystemdNotifier(socket: name) == nil, "\(name)")
        }
        #expect(SystemdNotifier(socket: "/" + String(repeating: "x", count: 106)) != nil)
        let own = String(getpid())
        func interval(_ microseconds: String?, _ process: String?) -> Int? {
            SystemdNotifier(socket: "/x", watchdogMicroseconds: microseconds, watchdogProcess: process)?
                .watchdogMilliseconds
        }
        #expect(interval("3000000", nil) == 3000)
        #expect(interval("3000000", own) == 3000)
        #expect(interval("3000000", own + "0") == nil, "another process' watchdog")
        #expect(interval("0", nil) == nil)
        #expect(interval("x", nil) == nil)
        #expect(interval(nil, nil) == nil)
        // Nobody listens there: nothing happens.
        SystemdNotifier(socket: "/nonexistent/socket")?.ready("x")
    }

    @Test func aLineBreakEndsNoStatus() throws {
        let path = installation.folder.file("lines.sock")
        let manager = try DatagramSocket(path)
        SystemdNotifier(socket: path)?.show("a\nREADY=1")
        #expect(manager.next(within: 1_000) == "STATUS=a READY=1")
    }

    @Test func aLoopThatHangsForGoodEndsTheProcess() throws {
        let path = installation.folder.file("hang.sock")
        let manager = try DatagramSocket(path)
        let worker = try installation.start(
            "relocation-worker", ["run", "--stall-limit", "2"],
            environment: [
                "RELOCATION_FAILPOINT": "claim.before:10:hang", "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000",
            ])
        #expect(manager.first("READY=1", within: 20) != nil)
        let result = try worker.result(within: 20)
        #expect(result.code == 70, "\(result.errors)")
        #expect(result.errors.contains("slot 1 hangs"), "\(result.errors)")
        #expect(result.errors.contains("asked to reconnect"), "\(result.errors)")
    }

    @Test func aLoopThatComesBackReconnectsAndWorks() throws {
        let uuid = try installation.enqueue("users", try export()).lastLine
        let result = try installation.worker(
            "run", "--drain", "--stall-limit", "\(Int(2 * patience))",
            environment: ["RELOCATION_FAILPOINT": "claim.before:1:hang\(Int(3 * patience))"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("asked to reconnect"), "\(result.errors)")
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
    }

    @Test func aFrozenProcessThatGoesOnDoesNotHang() throws {
        let worker = try installation.start("relocation-worker", ["run", "--stall-limit", "2"])
        let uuid = try installation.enqueue("users", try export()).lastLine
        #expect(try eventually(within: 20) { try installation.status(uuid)["status"] as? String == "SUCCESS" })
        worker.process.signal(SIGSTOP)
        // Longer than the limit twice over: the process itself must not take it for a hang.
        Thread.sleep(forTimeInterval: 5)
        worker.process.signal(SIGCONT)
        let second = try installation.enqueue("users", try export()).lastLine
        #expect(try eventually(within: 20) { try installation.status(second)["status"] as? String == "SUCCESS" })
        worker.process.signal(SIGTERM)
        let result = try worker.result(within: 10)
        #expect(result.code == 0)
        #expect(!result.errors.contains("hangs"), "\(result.errors)")
    }

    @Test func aSecondSignalAborts() throws {
        try installation.enqueue("users", try export())
        let worker = try installation.start(
            "relocation-worker", ["run"], environment: ["RELOCATION_FAILPOINT": "chunk.before:1:hang"])
        #expect(eventually(within: 20) { worker.errorsSoFar.contains("relocation claimed") })
        worker.process.signal(SIGTERM)
        #expect(eventually(within: 10) { worker.errorsSoFar.contains("stopping after the current chunk") })
        #expect(worker.process.isRunning, "the chunk is not done")
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 10).code == 130)
    }

    /// One slot has lost Redis and asked the other to stop, which is still busy: the operator's first signal is in
    /// order.
    @Test func theFirstSignalIsInOrderAlsoWhileTheWorkerEndsByItself() throws {
        try installation.enqueue("users", try export())
        let worker = try installation.start(
            "relocation-worker", ["run", "--concurrency", "2", "--outage-budget", "0"],
            environment: ["RELOCATION_FAILPOINT": "chunk.before:1:hang5"])
        #expect(eventually(within: 20) { worker.errorsSoFar.contains("relocation claimed") })
        // The chunk hangs by now.
        Thread.sleep(forTimeInterval: 1)
        installation.redis.kill()
        // The idle slot polls within this time and gives up.
        Thread.sleep(forTimeInterval: 2)
        #expect(worker.process.isRunning, "the chunk is not done")
        worker.process.signal(SIGTERM)
        let result = try worker.result(within: 20)
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("stopping after the current chunk"), "\(result.errors)")
    }
}
