import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Mistakes on the command line, and what the programs say about themselves.
@Suite struct UsageTests {
    private let installation: Installation
    private let file: String

    init() throws {
        installation = try Installation(migrated: false)
        file = try installation.folder.write("[\(row())]", to: "export.json")
    }

    @Test func mistakesOfTheCommandLine() throws {
        let names = try installation.folder.write("sesame", to: "names.txt")
        let both = ["--filter-usernames", "sesame", "--filter-usernames-file", names]
        // Arguments that were not understood name no findings file either.
        let unread: [(Refusal, [String])] = [
            (Refusal(64, "--shoe", "--help"), ["--shoe", file]),
            (Refusal(64, "--overwrite-configs", "--help"), ["--overwrite-configs", file]),
            (Refusal(64, "--filter-org-slugs", "--help"), ["--filter-org-slugs", "a", file]),
            (Refusal(64, "source", "--help"), []),
            (Refusal(64, "--filter-usernames", "exclude each other"), both + [file]),
            (Refusal(64, "--chunk-size", "1 to 100000"), ["--chunk-size", "0", file]),
            (Refusal(64, "--chunk-size", "1 to 100000"), ["--chunk-size=-1", file]),
            (Refusal(64, "--chunk-size", "1 to 100000"), ["--chunk-size", "100001", file]),
            (Refusal(64, "--chunk-size"), ["--chunk-size", "many", file]),
            (Refusal(64, "--import-uuid", "such as"), ["--import-uuid", "5f0c0f3e", file]),
            (Refusal(64, "--import-uuid", "such as"), ["--import-uuid", "5g0c0f3e8a4e4d6c9f0e3d1c2b7a9e10", file]),
        ]
        for (refusal, arguments) in unread {
            try refusal.expect(["users"] + arguments, in: installation, writesFindings: false)
        }
        let read: [(Refusal, [String])] = [
            (Refusal(64, "filter", "leave it out"), ["--filter-usernames", "", file]),
            (Refusal(64, "filter", "leave it out"), ["--filter-usernames", ",,", file]),
            (Refusal(64, "filter", "leave it out"), ["--filter-usernames-file", "/dev/null", file]),
            (Refusal(66, "nowhere.txt"), ["--filter-usernames-file", "nowhere.txt", file]),
            (Refusal(66, "nowhere.json", "No such file"), ["nowhere.json"]),
            (Refusal(66, "folder"), [installation.folder.path]),
            (Refusal(64, "--redis-url", "RELOCATION_REDIS_URL"), ["--redis-url", "redis://:sesame@localhost/0", file]),
        ]
        for (refusal, arguments) in read { try refusal.expect(["users"] + arguments, in: installation) }
        try Refusal(64, "Redis URL", "redis://").expect(
            ["users", file], in: installation, environment: ["RELOCATION_REDIS_URL": "redis://:sesame@host:shoe/0"])
        try Refusal(64, "RELOCATION_REDIS_URL").expect(
            ["users", file], in: installation, environment: ["RELOCATION_REDIS_URL": nil])
    }

    @Test func aFindingsFileThatCannotBeMade() throws {
        let result = try installation.enqueue("users", "--findings-file", "nowhere/findings.json", file)
        #expect(result.code == 73 && result.output == "")
        #expect(result.errors.contains("nowhere/findings.json"), "\(result.errors)")
        try Refusal.expectNothingQueued(installation)
    }

    @Test(arguments: ["status", "findings", "retry", "pause", "unpause", "cancel", "abort", "delete"])
    func unknownAndMalformedUUIDs(_ command: String) throws {
        let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"
        let unknown = try installation.enqueue(command, uuid)
        #expect(unknown.code == 66 && unknown.output == "", "\(unknown.errors)")
        #expect(unknown.errors.contains(uuid) && unknown.errors.contains("list"), "\(unknown.errors)")
        let malformed = try installation.enqueue(command, "5f0c0f3e")
        #expect(malformed.code == 64 && malformed.output == "", "\(malformed.errors)")
        #expect(malformed.errors.contains("UUID"), "\(malformed.errors)")
    }

    /// Nobody can answer the prompt: the command must not look as if it had done its work.
    @Test func aGlobalImportWithoutATerminalNeedsNoPrompt() throws {
        try Refusal(64, "terminal", "--no-prompt").expect(["global", file], in: installation, writesFindings: false)
        try Refusal(64, "standard input", "--no-prompt")
            .expect(["global", "-"], in: installation, writesFindings: false)
    }

    @Test func statusOfNothing() throws {
        let result = try installation.enqueue("status")
        #expect(result.code == 66 && result.output == "", "\(result.errors)")
    }

    /// Of each command, every flag of the contract.
    static let flags: [[String]: [String]] = {
        let queue = ["--redis-url", "--redis-prefix"]
        let enqueue =
            queue + [
                "--decrypt-with", "--findings-file", "--no-prompt", "--silent", "--import-uuid", "--chunk-size",
                "--atomic", "--check", "--wait", "--destination",
            ]
        let destination = ["--database-url", "--control-database-url"]
        return [
            ["relocation-enqueue", "users"]:
                enqueue + ["--filter-usernames", "--filter-usernames-file", "--merge-users"],
            ["relocation-enqueue", "organizations"]: enqueue + ["--filter-org-slugs", "--merge-users"],
            ["relocation-enqueue", "config"]: enqueue + ["--merge-users", "--overwrite-configs"],
            ["relocation-enqueue", "global"]: enqueue,
            ["relocation-enqueue", "status"]: queue + ["--json", "--watch"],
            ["relocation-enqueue", "list"]: queue + ["--json"],
            ["relocation-enqueue", "destinations"]: queue + ["--json"], ["relocation-enqueue", "findings"]: queue,
            ["relocation-enqueue", "retry"]: queue,
            ["relocation-enqueue", "delete"]: queue,
            ["relocation-worker", "run"]:
                queue + destination + [
                    "--drain", "--concurrency", "--log-format", "--log-level", "--destination", "--rebind",
                    "--drain-wait", "--max-attempts",
                ],
            ["relocation-worker", "migrate"]: destination,
            ["relocation-worker", "check"]: queue + destination + ["--destination"],
        ]
    }()

    @Test func helpNamesEveryFlag() throws {
        for (command, flags) in Self.flags {
            let result = try installation.start(command[0], [command[1], "--help"]).result()
            #expect(result.code == 0 && result.errors == "", "\(command)")
            for flag in flags { #expect(result.output.contains(flag), "\(flag) of \(command)") }
            let overview = try installation.start(command[0], ["--help"]).result()
            #expect(overview.code == 0 && overview.output.contains(command[1]), "\(command)")
        }
    }
}
