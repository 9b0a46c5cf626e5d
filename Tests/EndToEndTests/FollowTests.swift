import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// Who follows a relocation is told when Redis goes, comes back, or has forgotten.
@Suite struct FollowTests {
    private let installation: Installation
    private let file: String

    init() throws {
        installation = try Installation(redisLines: ["appendonly yes", "appendfsync always"])
        file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
    }

    @Test func aWatchSurvivesARestartOfRedis() throws {
        let uuid = try installation.enqueue("users", file).lastLine
        let watch = try installation.start("relocation-enqueue", ["status", uuid, "--watch", "--json"])
        #expect(eventually(within: 20) { installation.folder.read(watch.name).contains(uuid) })
        installation.redis.kill()
        #expect(eventually(within: 20) { watch.errorsSoFar.contains("Redis does not answer; waiting") })
        try installation.redis.start()
        #expect(eventually(within: 20) { watch.errorsSoFar.contains("Redis answers again") }, "\(watch.errorsSoFar)")
        #expect(try installation.worker("run", "--drain").code == 0)
        let end = try watch.result(within: 20)
        #expect(end.code == 0 && end.output.contains("SUCCESS"), "\(end.errors)")
        // Said once, however long it lasts.
        #expect(end.errors.components(separatedBy: "waiting").count == 2, "\(end.errors)")
    }

    @Test func aWaitSurvivesARestartOfRedis() throws {
        let wait = try installation.start("relocation-enqueue", ["users", "--wait", file])
        #expect(eventually(within: 20) { wait.errorsSoFar.contains("no worker serves the destination default") })
        installation.redis.kill()
        #expect(eventually(within: 20) { wait.errorsSoFar.contains("Redis does not answer; waiting") })
        try installation.redis.start()
        #expect(eventually(within: 20) { wait.errorsSoFar.contains("Redis answers again") })
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try wait.result(within: 20).code == 0)
    }

    /// Nobody has taken it over.
    @Test func aFlushedRedisHasForgottenTheRelocation() throws {
        let wait = try installation.start("relocation-enqueue", ["users", "--chunk-size", "1", "--wait", file])
        #expect(eventually(within: 20) { installation.folder.read(wait.name).count > 30 })
        let uuid = installation.folder.read(wait.name).trimmingCharacters(in: .whitespacesAndNewlines)
        let worker = try installation.start(
            "relocation-worker", ["run"], environment: ["RELOCATION_FAILPOINT": "chunk.written:2:hang"])
        #expect(try eventually(within: 20) { try installation.status(uuid)["worker"] is String })
        #expect(try installation.redis.cli(["FLUSHALL"]) == "OK")
        #expect(eventually(within: 20) { worker.errorsSoFar.contains("lease lost") }, "\(worker.errorsSoFar)")
        worker.process.signal(SIGKILL)
        let errors = try worker.result().errors
        #expect(
            errors.contains("Redis has forgotten it") && errors.contains("enqueue the same file again under its UUID"))
        #expect(!errors.contains("taken over"), "\(errors)")
        let told = try wait.result(within: 20)
        #expect(told.code == 66 && told.errors.contains("--import-uuid \(uuid)"), "\(told.errors)")
        // The remedy is one.
        #expect(try installation.enqueue("users", "--import-uuid", uuid, file).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
        #expect(try installation.table("auth_user").count == 3)
    }
}

extension Installation.Running {
    /// The file of its standard output.
    fileprivate var name: String { (output as NSString).lastPathComponent }
}
