import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// A worker dies between two side effects; another one finishes, and the result is the same as without the loss.
@Suite struct KillTests {
    /// The fourth chunk, if every chunk commits by itself; the middle and the end, if chunks commit together.
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
                try comparable(installation.table(table)) == comparable(undisturbed.table(table)),
                "\(table) after \(place)")
        }
    }

    /// Rows without the values that differ between any two runs: random values, times, and ids, because a lost worker, or a
    /// transaction that is done again, may have reserved some. Of a map to ids the keys stay.
    private func comparable(_ rows: [[String: Value]]) throws -> [[String: Value]] {
        let varying: Set<String> = [
            "id", "password", "last_password_change", "validation_hash", "date_hash_added", "hash", "import_uuid",
        ]
        let now = Int64(Date.now.timeIntervalSince1970 * 1_000_000)
        return try rows.map { row in
            var kept = row.filter { name, value in
                if varying.contains(name) { return false }
                if case .timestamp(let time) = value { return abs(now - time) > 600_000_000 }
                return true
            }
            for name in ["inserted_map", "existing_map", "overwrite_map"] {
                guard let text = kept[name]?.text else { continue }
                let map = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
                kept[name] = .text(map.keys.sorted().joined(separator: " "))
            }
            return kept
        }
    }

    @Test func sigtermFinishesTheChunkAndReleases() throws {
        let installation = try Installation()
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(400)), to: "export.json")
        let uuid = try installation.enqueue("users", "--chunk-size", "1", file).lastLine
        let worker = try installation.start("relocation-worker", ["run", "--group-rows", "1"])
        while try installation.table("auth_user").isEmpty { usleep(2000) }
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 10).code == 0)
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "IN_PROGRESS", "stopped in the middle")
        #expect((status["owner"] as? String ?? "").isEmpty, "the claim was released")
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.rows(uuid)["inserted"] == 1200)
        #expect(try installation.table("auth_user").count == 400)
    }
}
