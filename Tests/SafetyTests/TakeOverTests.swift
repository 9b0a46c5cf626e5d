import Foundation
import ProgramSupport
import TestSupport
import Testing

@testable import Storage

/// A worker is lost while it works: how soon another one continues, and that the lost one writes nothing more.
@Suite struct TakeOverTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    private func queue(_ users: Int, _ environment: [String: String?] = [:]) throws -> String {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(users)), to: "export.json")
        return try installation.enqueue("users", "--chunk-size", "1", file, environment: environment).lastLine
    }

    /// The lease is 4 s by default: one second more, and another worker has the relocation.
    @Test func anOrphanIsTakenOverWithinFiveSeconds() throws {
        let uuid = try queue(5)
        let lost = try installation.start(
            "relocation-worker", ["run", "--commit-batch-rows", "1"],
            environment: ["RELOCATION_FAILPOINT": "chunk.recorded:3:kill"])
        #expect(eventually(within: 20) { lost.errorsSoFar.contains("relocation claimed") })
        let heir = try installation.start("relocation-worker", ["run", "--drain"])
        #expect(lost.process.wait(seconds: 30) == 128 + SIGKILL)
        let start = ContinuousClock.now
        #expect(eventually(within: 20) { heir.errorsSoFar.contains("relocation claimed") }, "\(heir.errorsSoFar)")
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(try heir.result(within: 30).code == 0)
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS" && status["attempts"] as? Int == 0, "\(status)")
        #expect(try installation.rows(uuid)["inserted"] == 15)
    }

    /// Frozen at a place for longer than its lease: between two chunks, with a transaction open, after its commit.
    @Test(arguments: ["chunk.before", "chunk.written", "chunk.recorded", "chunk.after", "acknowledge.before"])
    func aZombieStopsBeforeItsNextStatement(_ place: String) throws {
        let url = try PostgresServer.shared().createDatabase()
        let environment: [String: String?] = ["RELOCATION_DATABASE_URL": url]
        #expect(try installation.worker("migrate", environment: environment).code == 0)
        let uuid = try queue(8, environment)
        let zombie = try installation.start(
            "relocation-worker", ["run", "--group-rows", "1"],
            environment: environment.merging(["RELOCATION_FAILPOINT": "\(place):3:stop"]) { $1 })
        #expect(eventually(within: 30) { Self.isStopped(zombie.process.pid) }, "\(zombie.errorsSoFar)")
        let heir = try installation.worker("run", "--drain", environment: environment)
        #expect(heir.code == 0, "\(heir.errors)")
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        let before = try Self.content(url)

        zombie.process.signal(SIGCONT)
        #expect(
            eventually(within: 10) { zombie.errorsSoFar.contains("lease lost") }, "\(zombie.errorsSoFar)")
        zombie.process.signal(SIGINT)
        #expect(try zombie.result(within: 10).code == 0)
        #expect(try Self.content(url) == before)
        #expect(before.users == 8 && before.options == 8)
        let rows = try installation.rows(uuid)
        #expect(rows == ["source": 32, "inserted": 24, "existing": 8, "overwritten": 0, "dropped": 0], "\(rows)")
    }

    private struct Content: Equatable {
        let users: Int
        let options: Int
        let chunks: Int
    }

    private static func content(_ url: String) throws -> Content {
        func count(_ table: String) throws -> Int {
            Int(try PostgresServer.shared().sql("SELECT count(*) FROM \(table)", url: url)) ?? -1
        }
        return Content(
            users: try count("auth_user"), options: try count("sentry_useroption"),
            chunks: try count("sentry_controlimportchunk"))
    }

    /// Whether the process is stopped, as the kernel says.
    private static func isStopped(_ pid: Int32) -> Bool {
        let stat = String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data(), as: UTF8.self)
        return stat.split(separator: ")").last?.split(separator: " ").first == "T"
    }
}
