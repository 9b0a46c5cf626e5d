import Foundation
import ProgramSupport
import TestSupport
import Testing

/// A failed relocation goes on with a corrected file under its UUID, if the rows that are written are the same.
@Suite struct ReplaceFileTests {
    private static let tooLong = String(repeating: "x", count: 200)
    private let uuid = "6a1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e11"

    /// Users 1 to 6 of which 5 cannot be imported: 1 to 4 are written.
    private func failed(_ form: LedgerSite.Form, ledger: Bool = true, _ flags: [String] = []) throws -> LedgerSite {
        let site = try LedgerSite(form, ledger: ledger)
        let queued = try site.run(
            "users", ["--import-uuid", uuid, "--chunk-size", "2"] + flags + [try site.write(users(bad: 5))])
        #expect(queued.code == 0, "\(queued.errors)")
        #expect(try site.worker("run", "--drain").code == 1)
        return site
    }

    private func users(bad: Int? = nil, count: Int = 6, changed: Int? = nil) -> [[String: Any]] {
        (1...count).map { pk in
            let changes = pk == changed ? ["name": "Somebody else"] : [:]
            return SampleExport.user(pk, username: pk == bad ? Self.tooLong : nil, changes: changes)
        } + (1...count).map { SampleExport.email($0) }
    }

    private func names(_ count: Int) -> Set<String> { Set((1...count).map { "user-\($0)" }) }

    @Test(arguments: LedgerSite.Form.allCases, [true, false])
    func theRelocationGoesOnWithTheCorrectedFile(_ form: LedgerSite.Form, _ ledger: Bool) throws {
        let site = try failed(form, ledger: ledger)
        #expect(Set(try site.users()) == names(4))
        let shown = try site.enqueue("status", uuid).output
        #expect(shown.contains("relocation-enqueue users --import-uuid \(uuid) --replace-file FILE"), "\(shown)")
        // Other formatting, other chunks, and one row more.
        let text = try JSONSerialization.data(withJSONObject: users(count: 7), options: .prettyPrinted)
        let file = try site.installation.folder.write(
            String(decoding: text, as: UTF8.self).replacingOccurrences(
                of: "\"flags\" : \"0\"", with: "\"flags\": \"\\u0030\""),
            to: "corrected.json")
        let result = try site.wait(
            "users", "--import-uuid", uuid, "--replace-file", "--chunk-size", "3", file)
        #expect(result.code == 0, "\(result.errors)")
        #expect(try site.users().sorted() == names(7).sorted())
        let status = try site.installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        #expect(
            try site.installation.rows(uuid)
                == ["source": 14, "inserted": 7, "existing": 7, "overwritten": 0, "dropped": 0])
        let history = try site.enqueue("history", uuid).output
        let line = history.split(separator: "\n").first { $0.contains("file replaced") }
        #expect(line?.contains("ann@") == true && line?.contains("users.json") == true, "\(history)")
        #expect(line?.contains("corrected.json (\(status["digest"] as? String ?? ""))") == true, "\(history)")
        guard ledger else { return }
        let known = try #require(try site.imports().first)
        #expect(known["file"] as? String == "corrected.json" && known["status"] as? String == "SUCCESS")
        #expect(known["digest"] as? String == status["digest"] as? String)
        let replaced = try #require(known["replaced"] as? [[String: Any]])
        #expect(replaced.count == 1 && replaced[0]["file"] as? String == "users.json", "\(replaced)")
        #expect((replaced[0]["digest"] as? String)?.count == 64)
        #expect(try site.enqueue("users", "--import-uuid", uuid, file).code == 0, "the UUID is that file's now")
    }

    @Test func aWrittenRowMustStayAsItIs() throws {
        let site = try failed(.sqlite)
        let before = try site.installation.status(uuid) as NSDictionary
        for (rows, place) in [
            (users(changed: 2), "sentry.user, row 2, pk 2"),
            (Array(users().dropFirst()), "sentry.user, row 1, pk 2"),
            ([SampleExport.user(9)] + users(), "sentry.user, row 1, pk 9"),
            (users(count: 3), "sentry.user, row 4: this row is already written"),
        ] {
            let file = try site.write(rows, to: "other.json")
            let refused = try site.enqueue("users", "--import-uuid", uuid, "--replace-file", "--chunk-size", "2", file)
            #expect(refused.code == 65 && refused.output.isEmpty, "\(place): \(refused.errors)")
            #expect(refused.errors.contains(place), "\(place): \(refused.errors)")
            #expect(refused.errors.contains("under another UUID"), "\(refused.errors)")
            #expect(place.hasSuffix("written") || refused.errors.contains("(line 1)"), "\(refused.errors)")
        }
        #expect(try site.installation.status(uuid) as NSDictionary == before)
        #expect(try site.enqueue("users", "--import-uuid", uuid, try site.write(users(), to: "a.json")).code == 65)
        let flags = ["--import-uuid", uuid, "--replace-file", "--merge-users"]
        let other = try site.run("users", flags + [try site.write(users(), to: "a.json")])
        #expect(other.code == 65 && other.errors.contains("--merge-users"), "\(other.errors)")
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func rowsOfEarlierModelsCount(_ form: LedgerSite.Form) throws
    {
        let site = try LedgerSite(form)
        func rows(_ zone: String, _ change: (inout [[String: Any]]) -> Void = { _ in }) throws -> String {
            var emails = (1...3).map { SampleExport.email($0) }
            change(&emails)
            let options = (1...3).map { SampleExport.option($0, user: $0, value: $0 == 2 ? zone : "\"UTC\"") }
            return try site.write((1...3).map { SampleExport.user($0) } + emails + options)
        }
        let flags = ["--import-uuid", uuid, "--chunk-size", "1"]
        #expect(try site.run("users", flags + [try rows("\"Nowhere/At_All\"")]).code == 0)
        #expect(try site.worker("run", "--drain").code == 1)
        let other = try rows("\"UTC\"") { $0[1] = SampleExport.email(9) }
        let refused = try site.run("users", flags + ["--replace-file", other])
        #expect(refused.code == 65 && refused.errors.contains("sentry.email, row 2, pk 9"), "\(refused.errors)")
        let good = try site.wait("users", "--import-uuid", uuid, "--replace-file", try rows("\"UTC\""))
        #expect(good.code == 0, "\(good.errors)")
    }

    @Test(arguments: LedgerSite.Form.allCases) func theLedgerKnowsWhatRedisHasForgotten(_ form: LedgerSite.Form) throws
    {
        let site = try failed(form)
        try site.forgetEverything()
        for rows in [users(changed: 2), users(count: 3)] {
            let other = try site.write(rows, to: "other.json")
            let refused = try site.wait("users", "--import-uuid", uuid, "--replace-file", other)
            #expect(refused.code == 65, "\(refused.errors)")
            #expect(
                refused.errors.contains(rows.count == 12 ? "sentry.user row 2 (pk 2)" : "sentry.user row 4"),
                "\(refused.errors)")
            #expect(
                try site.installation.status(uuid)["next"] as? String
                    == "relocation-enqueue users --import-uuid \(uuid) --replace-file FILE")
            #expect(Set(try site.users()) == names(4))
            #expect(try site.imports().first?["file"] as? String == "users.json")
        }
        let good = try site.wait(
            "users", "--import-uuid", uuid, "--replace-file", try site.write(users(), to: "a.json"))
        #expect(good.code == 0, "\(good.errors)")
        #expect(try site.users().sorted() == names(6).sorted())
        #expect(try site.enqueue("history", uuid).output.contains("users.json ("))
    }

    @Test func withoutALedgerNothingIsProven() throws {
        let site = try failed(.sqlite, ledger: false)
        try site.forgetEverything()
        let file = try site.write(users(), to: "a.json")
        let refused = try site.wait("users", "--import-uuid", uuid, "--replace-file", file)
        #expect(refused.code == 65 && refused.errors.contains("nothing remembers whether"), "\(refused.errors)")
        #expect(Set(try site.users()) == names(4))
    }

    /// A chunk is written, and its worker is lost before Redis hears of it.
    @Test(arguments: [true, false]) func theWorkerKnowsMoreThanRedis(_ ledger: Bool) throws {
        let site = try LedgerSite(.sqlite, ledger: ledger)
        let flags = ["--import-uuid", uuid, "--chunk-size", "2"]
        #expect(try site.run("users", flags + [try site.write(users(bad: 5))]).code == 0)
        let killed = try site.worker(
            "run", "--drain", "--commit-batch-rows", "1",
            environment: ["RELOCATION_FAILPOINT": "acknowledge.before:2:kill"])
        #expect(killed.code == -SIGKILL)
        #expect(Set(try site.users()) == names(4))
        #expect(try site.enqueue("abort", uuid).code == 0)
        let other = try site.write(users(changed: 3), to: "other.json")
        let refused = try site.wait("users", "--import-uuid", uuid, "--replace-file", other)
        #expect(refused.code == 65 && refused.errors.contains("sentry.user row 3 (pk 3)"), "\(refused.errors)")
        #expect(Set(try site.users()) == names(4))
        guard ledger else { return }
        let good = try site.wait(
            "users", "--import-uuid", uuid, "--replace-file", try site.write(users(), to: "a.json"))
        #expect(good.code == 0, "\(good.errors)")
        #expect(Set(try site.users()) == names(6))
    }

    @Test func onlyARelocationThatStandsStillGetsAnotherFile() throws {
        let site = try LedgerSite(.sqlite)
        let file = try site.write(users(bad: 5))
        let corrected = try site.write(users(), to: "corrected.json")
        func replace(_ flags: String...) throws -> Installation.Result {
            try site.run("users", ["--import-uuid", uuid, "--replace-file"] + flags + [corrected])
        }
        #expect(try site.enqueue("users", "--import-uuid", uuid, file).code == 0)
        let running = try replace()
        #expect(running.code == 64 && running.errors.contains("relocation-enqueue pause \(uuid)"), "\(running.errors)")
        #expect(try site.enqueue("pause", uuid).code == 0)
        #expect(try replace().code == 0)
        #expect(try site.worker("run", "--drain").code == 0)
        #expect(Set(try site.users()) == names(6))
        let done = try replace()
        #expect(done.code == 64 && done.errors.contains("has succeeded"), "\(done.errors)")
        for flags in [["--replace-file"], ["--replace-file", "--import-uuid", uuid, "--check"]] {
            #expect(try site.run("users", flags + [corrected]).code == 64)
        }
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func ofOneTransactionAnythingMayChange(
        _ form: LedgerSite.Form
    )
        throws
    {
        let site = try failed(form, ["--atomic"])
        #expect(try site.users().isEmpty)
        let rows = [SampleExport.user(1, username: "another")] + users().dropFirst()
        let result = try site.wait(
            "users", "--import-uuid", uuid, "--replace-file", "--atomic", try site.write(rows, to: "a.json"))
        #expect(result.code == 0, "\(result.errors)")
        #expect(Set(try site.users()) == names(6).subtracting(["user-1"]).union(["another"]))
    }

    @Test func skippedRowsAreTriedAgain() throws {
        let site = try LedgerSite(.sqlite)
        var rows = users(bad: 2)
        rows[3] = SampleExport.user(4, username: Self.tooLong)
        let flags = ["--import-uuid", uuid, "--chunk-size", "3"]
        #expect(try site.run("users", flags + [try site.write(rows)]).code == 0)
        #expect(try site.worker("run", "--drain").code == 1)
        #expect(try site.enqueue("retry", uuid, "--skip-row", "--accept-loss").code == 0)
        #expect(try site.worker("run", "--drain").code == 1)
        #expect(Set(try site.users()) == ["user-1", "user-3"])
        let result = try site.wait(
            "users", "--import-uuid", uuid, "--replace-file", try site.write(users(), to: "a.json"))
        #expect(result.code == 0 && result.errors.contains("what was skipped (1) is tried again"), "\(result.errors)")
        #expect(Set(try site.users()) == names(6))
    }
}
