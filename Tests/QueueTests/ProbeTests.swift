import Foundation
import Testing
import TestSupport

@testable import Queue

/// What is said of a command that Redis refuses.
@Suite struct ProbeTests {
    @Test(arguments: [
        ("NOPERM this user has no permissions to run the 'hset' command", ServerRefusal.command("HSET")),
        ("NOPERM this user has no permissions to run the 'config|get' command", .command("CONFIG|GET")),
        ("NOPERM User ann has no permissions to run the 'hset' command", .command("HSET")),
        ("NOPERM this user has no permissions to access one of the keys used as arguments", .key),
        ("NOPERM No permissions to access a key", .key),
        (
            "ERR The user executing the script can't run this command or subcommand script: 99, on @user_script:1.",
            .command(nil)
        ),
        (
            "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
            .key
        ),
        (
            "ERR ACL failure in script: User ann has no permissions to run the 'zadd' command script: 1",
            .command("ZADD")
        ),
        ("ERR ACL failure in script: No permissions to access a key script: 1", .key),
        ("ERR unknown command 'EVALSHA', with args beginning with: 'hush' ", .unknownCommand("EVALSHA")),
        ("ERR unknown command `EVALSHA`, with args beginning with: ", .unknownCommand("EVALSHA")),
        ("ERR Unknown Redis command called from script script: de96, on @user_script:1.", .unknownCommand(nil)),
        // A name is a name: nothing else is repeated.
        ("ERR unknown command 'hush hush 1', with args beginning with: ", .unknownCommand(nil)),
    ])
    func aRefusalIsRead(_ text: String, _ refusal: ServerRefusal) {
        #expect(ServerRefusal(text) == refusal)
    }

    @Test(arguments: [
        "", "ERR wrong number of arguments for 'hset' command", "NOAUTH Authentication required.", "OOM x",
    ])
    func otherErrorsAreNoRefusals(_ text: String) { #expect(ServerRefusal(text) == nil) }

    @Test func theRemedyNamesUserAndPrefix() {
        let caller = RedisCaller(user: "ann", prefix: "moves")
        #expect(
            QueueError(serverError: "NOPERM this user has no permissions to run the 'get' command", caller: caller)
                .remedy.hasPrefix("Grant it: ACL SETUSER ann +get"))
        #expect(
            QueueError(serverError: "NOPERM No permissions to access a key", caller: caller).remedy
                .hasSuffix("ACL SETUSER ann ~{moves}:*."))
    }

    /// A command that a script or a call begins to use must be tried, too.
    @Test func everyCommandOfTheQueueIsTried() throws {
        let folder =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/Sources/Pipeline/Queue/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "Script+probe.swift" }
        let sources = try names.map { try String(contentsOfFile: folder + $0, encoding: .utf8) }.joined()
        let used = Set(
            sources.matches(of: /(?:redis\.p?call|read)\('([A-Z]+)'/).map { String($0.output.1) }
                + sources.matches(of: /connection\.call\(\["([A-Z]+)"/).map { String($0.output.1) })
        #expect(used.count >= 30, "\(used.sorted())")
        let tried = Set(Script.probe.text.matches(of: /try\('([A-Z]+)'/).map { String($0.output.1) })
        // The report and the probe itself run these.
        #expect(used.subtracting(tried) == ["INFO", "SCRIPT"])
    }

    @Test func tryingLeavesNothing() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let probe = try queue.probe()
        #expect(probe.problem == nil)
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        #expect(abs(try #require(probe.now) - now) < 5_000)
        #expect(try fixture.server.cli(["DBSIZE"]) == "0")
        // Not even from a user who may not remove it.
        try fixture.server.cli(["ACL", "SETUSER", "half", "on", ">hush", "~*", "+@all", "-unlink", "-del"])
        let half = try fixture.queue(url: "unix://half:hush@" + fixture.server.socketPath)
        #expect(try half.probe().problem?.message == "The Redis user half may not run UNLINK.")
        #expect(try fixture.server.cli(["DBSIZE"]) == "0")
    }
}
