import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Sealed tasks through both programs.
@Suite struct SealedImportTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    private func export(_ users: Int = 3) throws -> String {
        try installation.folder.write(try SampleExport.json(SampleExport.users(users)), to: "export.json")
    }

    private func keys(_ text: String, to name: String = "keys", mode: UInt32 = 0o600) throws -> String {
        let path = try installation.folder.write(text, to: name)
        chmod(path, mode)
        return path
    }

    @Test func importsWithAKeyAndAcrossARotation() throws {
        let old = try keys("old \(SealedPayloadTests.key(1))\n", to: "old")
        let both = try keys("new \(SealedPayloadTests.key(2))\nold \(SealedPayloadTests.key(1))\n", to: "both")
        let first = try installation.enqueue("users", "--payload-key-file", old, try export())
        let second = try installation.enqueue("users", try export(), environment: ["RELOCATION_PAYLOAD_KEY_FILE": both])
        let plain = try installation.enqueue("users", try export())
        #expect([first.code, second.code, plain.code] == [0, 0, 0], "\(first.errors)\(second.errors)")
        let worker = try installation.worker(
            "run", "--drain",
            environment: ["RELOCATION_PAYLOAD_KEY": try String(contentsOfFile: both, encoding: .utf8)])
        #expect(worker.code == 0, "\(worker.errors)")
        for uuid in [first, second, plain].map(\.lastLine) {
            #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
            #expect(try installation.rows(uuid)["source"] == 12)
        }
    }

    @Test func organizationsAreSealedToTheLastTask() throws {
        let file = try keys("a \(SealedPayloadTests.key(1))\n")
        let export = try installation.folder.write(
            try SampleExport.json([SampleExport.user(1), Self.organization]), to: "organizations.json")
        let queued = try installation.enqueue("organizations", "--payload-key-file", file, export)
        #expect(queued.code == 0, "\(queued.errors)")
        let worker = try installation.worker("run", "--drain", "--payload-key-file", file)
        #expect(try installation.status(queued.lastLine)["status"] as? String == "SUCCESS", "\(worker.errors)")
    }

    static var organization: [String: Any] {
        [
            "model": "sentry.organization", "pk": 1,
            "fields": [
                "name": "Acme", "slug": "acme", "status": 0, "date_added": "2023-06-22T22:59:54.521Z",
                "default_role": "member", "is_test": false, "flags": "1",
            ],
        ]
    }

    @Test func aWorkerWithoutTheKeyLeavesTheRelocationToOthers() throws {
        let file = try keys("winter-2024 \(SealedPayloadTests.key(1))\n")
        let uuid = try installation.enqueue("users", "--payload-key-file", file, try export()).lastLine
        let without = try installation.start("relocation-worker", ["run"])
        #expect(
            try eventually(within: 20) {
                try (installation.status(uuid)["lastTrouble"] as? String ?? "").contains("\"winter-2024\"")
            })
        without.process.signal(SIGTERM)
        #expect(try without.result().code == 0)
        let waiting = try installation.status(uuid)
        #expect(waiting["status"] as? String == "IN_PROGRESS")
        #expect((waiting["chunks"] as? [String: Int])?["done"] == 0)

        #expect(try installation.worker("run", "--drain", "--payload-key-file", file).code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
    }

    @Test func aTaskThatWasSwappedIsRefused() throws {
        let file = try keys("a \(SealedPayloadTests.key(1))\n")
        let uuid = try installation.enqueue(
            "users", "--chunk-size", "1", "--payload-key-file", file, try export()
        ).lastLine
        let list = "{test}:tasks:\(uuid)"
        try installation.redis.cli(["RPOPLPUSH", list, list])
        // The payload of another task after a header of its own would be the same: no task stands for another.
        try installation.redis.cli([
            "EVAL",
            """
            local one, two = redis.call('LINDEX', KEYS[1], 1), redis.call('LINDEX', KEYS[1], 2)
            local head = 24 + string.byte(one, 2) + string.byte(one, 3)
            redis.call('LSET', KEYS[1], 0, string.sub(one, 1, head) .. string.sub(two, head + 1))
            return 'ok'
            """, "1", list,
        ])
        #expect(try installation.worker("run", "--drain", "--payload-key-file", file).code == 1)
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "FAILURE")
        let finding = try #require((status["findings"] as? [[String: Any]])?.first)
        #expect(finding["kind"] as? String == "DeserializationFailed")
        #expect((finding["reason"] as? String ?? "").contains("payload key \"a\""))
        #expect(try installation.table("auth_user").isEmpty)
    }

    @Test func keyFilesThatOthersMayReadAreRefused() throws {
        let open = try keys("a \(SealedPayloadTests.key(1))\n", to: "open", mode: 0o644)
        let broken = try keys("a \(SealedPayloadTests.key(1))x\n", to: "broken")
        for arguments in [["relocation-enqueue", "users"], ["relocation-worker", "run"]] {
            for (path, code) in [(open, 77), (broken, 65), (installation.folder.file("none"), 66)] as [(String, Int32)]
            {
                let file = arguments[0] == "relocation-enqueue" ? [try export()] : ["--drain"]
                let result = try installation.start(
                    arguments[0], [arguments[1], "--payload-key-file", path] + file
                ).result()
                #expect(result.code == code, "\(arguments) \(result.errors)")
                #expect(!result.errors.contains(SealedPayloadTests.key(1)))
                #expect(result.errors.contains("payload key"), "\(result.errors)")
            }
        }
        #expect(try installation.redis.cli(["KEYS", "*"]) == "", "nothing was queued")
        let both = try installation.enqueue(
            "users", try export(), environment: ["RELOCATION_PAYLOAD_KEY": "x", "RELOCATION_PAYLOAD_KEY_FILE": "y"])
        #expect(both.code == 64)
    }
}
