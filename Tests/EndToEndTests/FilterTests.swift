import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// User filters, and the ways to name a file and a relocation.
@Suite struct FilterTests {
    private let installation: Installation
    private let file: String

    init() throws {
        installation = try Installation()
        file = try installation.folder.write(try SampleExport.json(SampleExport.users(4)), to: "export.json")
    }

    private func names() throws -> [Value] { try installation.table("auth_user").compactMap { $0["username"] } }

    /// Imports with these flags; the relocation's UUID.
    private func imported(
        _ flags: [String], _ source: String? = nil, input: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let queued = try installation.start("relocation-enqueue", ["users"] + flags + [source ?? file], input: input)
            .result()
        #expect(queued.code == 0, "\(queued.errors)", sourceLocation: sourceLocation)
        #expect(queued.output == queued.lastLine + "\n", sourceLocation: sourceLocation)
        let worker = try installation.worker("run", "--drain")
        #expect(worker.code == 0, "\(worker.errors)", sourceLocation: sourceLocation)
        #expect(
            try installation.status(queued.lastLine)["status"] as? String == "SUCCESS", sourceLocation: sourceLocation)
        return queued.lastLine
    }

    @Test func byName() throws {
        let uuid = try imported(["--filter-usernames", "user-2,user-4,nobody"])
        #expect(try names() == [.text("user-2"), .text("user-4")])
        #expect(try installation.table("sentry_email").map { $0["email"] }.count == 2)
        #expect(try installation.table("sentry_useroption").count == 2)
        #expect(try installation.table("sentry_useremail").count == 2)
        // Of each of four models two rows; the addresses were made with their users.
        #expect(
            try installation.rows(uuid)
                == ["source": 16, "inserted": 6, "existing": 2, "overwritten": 0, "dropped": 8])
        let dropped = try installation.status(uuid)["dropped"] as? [String: Int]
        #expect(dropped?["filtered"] == 4, "two users, two addresses: \(dropped ?? [:])")
        #expect(dropped?["missingReference:user->sentry.user"] == 4, "what was theirs: \(dropped ?? [:])")
    }

    @Test func namesAreTakenAsTheyStand() throws {
        _ = try imported(["--filter-usernames", "user-1, user-2,USER-3"])
        #expect(try names() == [.text("user-1")])
    }

    /// The line end belongs to the last name, as the reference reads it.
    @Test func byFile() throws {
        let list = try installation.folder.write("user-1,user-2\n", to: "names.txt")
        _ = try imported(["--filter-usernames-file", list])
        #expect(try names() == [.text("user-1")])
        let bare = try installation.folder.write("user-3,user-2", to: "bare.txt")
        _ = try imported(["--filter-usernames-file", bare])
        #expect(try names() == [.text("user-1"), .text("user-2"), .text("user-3")])
    }

    /// An e-mail row has no user: it comes with the address of a user who is wanted.
    @Test func theAddressesOfTheWanted() throws {
        let rows = [
            SampleExport.user(1), SampleExport.user(2, changes: ["email": "user-3@example.com"]),
            SampleExport.email(1), SampleExport.email(2), SampleExport.email(3),
        ]
        let source = try installation.folder.write(try SampleExport.json(rows), to: "addresses.json")
        let uuid = try imported(["--filter-usernames", "user-2"], source)
        let emails = try installation.table("sentry_email")
        #expect(emails.map { $0["email"] } == [.text("user-3@example.com")])
        #expect(emails.map { $0["date_added"] } == [.timestamp(1_687_474_794_521_000)], "the file's, not now")
        #expect(try installation.status(uuid)["dropped"] as? [String: Int] == ["filtered": 3])
    }

    @Test func standardInput() throws {
        _ = try imported([], "-", input: file)
        #expect(try names().count == 4)
        let broken = try installation.folder.write("[{", to: "broken.json")
        let refused = try installation.enqueue("users", "-", input: broken)
        #expect(refused.code == 65 && refused.output == "", "\(refused.errors)")
        #expect(refused.errors.contains("truncated"))
        #expect(try installation.enqueue("users", "-").code == 65, "an empty one")
    }

    @Test func silence() throws {
        let queued = try installation.enqueue("users", "--silent", file)
        #expect(queued.code == 0 && queued.errors == "")
        #expect(queued.output.wholeMatch(of: #/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n/#) != nil)
        let checked = try installation.enqueue("users", "--silent", "--check", file)
        #expect(checked.code == 0 && checked.errors == "" && checked.output == "")
        // The reason for a refusal is printed anyway.
        let refused = try installation.enqueue("users", "--silent", "/dev/null")
        #expect(refused.code == 65 && refused.errors.contains("empty") && refused.output == "")
    }

    @Test func spellingsOfAUUID() throws {
        let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"
        let spellings = [
            uuid, uuid.uppercased(), "5F0C0F3E8A4E4D6C9F0E3D1C2B7A9E10", "{\(uuid)}", "urn:uuid:\(uuid)",
            "5f0c0f3e8a4e-4d6c9f0e3d1c-2b7a9e10",
        ]
        for spelling in spellings {
            let queued = try installation.enqueue("users", "--import-uuid", spelling, file)
            #expect(queued.code == 0 && queued.output == uuid + "\n", "\(spelling): \(queued.errors)")
            #expect(try installation.enqueue("status", spelling).code == 0)
        }
        let list =
            try JSONSerialization.jsonObject(
                with: Data(try installation.enqueue("list", "--json").output.utf8)) as? [[String: Any]]
        #expect(list?.map { $0["uuid"] as? String } == [uuid])
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try names().count == 4)
    }

    @Test func anotherFileUnderTheSameUUIDIsRefused() throws {
        let uuid = try imported([])
        let other = try installation.folder.write(try SampleExport.json(SampleExport.users(5)), to: "other.json")
        let refused = try installation.enqueue("users", "--import-uuid", uuid, other)
        #expect(refused.code == 65 && refused.output == "", "\(refused.errors)")
        #expect(refused.errors.contains(uuid) && refused.errors.contains("--import-uuid"))
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
    }
}
