import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Secrets of the imported users, payload keys and passwords appear nowhere: not in an output, a log, a finding,
/// a status, the process list, or (sealed) anywhere in Redis.
@Suite struct CanaryTests {
    static let canary = "cANARy"
    static let key = Data((0..<32).map { UInt8($0 ^ 0x5A) }).base64EncodedString()
    static let redisPassword = "redis-cANARy-password"

    private static func users(_ count: Int, changes: [String: Any] = [:]) -> [[String: Any]] {
        let all = 1...count
        let users = all.map { pk in
            SampleExport.user(
                pk, username: "name-\(canary)-\(pk)",
                changes: [
                    "password": "pbkdf2_sha256$1$\(canary)$digest", "name": "Full \(canary)",
                    "email": "\(canary)@example.com", "session_nonce": canary, "avatar_url": "https://\(canary)/",
                ].merging(pk == count ? changes : [:]) { $1 })
        }
        let options = all.map { SampleExport.option($0, user: $0, key: "key-\(canary)", value: "\"\(canary)\"") }
        let addresses = all.map { pk in
            var row = SampleExport.userEmail(pk, user: pk)
            row["fields"] = (row["fields"] as? [String: Any] ?? [:]).merging(
                ["email": "\(canary)-\(pk)@example.com", "validation_hash": "\(canary)hash"]) { $1 }
            return row
        }
        return users + options + addresses
    }

    private static func invitation(_ pk: Int) -> [String: Any] {
        [
            "model": "sentry.organizationmember", "pk": pk,
            "fields": [
                "organization": 1, "user_id": NSNull(), "email": "\(canary)@example.com", "role": "member",
                "flags": "0",
                "token": "\(canary)token\(pk)", "date_added": "2023-06-22T22:59:55.561Z", "token_expires_at": NSNull(),
                "has_global_access": true, "inviter_id": NSNull(), "invite_status": 0, "type": 50,
                "user_is_active": true, "user_email": NSNull(),
            ],
        ]
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: String?
        let export: @Sendable () throws -> String
        var wrongDatabase = false
        var command = "users"
    }

    static let scenarios = [
        Scenario(testDescription: "success", status: "SUCCESS") { try SampleExport.json(users(5)) },
        Scenario(testDescription: "validation error", status: "FAILURE") {
            try SampleExport.json(users(5, changes: ["username": NSNull()]))
        },
        Scenario(testDescription: "too long", status: "FAILURE") {
            try SampleExport.json(
                users(5, changes: ["username": canary + String(repeating: "x", count: 200)]))
        },
        Scenario(
            testDescription: "integrity error", status: "FAILURE",
            export: {
                // One invitation twice.
                try SampleExport.json(users(2) + [SealedImportTests.organization] + (1...2).map(invitation))
            }, command: "organizations"),
        Scenario(testDescription: "undecodable", status: nil) {
            try SampleExport.json(users(5, changes: ["date_joined": canary]))
        },
        Scenario(testDescription: "broken", status: nil) { String(try SampleExport.json(users(5)).dropLast(30)) },
        Scenario(
            testDescription: "wrong database", status: "IN_PROGRESS",
            export: {
                try SampleExport.json(users(5))
            }, wrongDatabase: true),
    ]

    @Test(arguments: scenarios) func nothingShows(_ scenario: Scenario) throws {
        let installation = try Installation(redisLines: [
            "appendonly yes", "appendfsync always", "user default on >\(Self.redisPassword) ~* &* +@all",
        ])
        let url = "unix://default:\(Self.redisPassword)@\(installation.redis.socketPath)"
        var environment: [String: String?] = [
            "RELOCATION_REDIS_URL": url, "RELOCATION_PAYLOAD_KEY": "canary-key \(Self.key)",
        ]
        let file = try installation.folder.write(try scenario.export(), to: "export.json")
        let findings = installation.folder.file("findings.json")
        let queued = try installation.enqueue(
            scenario.command, "--findings-file", findings, "--chunk-size", "2", file, environment: environment)
        var seen = [queued.output, queued.errors, installation.folder.read("findings.json")]
        if scenario.status == nil {
            #expect(queued.code == 65, "\(queued.errors)")
        } else {
            #expect(queued.code == 0, "\(queued.errors)")
            let uuid = queued.lastLine
            if scenario.wrongDatabase { try bindElsewhere(installation, environment) }
            // The name belongs to the other database now.
            let name: [String: String?] = scenario.wrongDatabase ? ["RELOCATION_DESTINATION": "other"] : [:]
            let worker = try installation.start(
                "relocation-worker", ["run", "--log-level", "trace"],
                environment: environment.merging(name) { $1 })
            #expect(
                eventually(within: 20) {
                    let line = installation.commandLine(worker.process.pid)
                    seen.append(line)
                    return scenario.wrongDatabase
                        ? worker.errorsSoFar.contains("left alone")
                        : worker.errorsSoFar.contains("relocation completed")
                            || worker.errorsSoFar.contains("relocation failed")
                }, "\(worker.errorsSoFar)")
            #expect(installation.limit("Max core file size", of: worker.process.pid) == "0", "no memory on a disk")
            worker.process.signal(SIGTERM)
            let ended = try worker.result(within: 10)
            seen += [ended.output, ended.errors]
            environment["RELOCATION_PAYLOAD_KEY"] = .some(nil)
            for arguments in [["status", uuid], ["status", uuid, "--json"], ["findings", uuid], ["list", "--json"]] {
                let result = try installation.start("relocation-enqueue", arguments, environment: environment).result()
                #expect(result.code == 0)
                seen += [result.output, result.errors]
                if arguments.last == "--json", arguments.count == 3, let status = scenario.status {
                    #expect(result.output.contains("\"status\" : \"\(status)\""), "\(result.output)")
                }
            }
        }
        for text in seen {
            #expect(!text.contains(Self.canary), "\(scenario.testDescription): \(text)")
            #expect(!text.contains(Self.key), "\(scenario.testDescription): the key")
        }
        try searchRedis(installation, scenario)
    }

    /// Lets a worker of another database take the relocation first.
    private func bindElsewhere(_ installation: Installation, _ environment: [String: String?]) throws {
        let other = installation.folder.file("other.sqlite")
        let changes = environment.merging(["RELOCATION_DATABASE_URL": "sqlite://\(other)"]) { $1 }
        #expect(try installation.worker("migrate", environment: changes).code == 0)
        let worker = try installation.start(
            "relocation-worker", ["run"],
            environment: changes.merging(["RELOCATION_FAILPOINT": "chunk.after:1:hang2"]) { $1 })
        #expect(eventually(within: 20) { worker.errorsSoFar.contains("relocation claimed") })
        worker.process.signal(SIGTERM)
        #expect(try worker.result(within: 20).code == 0, "it gives back what is bound to its database now")
    }

    /// Everything that Redis wrote to its disk: the append-only file holds every command that changed anything.
    private func searchRedis(_ installation: Installation, _ scenario: Scenario) throws {
        let files =
            FileManager.default.enumerator(atPath: installation.redis.folder.path)?
            .compactMap { $0 as? String } ?? []
        let persistent = files.filter { $0.hasSuffix(".aof") || $0.hasSuffix(".rdb") }
        #expect(!persistent.isEmpty)
        var bytes = 0
        for name in persistent {
            let data = FileManager.default.contents(atPath: installation.redis.folder.file(name)) ?? Data()
            bytes += data.count
            #expect(data.range(of: Data(Self.canary.utf8)) == nil, "\(scenario.testDescription): \(name)")
            #expect(data.range(of: Data(Self.key.utf8)) == nil)
            #expect(data.range(of: Self.compressed) == nil, "a payload that is only compressed")
        }
        if scenario.status != nil { #expect(bytes > 1_000, "the tasks were there") }
    }

    /// How zstd's frames begin: no plain payload is without it.
    static let compressed = Data([0x28, 0xB5, 0x2F, 0xFD])

    @Test func withoutAKeyTheSearchFinds() throws {
        let installation = try Installation(redisLines: ["appendonly yes", "appendfsync always"])
        let file = try installation.folder.write(try SampleExport.json(Self.users(2)), to: "export.json")
        #expect(try installation.enqueue("users", file).code == 0)
        let name = try #require(
            FileManager.default.enumerator(atPath: installation.redis.folder.path)?.compactMap { $0 as? String }
                .first { $0.hasSuffix(".incr.aof") })
        let data = FileManager.default.contents(atPath: installation.redis.folder.file(name)) ?? Data()
        #expect(data.range(of: Self.compressed) != nil)
    }
}

extension Installation {
    /// A hard limit of a process, as the kernel says.
    func limit(_ name: String, of pid: Int32) -> String {
        let text = String(
            decoding: FileManager.default.contents(atPath: "/proc/\(pid)/limits") ?? Data(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return line.dropFirst(name.count).split(separator: " ").dropFirst().first.map(String.init) ?? ""
    }

    /// What every user of the machine sees of a process.
    func commandLine(_ pid: Int32) -> String {
        String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data(), as: UTF8.self)
    }
}
