import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// An enqueuer dies at any place, or Redis loses everything: repeating the same command completes the import.
@Suite struct EnqueueKillTests {
    static let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"

    /// With the number of times it is reached: 602 tasks in batches of 256.
    static let places = [
        ("enqueue.begin.before", 1), ("enqueue.begin.after", 1), ("enqueue.push.after", 1), ("enqueue.push.after", 2),
        ("enqueue.push.after", 3), ("enqueue.publish.before", 1), ("enqueue.publish.after", 1),
    ]

    @Test(arguments: places) func aKilledEnqueuerLeavesNothingToConsume(_ place: String, _ occurrence: Int) throws {
        let installation = try Installation()
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(150)), to: "export.json")
        let arguments = ["users", "--import-uuid", Self.uuid, "--chunk-size", "1", file]
        let killed = try installation.start(
            "relocation-enqueue", arguments,
            environment: ["RELOCATION_FAILPOINT": "\(place):\(occurrence):kill"]
        ).result()
        #expect(killed.code == -SIGKILL, "\(killed.errors)")
        #expect(killed.output.isEmpty)
        let isPublished = place == "enqueue.publish.after"
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.table("auth_user").count == (isPublished ? 150 : 0), "nothing half-pushed is consumed")

        // During the dead enqueuer's lease the refusal says when to try again.
        var again = try installation.start("relocation-enqueue", arguments).result()
        if again.code != 0 {
            #expect(again.errors.contains("try again in"), "\(again.errors)")
            try installation.redis.cli(["HSET", "{test}:record:\(Self.uuid)", "uploadExpiresAt", "1"])
            let next = try installation.status(Self.uuid)["next"] as? String
            #expect(next == "relocation-enqueue users --import-uuid \(Self.uuid) FILE")
            #expect(try installation.enqueue("list").output.contains("its enqueuer is gone"))
            again = try installation.start("relocation-enqueue", arguments).result()
        }
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.output == Self.uuid + "\n")
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.status(Self.uuid)["status"] as? String == "SUCCESS")
        #expect(
            try installation.rows(Self.uuid)
                == ["source": 600, "inserted": 450, "existing": 150, "overwritten": 0, "dropped": 0])
        #expect(try installation.table("auth_user").count == 150)
        #expect(try installation.table("sentry_useroption").count == 150)
    }

    /// Also with other chunks than before.
    @Test(arguments: [(false, "7"), (true, "7"), (false, "4")])
    func anEmptyRedisIsFilledAgain(_ sealed: Bool, _ secondChunkSize: String) throws {
        let installation = try Installation()
        let key: [String: String?] =
            sealed ? ["RELOCATION_PAYLOAD_KEY": "k \(SealedPayloadTests.key(1))"] : [:]
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(45)), to: "export.json")
        let arguments = ["users", "--import-uuid", Self.uuid, "--chunk-size", "7", file]
        #expect(try installation.start("relocation-enqueue", arguments, environment: key).result().code == 0)
        let killed = try installation.worker(
            "run", "--drain", "--group-rows", "1",
            environment: key.merging(["RELOCATION_FAILPOINT": "acknowledge.before:11:kill"]) { $1 })
        #expect(killed.code == -SIGKILL)
        let before = try installation.table("sentry_controlimportchunk").count
        #expect(before > 5)

        // The test's server keeps nothing: killed and started again it is another, empty one.
        installation.redis.kill()
        try installation.redis.start()
        #expect(try installation.redis.cli(["DBSIZE"]) == "0")
        let again = arguments.map { $0 == "7" ? secondChunkSize : $0 }
        #expect(try installation.start("relocation-enqueue", again, environment: key).result().code == 0)
        #expect(try installation.worker("run", "--drain", environment: key).code == 0)
        let status = try installation.status(Self.uuid)
        #expect(status["status"] as? String == "SUCCESS")

        let undisturbed = try Installation()
        let other = try undisturbed.folder.write(try SampleExport.json(SampleExport.users(45)), to: "export.json")
        try undisturbed.enqueue("users", "--import-uuid", Self.uuid, "--chunk-size", "7", other)
        #expect(try undisturbed.worker("run", "--drain").code == 0)
        #expect(try installation.rows(Self.uuid) == undisturbed.rows(Self.uuid))
        #expect(
            try NSDictionary(dictionary: status["models"] as? [String: Any] ?? [:])
                == NSDictionary(dictionary: undisturbed.status(Self.uuid)["models"] as? [String: Any] ?? [:]))
        // Other chunks leave other chunk rows.
        for table in Installation.userTables where secondChunkSize == "7" || !table.contains("importchunk") {
            #expect(try installation.table(table).count == undisturbed.table(table).count, "\(table)")
        }
        for column in ["id", "username", "email", "name"] {
            #expect(
                try installation.table("auth_user").map { $0[column] }
                    == undisturbed.table("auth_user").map { $0[column] })
        }
        for column in ["id", "user_id", "key", "value"] {
            #expect(
                try installation.table("sentry_useroption").map { $0[column] }
                    == undisturbed.table("sentry_useroption").map { $0[column] })
        }
    }

    /// After its time limit the enqueuer gives up, says so, and has queued nothing.
    @Test func aRedisThatStaysAwayEndsWith69() throws {
        let installation = try Installation(migrated: false)
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(150)), to: "export.json")
        let running = try installation.start(
            "relocation-enqueue", ["users", "--chunk-size", "1", file],
            environment: ["RELOCATION_FAILPOINT": "enqueue.push.after:1:hang2"])
        #expect(eventually(within: 20) { running.errorsSoFar.contains("is sound") })
        Thread.sleep(forTimeInterval: 1)
        installation.redis.kill()
        let result = try running.result(within: 40)
        #expect(result.code == 69 && result.output == "", "\(result.errors)")
        #expect(result.errors.contains("stayed away for 11 s. Nothing was queued."), "\(result.errors)")
        try installation.redis.start()
        #expect(try installation.enqueue("list", "--json").output == "[]\n")
    }
}
