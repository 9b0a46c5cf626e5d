import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Today's programs with a queue that the programs of an older version have left.
@Suite struct RecordedImportTests {
    private func uuid(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

    @Test(arguments: RecordedQueue.formats) func waitingRelocationsAreImported(_ format: Int) throws {
        let installation = try Installation()
        try installation.redis.load(recordedFormat: format)
        let keys = try installation.folder.write(RecordedQueue.payloadKeys, to: "keys")
        let worker = try installation.worker("run", "--drain", "--payload-key-file", keys)
        #expect(worker.code == 0, "\(worker.errors)")
        for number in [1, 2] {
            let status = try installation.status(uuid(number))
            #expect(status["status"] as? String == "SUCCESS")
            #expect(status["chunks"] as? [String: Int] == ["total": 4, "done": 4])
            #expect(
                status["rows"] as? [String: Int]
                    == ["source": 5, "inserted": 5, "existing": 0, "overwritten": 0, "dropped": 0])
        }
        let users = try installation.table("auth_user")
        let names = (1...5).flatMap { ["waiting\($0)", "sealed\($0)"] }
        #expect(Set(users.compactMap { $0["username"]?.text }) == Set(names) && users.count == 10)
        #expect(Set(users.compactMap { $0["email"]?.text }) == Set(names.map { $0 + "@example.com" }))
        for table in ["sentry_controlimportchunk", "sentry_controlimportchunkreplica"] {
            let chunks = try installation.table(table)
            #expect(chunks.compactMap { $0["min_ordinal"]?.integer }.sorted() == [1, 1, 3, 3, 5, 5])
        }
        // The rest is bound to another database.
        #expect(try installation.status(uuid(7))["worker"] as? String == "worker-7")
    }

    /// One waits for an export that nobody has made within an hour; one was in back-off, and goes on where it was.
    @Test(arguments: RecordedQueue.relocationFormats) func relocationsWithStepsGoOn(_ format: Int) throws {
        let site = try RelocationSite()
        let people = (1...3).map { SampleExport.user($0, username: "owner-\($0)") }
        #expect(try site.site.wait("users", site.site.write(people, to: "owners.json")).code == 0)
        let redis = site.site.installation.redis
        try redis.load(recordedRelocations: format)
        let hourAgo = Int(Date().timeIntervalSince1970 * 1_000) - 3_601_000
        try redis.cli(["HSET", "{test}:record:00000000-0000-8000-8000-000000000001", "createdAt", "\(hourAgo)"])
        for number in [1, 2] { try redis.cli(["ZADD", "{test}:ready:unbound", "XX", "0", uuid(number)]) }
        let worker = try site.drain()
        #expect(worker.code == 1, "\(worker.errors)")
        let waiting = try site.site.installation.status(uuid(1))
        #expect(
            waiting["failureReason"] as? String
                == "Cross-region relocation export request timed out after 1:00:00.", "\(waiting)")
        let done = try site.site.installation.status(uuid(2))
        #expect(done["status"] as? String == "SUCCESS", "\(done)")
        #expect(try site.organizations() == ["alpha": 0] && site.roles(of: "owner-2") == ["owner"])
        let paused = try site.site.installation.status(uuid(3))
        #expect(paused["status"] as? String == "PAUSE" && paused["scheduledCancelAtStep"] as? String == "NOTIFYING")
    }

    @Test(arguments: RecordedQueue.formats) func listAndStatusShowThem(_ format: Int) throws {
        let installation = try Installation(migrated: false)
        try installation.redis.load(recordedFormat: format)
        let list = try installation.enqueue("list", "--json")
        #expect(list.code == 0, "\(list.errors)")
        let reports = try #require(
            try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
        #expect(reports.compactMap { $0["uuid"] as? String } == [6, 2, 1, 8, 7, 9, 4, 3, 5].map(uuid))
        for number in 1...9 {
            let text = try installation.enqueue("status", uuid(number))
            #expect(text.code == 0 && text.output.contains(uuid(number)))
        }
        let failed = try installation.enqueue("status", uuid(4)).output
        #expect(failed.contains("failed at") && failed.contains("sentry.user from row 3, 2 rows"))
        #expect(try installation.enqueue("status", uuid(9)).output.contains("by operator at 2026-11-26T14:30:"))
        let findings = try installation.enqueue("findings", uuid(4)).output
        #expect(findings.contains(#""left_pk": 3"#))
    }
}
