import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `--check` is a report; `dropped` lists what an import has left out.
@Suite struct CheckTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    private func file(_ rows: [[String: Any]]) throws -> String {
        try installation.folder.write(try SampleExport.json(rows), to: "export.json")
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test func aSoundFile() throws {
        let path = try file(SampleExport.users(2) + [["model": "sentry.relocation", "pk": 1, "fields": [:]]])
        let checked = try installation.enqueue("users", "--check", "--json", path)
        #expect(checked.code == 0, "\(checked.errors)")
        let report = try object(checked.output)
        #expect(report["isSound"] as? Bool == true && report["isWhole"] as? Bool == true)
        #expect(report["rows"] as? [String: Int] == ["total": 9, "toImport": 8, "leftOut": 1])
        #expect((report["version"] as? [String: Any])?["earliest"] as? String == "23.8")
        #expect((report["models"] as? [[String: Any]])?.count == 5 && (report["faults"] as? [Any])?.isEmpty == true)
        #expect(report["warnings"] as? [String] == ["1 row of sentry.relocation, which is never relocated, left out"])
        for words in [
            "export.json is sound: 9 rows, 8 to import", "sentry.relocation     1  1 excludedModel",
            "guessed from the fields: 23.8 or newer (sentry.user has is_unclaimed)",
        ] { #expect(checked.errors.contains(words), "\(checked.errors)") }
    }

    @Test func everyFaultIsNamed() throws {
        let rows = (1...3).map { SampleExport.user($0, changes: ["is_active": "maybe"]) }
        let path = try file(rows + [SampleExport.user(4, changes: ["nosuch": 1]), SampleExport.user(5)])
        let findings = installation.folder.file("findings.json")
        let checked = try installation.enqueue(
            "users", "--check", "--strict", "--json", "--findings-file", findings, path)
        #expect(checked.code == 65)
        let report = try object(checked.output)
        #expect(report["faultsTotal"] as? Int == 4 && report["isSound"] as? Bool == false)
        let faults = try #require(report["faults"] as? [[String: Any]])
        #expect(faults.map { $0["field"] as? String } == ["is_active", "nosuch"])
        #expect(faults.map { $0["count"] as? Int } == [3, 1])
        let places = try #require(faults[0]["places"] as? [[String: Any]])
        #expect(places.map { $0["sourcePK"] as? Int } == [1, 2, 3] && places[0]["line"] as? Int == 1)
        #expect(checked.errors.contains("export.json has 4 faults. Read: 5 rows, 1 of them sound and to import."))
        #expect(
            checked.errors.contains("Error: 4 faults, the first one at record 1, byte 1 (line 1)"), "\(checked.errors)")
        let list = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: findings))) as? [Any]
        #expect(list?.count == 4)
        // An enqueue ends at the first.
        let queued = try installation.enqueue("users", path)
        #expect(queued.code == 65 && !queued.errors.contains("nosuch"))
    }

    @Test func aFileThatHoldsSomethingElse() throws {
        let path = try installation.folder.write("<!DOCTYPE html><html></html>", to: "page.html")
        let checked = try installation.enqueue("users", "--check", "--json", path)
        #expect(checked.code == 65)
        let report = try object(checked.output)
        #expect(report["isWhole"] as? Bool == false && report["sha256"] is NSNull)
        #expect(try installation.enqueue("users", "--json", path).code == 64)
        #expect(try installation.enqueue("users", "--check", installation.folder.file("none.json")).code == 66)
    }

    /// A mistake in the file is told after the question whether it can be queued at all.
    @Test func redisIsAskedFirst() throws {
        let path = try installation.folder.write("[", to: "bad.json")
        #expect(try installation.enqueue("users", path).code == 65)
        installation.redis.stop()
        #expect(try installation.enqueue("users", path).code == 69)
        #expect(try installation.enqueue("users", "--check", path).code == 65)
    }

    @Test func theSameFileAgainIsAWarning() throws {
        let path = try file(SampleExport.users(1))
        let first = try installation.enqueue("users", path)
        #expect(!first.errors.contains("enqueued before"))
        let second = try installation.enqueue("users", path)
        #expect(
            second.code == 0
                && second.errors.contains("was enqueued before as \(first.lastLine) (users into default, IN_PROGRESS, ")
        )
        let warnings = try #require(try installation.status(second.lastLine)["warnings"] as? [String])
        #expect(warnings.count == 1 && warnings[0].contains(first.lastLine))
        let same = try installation.enqueue("users", "--import-uuid", second.lastLine, path)
        #expect(same.code == 0 && same.errors.contains("is queued already"))
    }

    @Test func droppedRowsAreListed() throws {
        let options = (1...10_060).map { SampleExport.option($0, user: $0 == 60 ? 1 : 77) }
        let path = try file([SampleExport.user(1)] + options)
        let uuid = try installation.enqueue("users", path).lastLine
        #expect(try installation.enqueue("dropped", uuid).output == "No row was dropped.\n")
        #expect(try installation.worker("run", "--drain").code == 0)
        // In any spelling.
        let spelled = "{" + uuid.uppercased().replacingOccurrences(of: "-", with: "") + "}"
        let listed = try installation.enqueue("dropped", spelled)
        #expect(listed.code == 0, "\(listed.errors)")
        for words in [
            "sentry.useroption      1      1  missingReference  user → sentry.user 77",
            "59 more rows were dropped that are not listed one by one",
            "missingReference:user->sentry.user  10059",
        ] { #expect(listed.output.contains(words), "\(listed.output)") }
        let report = try object(try installation.enqueue("dropped", uuid, "--json").output)
        #expect(
            report["total"] as? Int == 10_059 && report["listed"] as? Int == 10_000
                && report["isComplete"] as? Bool == false)
        let row = try #require((report["rows"] as? [[String: Any]])?.first)
        #expect(
            row["model"] as? String == "sentry.useroption" && row["ordinal"] as? Int == 1
                && row["sourcePK"] as? Int == 1)
        let missing = try #require(row["missing"] as? [String: Any])
        #expect(missing["field"] as? String == "user" && missing["model"] as? String == "sentry.user")
        #expect(missing["sourcePK"] as? Int == 77)
        #expect(try installation.enqueue("dropped", UUID().uuidString).code == 66)
    }

    /// Rows that never reach a worker are listed as soon as the import is queued, and those of workers behind them.
    @Test func rowsThatAreLeftOutAreListed() throws {
        let fields: [String: Any] = ["key": "a", "value": "1", "last_updated": "2024-01-01T00:00:00Z"]
        let others: [[String: Any]] = [
            ["model": "sentry.nothing", "pk": 41, "fields": [String: Any]()],
            ["model": "sentry.option", "pk": 51, "fields": fields],
        ]
        let rows =
            (1...1_003).map { SampleExport.user($0) } + others
            + [SampleExport.option(7, user: 1), SampleExport.option(8, user: 2)]
        let path = try file(rows)
        let uuid = try installation.enqueue("users", "--filter-usernames", "user-1", path).lastLine
        func lines() throws -> [String] {
            let report = try object(try installation.enqueue("dropped", uuid, "--json").output)
            return try #require(report["rows"] as? [[String: Any]]).map { row in
                "\(row["model"] ?? "") \(row["ordinal"] ?? "") \(row["sourcePK"] ?? "") \(row["reason"] ?? "")"
            }
        }
        let listed = try lines()
        #expect(listed.count == 1_000 + 2, "of 1,002 filtered users the first thousand")
        #expect(listed.first == "sentry.user 2 2 filtered")
        #expect(listed.suffix(2) == ["sentry.nothing 1 41 unknownModel", "sentry.option 1 51 outOfScope"])
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try lines() == listed + ["sentry.useroption 2 8 missingReference:user->sentry.user"])
    }

    @Test func aUUIDThatCannotBePrintedIsAnError() throws {
        let path = try file(SampleExport.users(1))
        func run(_ redirection: String) throws -> Installation.Result {
            try installation.start(
                "relocation-enqueue", ["users", path], under: ["/bin/sh", "-c", "exec \"$@\" \(redirection)", "sh"]
            ).result()
        }
        // Nothing takes the place of a closed stream.
        let closed = try run(">&-")
        #expect(closed.code == 73 && closed.errors.contains("Standard output is closed"), "\(closed.errors)")
        #expect(try installation.enqueue("list", "--json").output == "[]\n")
        let full = try run("> /dev/full")
        #expect(full.code == 73, "\(full.errors)")
        let list =
            try JSONSerialization.jsonObject(
                with: Data(try installation.enqueue("list", "--json").output.utf8)) as? [[String: Any]]
        let uuid = try #require(list?.first?["uuid"] as? String)
        #expect(full.errors.contains("The relocation \(uuid) is queued."), "\(full.errors)")
        #expect(try run("<&-").code == 0 && run("2>&-").code == 0)
    }

    @Test func aDrainTellsOfFailures() throws {
        let path = try file([SampleExport.user(1, changes: ["username": NSNull()]), SampleExport.user(2)])
        let uuid = try installation.enqueue("users", path).lastLine
        let drained = try installation.worker("run", "--drain")
        #expect(drained.code == 1 && drained.errors.contains("1 relocation has failed"), "\(drained.errors)")
        // It was not this run's.
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "FAILURE")
    }
}
