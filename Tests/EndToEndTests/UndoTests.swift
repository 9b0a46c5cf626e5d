import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// `undo` takes back what a relocation has brought.
@Suite struct UndoTests {
    private let uuid = "7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e12"

    /// A user who was there before, and what an import of two users has found and brought.
    private func imported(_ form: LedgerSite.Form, _ arguments: String..., ledger: Bool = true) throws -> Imported {
        let site = try LedgerSite(form, ledger: ledger)
        var address = SampleExport.email(1)
        address["fields"] = ["email": "User-1@example.com", "date_added": "2019-01-01T00:00:00Z"]
        let first = [SampleExport.user(1), address]
        #expect(try site.wait("users", site.write(first, to: "first.json")).code == 0)
        let before = try site.everything()
        let file = try site.write(SampleExport.users(30))
        let result = try site.enqueue(
            "users", "--import-uuid", uuid, "--chunk-size", "7", arguments.first ?? "--silent", file)
        #expect(result.code == 0, "\(result.errors)")
        #expect(try site.worker("run", "--drain").code == 0)
        #expect(try site.everything() != before)
        return Imported(site: site, file: file, before: before)
    }

    private struct Imported {
        let site: LedgerSite
        let file: String
        let before: [String: [[Value]]]
    }

    private func undo(_ site: LedgerSite, _ arguments: String...) throws -> Installation.Result {
        let waiting = try site.start(
            enqueuing: ["undo", uuid] + arguments + (arguments.contains("--dry-run") ? [] : ["--wait"]))
        let worker = try site.start("run")
        let result = try waiting.result()
        worker.process.signal(SIGTERM)
        _ = try worker.result()
        return result
    }

    @Test(arguments: LedgerSite.Form.allCases, ["--silent", "--merge-users", "--atomic"])
    func theDatabaseIsWhatItWas(_ form: LedgerSite.Form, _ flag: String) throws {
        let imported = try imported(form, flag)
        let site = imported.site
        let counted = try undo(site, "--dry-run", "--json")
        #expect(counted.code == 0, "\(counted.errors)")
        #expect(try site.installation.status(uuid)["status"] as? String == "SUCCESS", "the state is what it was")
        let done = try undo(site, "--no-prompt", "--json")
        #expect(done.code == 0, "\(done.errors)")
        try site.expect(imported.before)
        let status = try site.installation.status(uuid)
        #expect(status["status"] as? String == "FAILURE" && status["step"] as? String == "UNDOING")
        #expect(status["endedBy"] as? String == "undo")
        #expect((status["failureReason"] as? String ?? "").hasPrefix("Undone by ann@"))
        #expect(
            status["next"] as? String == "relocation-enqueue users --import-uuid \(uuid) FILE",
            "\(status["next"] ?? "")")
        let (plan, result) = (try undoMember(counted), try undoMember(done))
        #expect(plan["tables"] as? NSDictionary == result["tables"] as? NSDictionary, "\(plan) \(result)")
        // The user who was there has an address with another date.
        #expect((result["rows"] as? [String: Int])?["restored"] == 1, "\(result)")
        #expect(try site.imports().first { $0["uuid"] as? String == uuid }?["status"] as? String == "UNDONE")

        // The UUID is free, for another file as well.
        let again = try site.write(SampleExport.users(4), to: "again.json")
        #expect(try site.wait("users", "--import-uuid", uuid, again).code == 0)
        #expect(try site.users().count == 1 + 4)
        #expect(try undo(site, "--no-prompt").code == 0)
        try site.expect(imported.before)
    }

    private func undoMember(_ result: Installation.Result) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return object?["undo"] as? [String: Any] ?? [:]
    }

    /// Redis has forgotten the import: the ledger and the chunk rows tell what there is.
    @Test(arguments: LedgerSite.Form.allCases, [true, false]) func redisMayHaveForgottenIt(
        _ form: LedgerSite.Form, _ ledger: Bool
    ) throws {
        let imported = try imported(form, ledger: ledger)
        let site = imported.site
        try site.forgetEverything()
        let counted = try undo(site, "--dry-run")
        #expect(counted.code == 0 && counted.output.contains("auth_user"), "\(counted.errors)")
        try site.forgetEverything()
        let done = try undo(site, "--no-prompt")
        #expect(done.code == 0, "\(done.errors)")
        if ledger {
            try site.expect(imported.before)
            let status = try site.installation.status(uuid)
            #expect(status["scope"] as? String == "users" && status["source"] as? String == "users.json", "\(status)")
        } else {
            // Nobody knows which addresses were there before.
            try site.expect(imported.before, besides: "sentry_email")
        }
    }

    @Test(arguments: LedgerSite.Form.allCases) func whoRefersLaterIsNamed(_ form: LedgerSite.Form) throws {
        let imported = try imported(form)
        let site = imported.site
        let ips = try #require(Catalogue.standard.table("sentry_userip"))
        let users = try #require(Catalogue.standard.table("auth_user"))
        let database = try site.database(.control)
        let user = try #require(database.select(Select(["id"], from: users)).last?.first)
        try database.insert(
            Insert(
                into: ips, columns: ["id", "user_id", "ip_address", "first_seen", "last_seen"],
                rows: [[.integer(41), user, .text("10.0.0.1"), .timestamp(0), .timestamp(0)]]))
        let whole = try site.everything()
        let refused = try undo(site, "--no-prompt")
        #expect(refused.code == 1 && refused.errors.contains("Nothing was changed"), "\(refused.errors)")
        #expect(refused.errors.contains("1 row of sentry_userip (user_id → auth_user): 41"), "\(refused.errors)")
        try site.expect(whole)
        let status = try site.installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS" && status["step"] as? String == "COMPLETED")
        #expect(try site.enqueue("history", uuid).output.contains("undo refused"))
        let dry = try undo(site, "--dry-run")
        #expect(dry.code == 1 && dry.output.contains("sentry_userip"), "\(dry.output)")
        let done = try undo(site, "--no-prompt", "--cascade", "sentry_userip:41")
        #expect(done.code == 0, "\(done.errors)")
        try site.expect(imported.before)
    }

    /// At each place a worker may be lost, once at the first and once at a later time; the next one goes on.
    private static let places: [(LedgerSite.Form, String)] =
        [
            "undo.begun:1", "undo.page:1", "undo.page:3", "undo.removed:1", "undo.forgotten:1", "undo.done:1",
            "redis.before:5",
            "redis.after:6", "statement:60", "statement:130",
        ].flatMap { [(.sqlite, $0), (.split, $0)] }
        + ["undo.page:2", "undo.forgotten:1", "statement:100"].map { (.postgres, $0) }

    @Test(arguments: places) func theNextWorkerGoesOn(_ form: LedgerSite.Form, _ place: String) throws {
        let imported = try imported(form)
        let site = imported.site
        #expect(try site.enqueue("undo", uuid, "--no-prompt").code == 0)
        let killed = try site.worker("run", "--drain", environment: ["RELOCATION_FAILPOINT": "\(place):kill"])
        #expect(killed.code == -SIGKILL, "\(place): \(killed.errors)")
        #expect(try site.worker("run", "--drain").code == 0)
        try site.expect(imported.before)
        #expect(try site.installation.status(uuid)["endedBy"] as? String == "undo", "\(place)")
        #expect(try site.imports().first { $0["uuid"] as? String == uuid }?["status"] as? String == "UNDONE")
    }

    /// Half undone, it is nobody's import: not Redis' memory alone keeps workers from going on with it.
    @Test func halfUndoneNobodyImportsIt() throws {
        let imported = try imported(.sqlite)
        let site = imported.site
        _ = try site.enqueue("undo", uuid, "--no-prompt")
        #expect(
            try site.worker("run", "--drain", environment: ["RELOCATION_FAILPOINT": "undo.page:2:kill"]).code
                == -SIGKILL)
        let refused = try site.enqueue("users", "--import-uuid", uuid, imported.file)
        #expect(refused.code == 64 && refused.errors.contains("is being undone"), "\(refused.errors)")
        try site.forgetEverything()
        _ = try site.enqueue("users", "--import-uuid", uuid, "--chunk-size", "7", imported.file)
        #expect(try site.worker("run", "--drain").code == 1)
        let status = try site.installation.status(uuid)
        #expect((status["failureReason"] as? String ?? "").contains("an undo of \(uuid) has begun"), "\(status)")
        #expect(try undo(site, "--no-prompt").code == 0)
        try site.expect(imported.before)
    }

    /// A relocation that failed keeps its tasks if its undo is refused, and goes once nothing stands in the way.
    @Test func aFailedImportIsUndone() throws {
        let site = try LedgerSite(.sqlite)
        let before = try site.everything()
        let rows = SampleExport.users(3) + [SampleExport.option(9, user: 1, key: "timezone", value: "\"Nowhere\"")]
        _ = try site.enqueue("users", "--import-uuid", uuid, "--chunk-size", "1", site.write(rows))
        #expect(try site.worker("run", "--drain").code == 1)
        let failed = try site.installation.status(uuid)
        #expect(try undo(site, "--dry-run").code == 0)
        let after = try site.installation.status(uuid)
        for member in ["status", "step", "failureReason", "next"] {
            #expect(failed[member] as? String == after[member] as? String, "\(member)")
        }
        #expect(try undo(site, "--no-prompt").code == 0)
        try site.expect(before)
        let retried = try site.enqueue("retry", uuid)
        #expect(retried.code == 64 && retried.errors.contains("no longer has a payload"), "\(retried.errors)")
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let imported = try imported(.sqlite)
        let site = imported.site
        for (arguments, code, words) in [
            ([uuid], 64, "--no-prompt"), ([uuid, "--json", "--no-prompt"], 64, "--json needs"),
            ([uuid, "--no-prompt", "--cascade", "sentry_userip"], 64, "table:id"), (["zz", "--no-prompt"], 64, "UUID"),
            (["7b1d0f3e99", "--no-prompt"], 66, "begins with"),
        ] as [([String], Int32, String)] {
            let refused = try site.run("undo", arguments)
            #expect(refused.code == code && refused.errors.contains(words), "\(arguments): \(refused.errors)")
        }
        let unknown = try site.start(
            enqueuing: ["undo", "7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e99", "--no-prompt", "--wait"])
        #expect(try site.worker("run", "--drain", "--drain-wait", "5").code == 0)
        let worker = try site.start("run")
        let result = try unknown.result()
        worker.process.signal(SIGTERM)
        _ = try worker.result()
        #expect(result.code == 66 && result.errors.contains("knows no import"), "\(result.errors)")
        #expect(try undo(site, "--no-prompt").code == 0)
        let twice = try site.enqueue("undo", uuid, "--no-prompt")
        #expect(twice.code == 64 && twice.errors.contains("is undone"), "\(twice.errors)")
        _ = try site.enqueue("global", "--no-prompt", "--import-uuid", uuid, imported.file)
        #expect(try site.worker("run", "--drain").code == 0)
        let global = try undo(site, "--no-prompt")
        #expect(global.code == 65 && global.errors.contains("clears tables"), "\(global.errors)")
    }

    /// An undo that nobody has begun can be taken back; one that waits can be paused.
    @Test func itCanBeWithdrawn() throws {
        let imported = try imported(.sqlite)
        let site = imported.site
        let whole = try site.everything()
        _ = try site.enqueue("undo", uuid, "--no-prompt")
        #expect(try site.enqueue("pause", uuid).code == 0)
        #expect(try site.worker("run", "--drain").code == 0)
        try site.expect(whole)
        #expect(try site.enqueue("unpause", uuid).code == 0)
        #expect(try site.enqueue("cancel", uuid).code == 0)
        let status = try site.installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS" && status["step"] as? String == "COMPLETED", "\(status)")
        #expect(try site.worker("run", "--drain").code == 0)
        try site.expect(whole)
    }
}

extension LedgerSite {
    /// All rows of all tables in each database, but for the records that tell of undone imports.
    func everything() throws -> [String: [[Value]]] {
        var out: [String: [[Value]]] = [:]
        let own = OwnTables.standard
        for silo in [Silo.region, .control] {
            let database = try database(silo)
            for table in Catalogue.standard.tables + [own.written, own.before, own.inserted, own.notices]
            where try database.schema.hasTable(table.name) {
                let columns = table.columns.filter { !$0.isDatabaseOnly }.map(\.name)
                let rows = try database.select(Select(columns, from: table))
                if !rows.isEmpty { out["\(silo.rawValue) \(table.name)"] = rows }
            }
        }
        return out
    }

    func expect(_ before: [String: [[Value]]], besides left: String? = nil) throws {
        let now = try everything()
        for name in Set(before.keys).union(now.keys).sorted() where before[name] != now[name] {
            if let left, name.hasSuffix(" \(left)") { continue }
            Issue.record("\(name) differs: \(before[name] ?? []) → \(now[name] ?? [])")
        }
    }
}
