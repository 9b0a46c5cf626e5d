import Foundation
import ProgramSupport
import TestSupport
import Testing

@Suite("The API's tools for files make what the command line makes")
struct FileToolTests {
    private let installation: Installation
    private let server: RunningServer
    private let before, after: String

    init() throws {
        installation = try Installation()
        before = try installation.folder.write(SampleExport.json(SampleExport.users(3)), to: "before.json")
        after = try installation.folder.write(
            SampleExport.json(SampleExport.users(2) + [SampleExport.user(3, changes: ["name": "Änn"])]),
            to: "after.json")
        server = try RunningServer(installation, "serve", "--url-prefix", "https://new.example.com")
    }

    private func printed(_ arguments: String...) throws -> String {
        try installation.start("relocation-enqueue", arguments).result().output
    }

    @Test func aFileIsChecked() throws {
        let faulty = try installation.folder.write(#"[{"model": "sentry.user", "pk": 1}]"#, to: "faulty.json")
        let some = ["--filter-usernames", "user-1", "--chunk-size", "1", "--source-version", "24.9"]
        for (file, query, flags) in [
            (before, "", []), (before, "&usernames=user-1&chunkSize=1&sourceVersion=24.9", some), (faulty, "", []),
        ] {
            let wanted = try installation.start(
                "relocation-enqueue", ["users", "--check", "--json"] + flags + [file]
            ).result().output
            let answer = try server.ask("POST", "/api/v1/check?scope=users\(query)", file: file)
            #expect(answer.status == 200 && answer.body == wanted, "\(answer.body)")
        }
        #expect(try server.ask("GET", "/api/v1/relocations").list.isEmpty)
    }

    @Test func twoFilesAreCompared() throws {
        for (query, flags) in [("", []), ("?fast=true", ["--fast"])] {
            let wanted = try installation.start(
                "relocation-enqueue", ["compare", "--json"] + flags + [before, after]
            ).result().output
            let answer = try server.ask(
                "POST", "/api/v1/compare\(query)", form: ["left": "@\(before)", "right": "@\(after)"])
            #expect(answer.status == 200 && answer.body == wanted, "\(answer.body)")
        }
        let half = try server.ask("POST", "/api/v1/compare", form: ["left": "@\(before)"])
        #expect(half.status == 400 && half.object["detail"] as? String == "The form has no file right.")
        let none = try installation.folder.write("none", to: "none.json")
        let refused = try server.ask("POST", "/api/v1/compare", form: ["left": "@\(none)", "right": "@\(after)"])
        #expect(refused.status == 422)
        #expect((refused.object["detail"] as? String)?.hasPrefix("The left file: ") == true, "\(refused.body)")
    }

    @Test func aFileIsSanitized() throws {
        let answer = try server.ask("POST", "/api/v1/sanitize?seed=7&daysOffset=-3&thorough=true", file: before)
        let wanted = try printed("sanitize", "-", "--src", before, "--seed", "7", "--days-offset=-3", "--thorough")
        #expect(answer.status == 200 && answer.body == wanted, "\(answer.body)")
        #expect(answer.headers["content-length"] == "\(wanted.utf8.count)")
    }

    /// Nobody gets back what only a private key opens.
    @Test func aFileIsEncryptedForWhoeverHasTheKey() throws {
        let (keys, sealed) = (installation.folder.file("keys"), installation.folder.file("sealed.tar"))
        #expect(try installation.enqueue("keygen", keys).code == 0)
        let curl = try ChildProcess(
            "curl",
            [
                "-sf", "-o", sealed, "-H", "Authorization: Bearer \(RunningServer.operatorToken)", "-F",
                "file=@\(before)",
                "-F", "key=@\(keys)/relocation.pub", "\(server.url)/api/v1/encrypt",
            ])
        #expect(curl.wait(seconds: 30) == 0)
        let opened = try printed("decrypt", "-", "--src", sealed, "--decrypt-with", "\(keys)/relocation.key")
        #expect(
            try JSONSerialization.jsonObject(with: Data(opened.utf8)) as? NSArray
                == JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: before))) as? NSArray)
        for path in ["sanitize", "check?scope=users"] {
            let refused = try server.ask("POST", "/api/v1/\(path)", file: sealed)
            #expect(refused.status == 422, "\(path): \(refused.body)")
        }
        #expect(try server.ask("POST", "/api/v1/encrypt", form: ["file": "@\(before)", "key": "none"]).status == 422)
    }

    @Test func eventsComeWithAMapAndTheirGroups() throws {
        let folder = installation.folder
        let events = try folder.write(#"{"project": 12, "body": {"type": "error"}}"#, to: "events.ndjson")
        let groups = try folder.write(#"{"project": 12}"#, to: "groups.ndjson")
        let map = try folder.write(#"{"12": 3}"#, to: "map.json")
        let form = ["file": "@\(events)", "groups": "@\(groups)", "projectMap": "@\(map)"]
        let wanted = try printed("events", "--check", "--json", "--project-map", map, "--groups", groups, events)
        let checked = try server.ask("POST", "/api/v1/events?check=true", form: form)
        #expect(checked.status == 200 && checked.body == wanted, "\(checked.body)")
        let queued = try server.ask("POST", "/api/v1/events?filename=night.ndjson&chunkSize=1", form: form)
        #expect(queued.status == 201, "\(queued.body)")
        #expect(queued.object["source"] as? String == "night.ndjson")
        #expect(try server.ask("POST", "/api/v1/events", form: ["file": "@\(events)"]).status == 400)
        #expect(
            try server.ask("POST", "/api/v1/events", form: ["file": "@\(events)", "projectMap": "[]"]).status == 422)
    }

    /// Nothing at all is no file of events, and no export: a client that lost its file must not be told that all went well.
    @Test func anEmptyBodyIsNoFile() throws {
        let empty = try installation.folder.write("", to: "empty")
        let uuid = try installation.enqueue("users", installation.folder.write("[]", to: "users.json")).lastLine
        for path in [
            "relocations/\(uuid)/events", "relocations/\(uuid)/events?check=true", "relocations?scope=users",
            "check?scope=users",
        ] {
            let answer = try server.ask("POST", "/api/v1/\(path)", file: empty)
            #expect(answer.status == 400 && answer.body.contains("The body is empty"), "\(path): \(answer.body)")
        }
        #expect(try server.ask("GET", "/api/v1/relocations").list.count == 1)
    }

    @Test func newDSNsAreTold() throws {
        let sample =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/deploy/sample/organizations.json"
        let uuid = try installation.enqueue("organizations", sample).lastLine
        #expect(try installation.worker("run", "--drain").code == 0)
        for format in ["json", "nginx"] {
            let wanted = try installation.worker(
                "dsn", uuid, "--from-url", "https://old.example.com", "--url-prefix", "https://new.example.com",
                "--format", format
            ).output
            let answer = try server.ask(
                "GET", "/api/v1/relocations/\(uuid.prefix(8))/dsn?fromUrl=https://old.example.com&format=\(format)")
            #expect(answer.status == 200 && answer.body == wanted, "\(answer.body)")
            #expect(wanted.contains("new.example.com"))
        }
        let path = "/api/v1/relocations/\(uuid)/dsn?fromUrl="
        #expect(try server.ask("GET", path + "https://old.example.com", token: RunningServer.readToken).status == 403)
        #expect(try server.ask("GET", path + "old.example.com").status == 400)
    }
}
