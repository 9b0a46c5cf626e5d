import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// Two installations that share a Redis: organizations go from one to the other.
struct TransferSite {
    /// Of the destination; the destination is called `default`.
    let here: RelocationSite
    private let source: String

    static let sourceName = "old"

    init(_ form: LedgerSite.Form = .sqlite, slugs: [String] = ["alpha", "beta"], users: Int = 2) throws {
        here = try RelocationSite(form)
        source =
            try form == .postgres
            ? PostgresServer.shared().createDatabase()
            : "sqlite://\(here.site.installation.folder.file("source.sqlite"))"
        #expect(try sourceWorker("migrate").code == 0)
        let file = try here.site.write(RelocationSite.organizations(slugs, users: users), to: "source.json")
        let filled = try here.site.run("organizations", ["--destination", Self.sourceName, file])
        #expect(filled.code == 0, "\(filled.errors)")
        #expect(try sourceWorker("run", "--drain").code == 0)
    }

    var uuid: String { here.uuid }
    var exportUUID: String { "7b1d0f3e-8a4e-8d6c-9f0e-3d1c2b7a9e13" }

    /// A worker of the source.
    @discardableResult
    func sourceWorker(_ arguments: String..., failpoint: String? = nil) throws -> Installation.Result {
        try here.site.installation.start(
            "relocation-worker", arguments,
            environment: [
                "RELOCATION_DATABASE_URL": source, "RELOCATION_DESTINATION": Self.sourceName,
                "RELOCATION_FAILPOINT": failpoint,
            ]
        ).result()
    }

    @discardableResult
    func relocate(_ more: String..., orgs: String = "alpha,beta") throws -> Installation.Result {
        try here.site.run(
            "relocate",
            [
                "--from", Self.sourceName, "--owner", "owner@example.com", "--creator", "root@example.com", "--orgs",
                orgs, "--import-uuid", uuid,
            ] + more)
    }

    /// The destination asks, the source exports, the destination goes on.
    @discardableResult
    func drainBoth() throws -> Installation.Result {
        let asked = try here.drain()
        #expect(asked.code == 75 && asked.errors.contains(uuid), "\(asked.errors)")
        let exported = try sourceWorker("run", "--drain")
        #expect(exported.code == 0, "\(exported.errors)")
        return try here.drain()
    }

    func keys(_ family: String) throws -> String {
        try here.site.installation.redis.cli(["KEYS", "*:\(family):*"])
    }
}

/// Relocations between installations, from the request to the last notice.
@Suite struct TransferTests {
    @Test(arguments: LedgerSite.Form.allCases) func wholeFlow(_ form: LedgerSite.Form) throws {
        let site = try TransferSite(form)
        let queued = try site.relocate()
        #expect(queued.code == 0 && queued.lastLine == site.uuid, "\(queued.errors)")
        #expect(queued.errors.contains("The export comes from"))
        let done = try site.drainBoth()
        #expect(done.code == 0, "\(done.errors)")
        try expectDone(site)
    }

    private func expectDone(_ site: TransferSite) throws {
        let status = try site.here.status()
        #expect(status["status"] as? String == "SUCCESS" && status["step"] as? String == "COMPLETED", "\(status)")
        #expect(try site.here.organizations() == ["alpha": 0, "beta": 0])
        #expect(try site.here.roles(of: "owner@example.com") == ["owner", "owner"])
        let record = try site.here.record()
        #expect(record["provenance"] == .integer(1) && record["status"] == .integer(2))
        #expect(RelocateTests.list(record["want_usernames"]) == ["member-1", "member-2"])
        #expect(try site.here.rows("sentry_relocationfile").map { $0["kind"] } == [.integer(1)])
        #expect(try site.keys("parcel").isEmpty, "nothing of the export stays in Redis")
        let rows = try #require(status["rows"] as? [String: Int])
        #expect(rows["source"] == rows["inserted"].map { $0 + (rows["existing"] ?? 0) + (rows["dropped"] ?? 0) })
    }

    @Test func usersAreMerged() throws {
        let site = try TransferSite()
        let same = (1...2).map { SampleExport.user($0 + 60, username: "member-\($0)") }
        #expect(try site.here.site.wait("users", site.here.site.write(same, to: "same.json")).code == 0)
        let before = try site.here.site.users().count
        #expect(try site.relocate().code == 0)
        #expect(try site.drainBoth().code == 0)
        try expectDone(site)
        #expect(try site.here.site.users().count == before)
        #expect(try site.here.roles(of: "member-1") == ["member", "member"])
    }

    /// From an installation to itself, as the reference was recorded.
    @Test func toItself() throws {
        let site = try TransferSite()
        let queued = try site.here.site.run(
            "relocate",
            [
                "--from", TransferSite.sourceName, "--destination", TransferSite.sourceName, "--owner", "member-1",
                "--orgs", "beta",
            ])
        #expect(queued.code == 0, "\(queued.errors)")
        let worker = try site.sourceWorker("run", "--drain")
        #expect(worker.code == 0, "\(worker.errors)")
        let status = try site.here.site.installation.status(queued.lastLine)
        #expect(status["status"] as? String == "SUCCESS", "\(status["trouble"] ?? "")")
        #expect((status["renamed"] as? [Any])?.count == 1, "the slug is taken")
    }

    @Test func unknownSlugsAreTheScansToRefuse() throws {
        let site = try TransferSite()
        #expect(try site.relocate(orgs: "alpha,gamma").code == 0)
        #expect(try site.drainBoth().code == 1)
        let status = try site.here.status()
        #expect(
            status["failureReason"] as? String
                == "The following organization slug imports were requested, but could not be found in your submitted JSON: "
                + "gamma.")
        #expect(status["next"] as? String == "relocation-enqueue relocate --again \(site.uuid)")
        let nobody = try site.here.site.run(
            "relocate", ["--from", TransferSite.sourceName, "--owner", "owner@example.com", "--orgs", "gamma"]
        ).lastLine
        #expect(try site.here.drain().code == 75)
        #expect(try site.sourceWorker("run", "--drain").code == 0)
        #expect(try site.here.drain().code == 1)
        #expect(
            try site.here.site.installation.status(nobody)["failureReason"] as? String
                == "The provided JSON must contain at least one user.")
    }

    @Test func nobodyAnswersForAnHour() throws {
        let site = try TransferSite()
        #expect(try site.relocate().code == 0)
        #expect(try site.here.drain().code == 75)
        let waiting = try site.here.status()
        #expect(waiting["latestTask"] as? String == "UPLOADING_START" && waiting["status"] as? String == "IN_PROGRESS")
        #expect((waiting["trouble"] as? String ?? "").contains("status \(site.exportUUID)"), "\(waiting)")
        try site.here.letAnHourPass()
        #expect(try site.here.drain().code == 1)
        let status = try site.here.status()
        #expect(
            status["failureReason"] as? String == "Cross-region relocation export request timed out after 1:00:00.")
        #expect(status["step"] as? String == "UPLOADING" && status["latestTask"] as? String == "UPLOADING_START")
        #expect(status["next"] as? String == "relocation-enqueue relocate --again \(site.uuid)")
        let record = try site.here.record()
        #expect(record["status"] == .integer(1) && record["latest_notified"] == .integer(1))
        #expect(try site.here.rows("sentry_relocationfile").isEmpty)
        #expect(try site.here.site.installation.status(site.exportUUID)["status"] as? String == "FAILURE")
        let again = try site.here.site.run("relocate", ["--again", site.uuid])
        #expect(again.code == 0, "\(again.errors)")
        #expect(try site.here.drain().code == 75)
        #expect(try site.sourceWorker("run", "--drain").code == 0)
        #expect(try site.here.drain().code == 0)
        #expect(try site.here.site.installation.status(again.lastLine)["status"] as? String == "SUCCESS")
    }

    @Test func aPausedOneGetsItsExportAllTheSame() throws {
        let site = try TransferSite()
        #expect(try site.relocate().code == 0)
        #expect(try site.here.drain().code == 75)
        #expect(try site.here.site.enqueue("pause", site.uuid).code == 0)
        #expect(try site.sourceWorker("run", "--drain").code == 0)
        #expect(try site.here.drain().code == 0)
        #expect(try site.here.status()["status"] as? String == "PAUSE")
        #expect(try site.here.site.enqueue("unpause", site.uuid).code == 0)
        #expect(try site.here.drain().code == 0)
        try expectDone(site)
    }

    @Test func aWorkerMayRefuse() throws {
        let site = try TransferSite()
        #expect(try site.relocate().code == 0)
        #expect(try site.here.drain().code == 75)
        let refusing = try site.sourceWorker("run", "--drain", "--refuse-exports")
        #expect(refusing.code == 0 && refusing.errors.contains("left alone"), "\(refusing.errors)")
        let export = try site.here.site.installation.status(site.exportUUID)
        #expect(export["status"] as? String == "IN_PROGRESS")
        #expect((export["trouble"] as? String ?? "").contains("--refuse-exports"), "\(export["trouble"] ?? "")")
        #expect(try site.sourceWorker("run", "--drain").code == 0)
        #expect(try site.here.drain().code == 0)
        try expectDone(site)
    }

    @Test func anEndedOneGetsNone() throws {
        let site = try TransferSite()
        #expect(try site.relocate().code == 0)
        #expect(try site.here.drain().code == 75)
        #expect(try site.here.site.enqueue("cancel", site.uuid).code == 0)
        #expect(try site.sourceWorker("run", "--drain").code == 1)
        let export = try site.here.site.installation.status(site.exportUUID)
        #expect(
            (export["failureReason"] as? String ?? "").contains(
                "the relocation \(site.uuid) that asked for it has ended"))
        #expect(try site.keys("parcel").isEmpty)
    }

    /// What is undone keeps none, even if it was delivered.
    @Test func anUndoneOneKeepsNone() throws {
        let site = try TransferSite()
        #expect(try site.relocate().code == 0)
        #expect(try site.here.drain().code == 75)
        #expect(try site.here.site.enqueue("pause", site.uuid).code == 0)
        #expect(try site.sourceWorker("run", "--drain").code == 0)
        #expect(try !site.keys("parcel").isEmpty)
        #expect(try site.here.site.enqueue("undo", "--no-prompt", site.uuid).code == 0)
        #expect(try site.here.drain().code == 0)
        let status = try site.here.status()
        #expect(status["endedBy"] as? String == "undo", "\(status)")
        #expect(try site.keys("parcel").isEmpty)
    }

    /// Workers of either side are lost at each place of a transfer.
    @Test(arguments: [
        ("flow.export.begun", 1), ("flow.export.asked", 1), ("flow.task.after", 1), ("flow.task.after", 2),
        ("flow.rows.append", 1), ("flow.task.after", 3),
    ]) func lostHere(_ place: String, _ count: Int) throws {
        let site = try TransferSite()
        #expect(try site.relocate().code == 0)
        if place.hasPrefix("flow.export") {
            let lost = try site.here.drain(failpoint: "\(place):\(count):kill")
            #expect(lost.code < 0 || lost.code > 100, "\(place): \(lost.code) \(lost.errors)")
        }
        #expect(try site.here.drain().code == 75)
        #expect(try site.sourceWorker("run", "--drain").code == 0)
        if !place.hasPrefix("flow.export") {
            let lost = try site.here.drain(failpoint: "\(place):\(count):kill")
            #expect(lost.code < 0 || lost.code > 100, "\(place): \(lost.code) \(lost.errors)")
        }
        let done = try site.here.drain()
        #expect(done.code == 0, "\(place): \(done.errors)")
        try expectDone(site)
    }

    @Test(arguments: ["transfer.part", "transfer.deliver.before", "transfer.deliver.after"])
    func lostThere(_ place: String) throws {
        let site = try TransferSite()
        #expect(try site.relocate().code == 0)
        #expect(try site.here.drain().code == 75)
        let lost = try site.sourceWorker("run", "--drain", failpoint: "\(place):1:kill")
        #expect(lost.code < 0 || lost.code > 100, "\(place): \(lost.code) \(lost.errors)")
        #expect(try site.sourceWorker("run", "--drain").code == 0)
        #expect(try site.here.drain().code == 0)
        try expectDone(site)
    }

    @Test func usage() throws {
        let site = try TransferSite()
        let file = try site.here.export()
        for arguments in [
            ["--from", "old", "--owner", "o", "--orgs", "a", file], ["--from", "old", "--owner", "o"],
            ["--owner", "o", "--orgs", "a"], ["--from", "old", "--owner", "o", "--orgs", "a", "--learn"],
            ["--from", "old", "--owner", "o", "--orgs", "a", "--plan", file],
            ["--again", site.uuid, "--from", "old"],
        ] {
            #expect(try site.here.site.run("relocate", arguments).code == 64, "\(arguments)")
        }
        #expect(try site.here.site.run("relocate", ["--from", "no name", "--owner", "o", "--orgs", "a"]).code == 64)
    }
}
