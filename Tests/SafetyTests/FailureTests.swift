import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What an operator can do with a relocation that failed.
@Suite struct FailureTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    /// 45 users in chunks of 20; the 31st cannot be imported.
    private func failed(_ options: String...) throws -> String {
        var rows = (1...45).map { SampleExport.user($0) }
        rows[30] = SampleExport.user(31, changes: ["username": NSNull()])
        let file = try installation.folder.write(try SampleExport.json(rows), to: "export.json")
        let queued = try installation.start(
            "relocation-enqueue", ["users", "--chunk-size", "20"] + options + [file]
        ).result()
        #expect(try installation.worker("run", "--drain").code == 1)
        #expect(try installation.status(queued.lastLine)["status"] as? String == "FAILURE")
        return queued.lastLine
    }

    @Test func theDeadLetterNamesTheChunk() throws {
        let status = try installation.status(try failed())
        let task = try #require(status["failedTask"] as? [String: Any])
        #expect(task["model"] as? String == "sentry.user")
        #expect(task["minOrdinal"] as? Int == 21)
        #expect(task["rows"] as? Int == 20)
    }

    @Test(arguments: [false, true]) func aSkippedChunkIsAccountedForAndRemembered(_ atomic: Bool) throws {
        let uuid = try atomic ? failed("--atomic") : failed()
        let skip = try installation.enqueue(
            "retry", uuid, "--skip-chunk", "--accept-loss", environment: ["SUDO_USER": "ada", "USER": "root"])
        #expect(skip.code == 0, "\(skip.errors)")
        #expect(skip.output == uuid + "\n")
        #expect(try installation.worker("run", "--drain").code == 0)
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        #expect(
            status["rows"] as? [String: Int]
                == ["source": 45, "inserted": 25, "existing": 0, "overwritten": 0, "dropped": 20])
        #expect(status["dropped"] as? [String: Int] == ["skippedByOperator": 20])
        // In one transaction what follows the rows never stands in the list.
        let tasks = atomic ? 4 : 5
        #expect(status["chunks"] as? [String: Int] == ["total": tasks, "done": tasks])
        #expect(status["failedTask"] is NSNull)
        let entries = try #require(status["skipped"] as? [[String: Any]])
        #expect(entries.count == 1)
        #expect(entries[0]["skippedBy"] as? String == "ada")
        #expect(entries[0]["model"] as? String == "sentry.user")
        #expect(entries[0]["minOrdinal"] as? Int == 21)
        #expect(entries[0]["rows"] as? Int == 20)
        let time = try #require(entries[0]["skippedAt"] as? String)
        let date = try Date(
            time,
            strategy: .iso8601.year().month().day().timeZone(separator: .omitted).time(
                includingFractionalSeconds: true))
        #expect(abs(date.timeIntervalSinceNow) < 60)
        let text = try installation.enqueue("status", uuid).output
        #expect(text.contains("sentry.user from row 21, 20 rows, by ada at \(time)"), "\(text)")
        #expect(try installation.table("auth_user").count == 25)
    }

    @Test func aSkipNeedsItsAcknowledgement() throws {
        let uuid = try failed()
        #expect(try installation.enqueue("retry", uuid, "--skip-chunk").code == 64)
        #expect(try installation.enqueue("retry", uuid, "--accept-loss").code == 64)
        #expect(try installation.enqueue("retry", "--skip-chunk", "--accept-loss").code == 64)
        #expect(try installation.status(uuid)["status"] as? String == "FAILURE")
        // Only what failed at a chunk can be skipped.
        let other = try installation.enqueue(
            "users",
            try installation.folder.write(
                try SampleExport.json(SampleExport.users(1)), to: "other.json")
        ).lastLine
        #expect(try installation.enqueue("retry", other, "--skip-chunk", "--accept-loss").code == 64, "in progress")
        #expect(try installation.enqueue("cancel", other).code == 0)
        let cancelled = try installation.enqueue("retry", other, "--skip-chunk", "--accept-loss")
        #expect(cancelled.code == 64)
        #expect(cancelled.errors.contains("did not fail at a task"), "\(cancelled.errors)")
    }

    @Test func aDeletedPayloadIsGone() throws {
        let uuid = try failed()
        #expect(try installation.enqueue("delete", uuid, "--no-prompt").code == 0)
        #expect(try installation.redis.cli(["EXISTS", "{test}:tasks:\(uuid)"]) == "0")
        #expect(try installation.status(uuid)["payloadBytes"] as? Int == 0)
        #expect(try installation.enqueue("retry", uuid).code == 64)
        #expect(try installation.enqueue("retry", uuid, "--skip-chunk", "--accept-loss").code == 64)
        #expect(try installation.table("auth_user").count == 20, "what was written stays")
    }

    @Test func aCrashingTaskGoesIntoQuarantine() throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        let uuid = try installation.enqueue("users", file).lastLine
        for number in 1...10 {
            let lost = try installation.worker(
                "run", "--drain", environment: ["RELOCATION_FAILPOINT": "chunk.written:1:kill"])
            #expect(lost.code == -SIGKILL, "worker \(number): \(lost.errors)")
            #expect(try installation.status(uuid)["attempts"] as? Int == 0, "a lost worker is no attempt")
            // The lease of the dead worker ends at once: ten would take most of a minute.
            try installation.redis.cli(["EVAL", Self.expire, "0"])
        }
        let survivor = try installation.worker("run", "--drain")
        #expect(survivor.code == 1, "\(survivor.errors)")
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "FAILURE")
        let finding = try #require((status["findings"] as? [[String: Any]])?.first)
        #expect(finding["kind"] as? String == "Unknown")
        #expect((finding["reason"] as? String ?? "").contains("10 workers in a row were lost"))
        #expect((finding["on"] as? [String: Any])?["model"] as? String == "sentry.user")
        #expect((status["failedTask"] as? [String: Any])?["minOrdinal"] as? Int == 1)

        #expect(try installation.enqueue("retry", uuid).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
        #expect(try installation.rows(uuid)["inserted"] == 9)
    }

    /// Lets every lease end now.
    static let expire = """
        for _, key in ipairs(redis.call('KEYS', '{test}:leased:*')) do
          for _, uuid in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZADD', key, 1, uuid) end
        end
        return 'ok'
        """

    @Test func theNextAttemptIsShown() throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        let uuid = try installation.enqueue("users", file).lastLine
        let keys = try installation.folder.write("k \(SealedPayloadTests.key(1))\n", to: "keys")
        let sealed = try installation.enqueue("users", "--payload-key-file", keys, file).lastLine
        let worker = try installation.start("relocation-worker", ["run"])
        var text = ""
        // The fifth attempt backs off for four seconds at least.
        #expect(
            try eventually(within: 60) {
                guard (try installation.status(sealed)["attempts"] as? Int ?? 0) >= 5 else { return false }
                text = try installation.enqueue("status", sealed).output
                return text.contains("next in ")
            })
        let next = try #require(try installation.status(sealed)["nextAttemptAt"] as? String)
        #expect(text.contains("at \(next)"), "\(text)")
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 10).code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS", "others are not held up")
    }
}
