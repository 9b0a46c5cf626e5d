import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// A worker dies at a place between two side effects; another finishes, and nothing shows that it happened.
@Suite struct KillTests {
    /// Where every chunk commits by itself, the fourth one; where they commit together, in the middle and at the end.
    static let places =
        [
            "chunk.before", "chunk.written", "chunk.recorded", "chunk.after", "acknowledge.before", "acknowledge.after",
        ].map { ("\($0):4", "1") }
        + [
            "chunk.before:4", "chunk.written:4", "batch.commit:1", "chunk.after:1", "acknowledge.before:1",
            "acknowledge.after:1",
        ].map { ($0, "8000") }

    @Test(arguments: places) func anotherWorkerFinishes(_ place: String, _ groupRows: String) throws {
        let installation = try Installation()
        let export = try SampleExport.json(SampleExport.users(45))
        let file = try installation.folder.write(export, to: "export.json")
        let uuid = try installation.enqueue("users", "--chunk-size", "20", file).lastLine
        let killed = try installation.worker(
            "run", "--drain", "--group-rows", groupRows, environment: ["RELOCATION_FAILPOINT": "\(place):kill"])
        #expect(killed.code == -SIGKILL, "\(killed.errors)")

        let start = ContinuousClock.now
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(ContinuousClock.now - start < .seconds(10), "take-over and rest")
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")

        let undisturbed = try Installation()
        let other = try undisturbed.folder.write(export, to: "export.json")
        let otherUUID = try undisturbed.enqueue("users", "--chunk-size", "20", other).lastLine
        #expect(try undisturbed.worker("run", "--drain").code == 0)
        #expect(try installation.rows(uuid) == undisturbed.rows(otherUUID))
        for table in Installation.userTables {
            #expect(
                try lasting(installation.table(table)) == lasting(undisturbed.table(table)), "\(table) after \(place)")
        }
    }

    /// Rows without what differs between any two runs: random values, the time, and ids, of which a lost worker may
    /// have reserved some.
    private func lasting(_ rows: [[String: Value]]) -> [[String: Value]] {
        let passing: Set<String> = [
            "id", "password", "last_password_change", "validation_hash", "date_hash_added", "hash", "import_uuid",
        ]
        let now = Int64(Date.now.timeIntervalSince1970 * 1_000_000)
        return rows.map { row in
            row.filter { name, value in
                if passing.contains(name) { return false }
                if case .timestamp(let time) = value { return abs(now - time) > 600_000_000 }
                return true
            }
        }
    }

    @Test func sigtermFinishesTheChunkAndGivesBack() throws {
        let installation = try Installation()
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(400)), to: "export.json")
        let uuid = try installation.enqueue("users", "--chunk-size", "1", file).lastLine
        let worker = try installation.start("relocation-worker", ["run", "--group-rows", "1"])
        while try installation.table("auth_user").isEmpty { usleep(2000) }
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 10).code == 0)
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "IN_PROGRESS", "stopped in the middle")
        #expect((status["owner"] as? String ?? "").isEmpty, "the lease was given back")
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.rows(uuid)["inserted"] == 1200)
        #expect(try installation.table("auth_user").count == 400)
    }
}
