import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// An older copy of the database is put back after relocations have ended: no worker looks at those again, so `check` does.
@Suite struct RestoredBackupTests {
    private let installation: Installation
    private var database: String { installation.databasePath }

    init() throws { installation = try Installation() }

    @Test func checkNamesWhatIsMissing() throws {
        let file = try installation.folder.write(SampleExport.json(SampleExport.users(2)), to: "users.json")
        let before = try copy()
        let uuid = try installation.enqueue("users", file).lastLine
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try check().contains("What has ended in Redis has ended in the database, too."))

        try restore(before)
        let found = try check()
        #expect(found.contains("1 relocation has ended in Redis in another way than in the database."), "\(found)")
        #expect(found.contains("\(uuid) succeeded, and rows of it are missing: enqueue users.json again"), "\(found)")
        #expect(try installation.worker("check", "--strict").code == 78)

        #expect(try installation.enqueue("users", "--import-uuid", uuid, file).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try check().contains("What has ended in Redis has ended in the database, too."))
    }

    @Test func checkNamesWhatIsBack() throws {
        let file = try installation.folder.write(SampleExport.json(SampleExport.users(2)), to: "users.json")
        let uuid = try installation.enqueue("users", file).lastLine
        #expect(try installation.worker("run", "--drain").code == 0)
        let imported = try copy()
        func undo() throws {
            #expect(try installation.enqueue("undo", uuid, "--no-prompt").code == 0)
            #expect(try installation.worker("run", "--drain").code == 0)
        }
        try undo()
        #expect(try check().contains("What has ended in Redis has ended in the database, too."))

        try restore(imported)
        let found = try check()
        #expect(
            found.contains("\(uuid) was undone, and rows or steps of it are back: enqueue users.json again"), "\(found)"
        )
        #expect(try installation.enqueue("users", "--import-uuid", uuid, file).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        try undo()
        #expect(try check().contains("What has ended in Redis has ended in the database, too."))
    }

    /// The copy was made while a relocation that had ended before went through its steps again: Redis had been emptied.
    @Test func checkNamesStepsThatAreMissing() throws {
        let site = try RelocationSite()
        let file = try site.export()
        func read() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: site.site.regionPath)) }
        func check() throws -> String {
            let checked = try site.site.worker("check")
            return checked.output + checked.errors
        }
        try site.relocate(file)
        #expect(try site.drain().code == 0)
        try site.site.installation.redis.cli(["FLUSHALL"])
        try site.relocate(file)
        #expect(try site.drain(failpoint: "flow.task.after:3:kill").code == -SIGKILL)
        // What the killed worker has left in the journal goes into the file.
        _ = try sqlite(site.site.regionPath, "PRAGMA wal_checkpoint(TRUNCATE)")
        let midway = try read()
        try site.loseLease()
        #expect(try site.drain().code == 0)
        #expect(try site.status()["status"] as? String == "SUCCESS")
        #expect(try check().contains("What has ended in Redis has ended in the database, too."))

        try restore(midway, to: site.site.regionPath)
        #expect(try site.record()["status"] == .integer(0))
        let found = try check()
        let words = "\(site.uuid) succeeded, and its later steps are missing: enqueue organizations.json again"
        #expect(found.contains(words), "\(found)")
        #expect(try site.relocate(file).code == 0)
        #expect(try site.drain().code == 0)
        #expect(try check().contains("What has ended in Redis has ended in the database, too."))
        #expect(try site.record()["step"] == .integer(7))
        #expect(try site.organizations() == ["alpha": 0, "beta": 0])
    }

    /// The copy holds all rows, and not what a later step has written besides: the owner's membership.
    @Test func aRelocationThatHasLostAStepStops() throws {
        let site = try RelocationSite()
        let file = try site.export()
        try site.relocate(file)
        #expect(try site.drain(failpoint: "flow.task.before:12:kill").code == -SIGKILL)
        _ = try sqlite(site.site.regionPath, "PRAGMA wal_checkpoint(TRUNCATE)")
        let before = try Data(contentsOf: URL(fileURLWithPath: site.site.regionPath))
        #expect(try site.record()["latest_task"] == .text("POSTPROCESSING"))
        try site.loseLease()
        #expect(try site.drain(failpoint: "flow.task.before:2:kill").code == -SIGKILL)
        #expect(try site.record()["latest_task"] == .text("NOTIFYING_UNHIDE"))
        #expect(try site.roles(of: "owner@example.com") == ["owner", "owner"])

        try restore(before, to: site.site.regionPath)
        try site.loseLease()
        #expect(try site.drain().code == 1)
        let failed = try site.status()
        #expect(failed["status"] as? String == "FAILURE")
        #expect(
            (failed["trouble"] as? String)?.contains(
                "the database lacks steps of this relocation that were already done: it was restored from a backup")
                == true, "\(failed)")
        #expect(
            failed["next"] as? String
                == "relocation-enqueue relocate --again \(site.uuid) --import-uuid \(site.uuid) FILE")
        let again = try site.site.run("relocate", ["--again", site.uuid, "--import-uuid", site.uuid, file])
        #expect(again.code == 0, "\(again.errors)")
        #expect(try site.drain().code == 0)
        #expect(try site.organizations() == ["alpha": 0, "beta": 0])
        #expect(try site.roles(of: "owner@example.com") == ["owner", "owner"])
    }

    private func check() throws -> String {
        let checked = try installation.worker("check")
        return checked.output + checked.errors
    }

    private func copy() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: database)) }

    /// In place, as a backup is: the file keeps its identity.
    private func restore(_ content: Data, to path: String? = nil) throws {
        let path = path ?? database
        for ending in ["-wal", "-shm"] { unlink(path + ending) }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: content)
        try file.close()
    }
}
