import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The worked example of scheduled backups, run with what it is for.
@Suite struct BackupTests {
    private static let deploy = DeploymentTests.deploy

    /// Runs the script on an installation's database.
    private func backUp(
        _ installation: Installation, _ settings: [String: String] = [:]
    ) throws -> (code: Int32, errors: String) {
        let folder = installation.folder
        let errors = "log.\(UInt32.random(in: 0 ... .max))"
        var environment: [String: String?] = [
            "PATH": Programs.folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
            "RELOCATION_DATABASE_URL": "sqlite://\(installation.databasePath)", "BACKUP_FOLDER": folder.file("kept"),
            "BACKUP_SCRATCH": folder.path, "RELOCATION_REDIS_URL": "redis://127.0.0.1:1",
        ]
        environment.merge(settings.mapValues { $0 }) { $1 }
        let script = try ChildProcess(
            "bash", [Self.deploy + "relocation-backup"], environment: environment, output: folder.file(errors),
            errors: folder.file(errors))
        let code = script.wait(seconds: 120) ?? -1
        return (code, folder.read(errors))
    }

    private func kept(_ installation: Installation) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: installation.folder.file("kept"))) ?? []).sorted()
    }

    private func imported() throws -> Installation {
        let installation = try Installation()
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        #expect(try installation.enqueue("users", file).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        return installation
    }

    @Test func provenBackupsAreKept() throws {
        let installation = try imported()
        for _ in 1...3 {
            let result = try backUp(installation, ["BACKUP_KEEP": "2"])
            #expect(result.code == 0 && result.errors.contains("are equal"), "\(result.errors)")
            sleep(1)
        }
        let files = kept(installation)
        #expect(files.count == 2 && files.allSatisfy { $0.hasPrefix("sentry-global-2") && $0.hasSuffix("Z.json") })
        let path = installation.folder.file("kept/\(files.last ?? "")")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try installation.enqueue("users", "--check", path).code == 0)
        let rest = try FileManager.default.contentsOfDirectory(atPath: installation.folder.path)
        #expect(!rest.contains { $0.hasPrefix("backup.") }, "the scratch folder is gone: \(rest)")
    }

    /// A row that no installation takes: the name is too long for its column, which SQLite does not notice.
    @Test func whatCannotBeRestoredIsNotKept() throws {
        let installation = try imported()
        let file = try installation.folder.write(
            "UPDATE auth_user SET username = '\(String(repeating: "x", count: 200))' WHERE id = 1", to: "change.sql")
        let change = try ChildProcess(
            "python3",
            [
                "-c",
                "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); d.execute(open(sys.argv[2]).read()); d.commit()",
                installation.databasePath, file,
            ])
        #expect(change.wait(seconds: 30) == 0)
        let result = try backUp(installation)
        #expect(result.code == 1 && result.errors.contains("nothing was kept"), "\(result.errors)")
        #expect(result.errors.contains("sentry.user"), "\(result.errors)")
        #expect(kept(installation).isEmpty)
        #expect(try backUp(installation, ["BACKUP_KEEP": "0"]).code == 64)
    }

    @Test(arguments: ["relocation-backup.service", "relocation-backup.timer"]) func theUnitsAreValid(_ name: String)
        throws
    {
        let folder = try TemporaryFolder()
        for unit in ["relocation-backup.service", "relocation-backup.timer"] {
            let text = try String(contentsOfFile: Self.deploy + unit, encoding: .utf8)
                .replacing("/usr/local/bin/relocation-backup", with: Self.deploy + "relocation-backup")
            try folder.write(text, to: unit)
        }
        let output = folder.file("verify")
        let verify = try ChildProcess(
            "systemd-analyze", ["verify", "--recursive-errors=no", "--man=no", folder.file(name)], output: output,
            errors: output)
        #expect(verify.wait(seconds: 60) == 0, "\(folder.read("verify"))")
    }
}
