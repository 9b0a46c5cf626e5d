import Foundation
import ProgramSupport
import Testing
import TestSupport

/// Destinations by name, with the real programs.
@Suite struct DestinationNameTests {
    private let installation: Installation
    private let file: String

    init() throws {
        installation = try Installation()
        file = try installation.folder.write(
            #"[{"model":"sentry.user","pk":1,"fields":{"username":"ann","name":"","email":"ann@example.com"}}]"#,
            to: "export.json")
    }

    private func secondDatabase() throws -> [String: String?] {
        let other = ["RELOCATION_DATABASE_URL": "sqlite://\(installation.folder.file("second.sqlite"))" as String?]
        #expect(try installation.worker("migrate", environment: other).code == 0)
        return other
    }

    @Test func aRelocationGoesWhereItsNameGoes() throws {
        let queued = try installation.enqueue("users", "--destination", "eu", file)
        #expect(queued.code == 0)
        #expect(queued.errors.contains("for the destination eu (no worker has served it yet)"), "\(queued.errors)")
        let uuid = queued.lastLine
        // The standard name's worker leaves it alone and says so.
        let other = try installation.worker("run", "--drain")
        #expect(other.code == 0 && other.errors.contains("queued for another destination"), "\(other.errors)")
        #expect(try installation.status(uuid)["status"] as? String == "IN_PROGRESS")
        #expect(try installation.worker("run", "--drain", environment: ["RELOCATION_DESTINATION": "eu"]).code == 0)
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS")
        let destination = status["destination"] as? [String: String]
        #expect(destination == ["name": "eu", "url": "sqlite://\(installation.databasePath)"])
        let text = try installation.enqueue("status", uuid).output
        #expect(text.contains("destination  eu (sqlite://\(installation.databasePath))"), "\(text)")
        let again = try installation.enqueue("users", "--destination", "eu", "--import-uuid", uuid, file)
        #expect(again.errors.contains("for the destination eu (sqlite://\(installation.databasePath))"))
        let elsewhere = try installation.enqueue("users", "--import-uuid", uuid, file)
        #expect(elsewhere.code == 65 && elsewhere.errors.contains("into the destination eu"), "\(elsewhere.errors)")
    }

    @Test func aNameBelongsToOneDatabase() throws {
        #expect(try installation.worker("check").output.contains("Destination default: free."))
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.worker("check").output.contains("Destination default: this database."))
        let other = try secondDatabase()
        for command in [["check"], ["run", "--drain"], ["run"]] {
            let refused = try installation.start("relocation-worker", command, environment: other).result()
            #expect(refused.code == 78, "\(command)")
            #expect(refused.errors.contains("sqlite://\(installation.databasePath)"), "\(refused.errors)")
            #expect(refused.errors.contains("--rebind") && refused.errors.contains("--destination"))
        }
        let free = try installation.worker("check", "--destination", "spare", environment: other)
        #expect(free.code == 0 && free.output.contains("Destination spare: free."))
        // `check` registers nothing.
        let json = try installation.enqueue("destinations", "--json").output
        let entries = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]] ?? []
        #expect(entries.map { $0["name"] as? String } == ["default"])
    }

    @Test func aNameIsTakenOverWithWhatWasQueuedForIt() throws {
        #expect(try installation.worker("run", "--drain").code == 0)
        let uuid = try installation.enqueue("users", file).lastLine
        let other = try secondDatabase()
        let taken = try installation.worker("run", "--drain", "--rebind", environment: other)
        #expect(taken.code == 0, "\(taken.errors)")
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS")
        #expect((status["destination"] as? [String: String])?["url"]?.hasSuffix("second.sqlite") == true)
        #expect(try installation.table("auth_user").isEmpty)
        #expect(try installation.worker("run", "--drain").code == 78)
        let table = try installation.enqueue("destinations").output
        #expect(table.contains("second.sqlite"), "\(table)")
        #expect(try installation.enqueue("destinations", "--json").output.contains("takenBy"))
    }

    @Test(arguments: ["", "a b", "a/b"]) func whatIsNoNameIsAUsageError(_ name: String) throws {
        for (program, arguments) in [
            ("relocation-enqueue", ["users", "--destination", name, file]),
            ("relocation-worker", ["run", "--destination", name]),
        ] {
            let refused = try installation.start(program, arguments).result()
            #expect(refused.code == 64 && refused.errors.contains("name of the destination"), "\(refused.errors)")
        }
    }
}
