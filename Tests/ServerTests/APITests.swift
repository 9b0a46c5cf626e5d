import Foundation
import ProgramSupport
import TestSupport
import Testing

@Suite("The API does what the command line does")
struct APITests {
    private let installation: Installation
    private let file: String

    init() throws {
        installation = try Installation()
        file = try installation.folder.write(SampleExport.json(SampleExport.users(3)), to: "users.json")
    }

    private func enqueue(_ server: RunningServer, _ more: String = "") throws -> String {
        let answer = try server.ask("POST", "/api/v1/relocations?scope=users\(more)", file: file)
        try #require(answer.status == 201, "\(answer.body)")
        return try #require(answer.object["uuid"] as? String)
    }

    @Test func aFileThatIsSentIsImported() throws {
        let server = try RunningServer(installation, "run")
        let uuid = try enqueue(server, "&filename=backup.json")
        #expect(
            try eventually(within: 20) {
                try server.ask("GET", "/api/v1/relocations/\(uuid)").object["status"] as? String == "SUCCESS"
            })
        #expect(try installation.table("auth_user").count == 3)
        let status = try server.ask("GET", "/api/v1/relocations/\(uuid.prefix(8))").object
        #expect(status["source"] as? String == "backup.json")
        #expect(status["enqueuedBy"] as? String == "http:operator@127.0.0.1")
        // The same file under the same UUID is imported once.
        let again = try server.ask("POST", "/api/v1/relocations?scope=users&uuid=\(uuid)", file: file)
        #expect(again.object["uuid"] as? String == uuid)
        #expect(try installation.table("auth_user").count == 3)
        #expect(try server.stop() == 0)
    }

    @Test func aFileThatIsSentBecomesARelocationWithSteps() throws {
        let server = try RunningServer(installation, "serve")
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let sample = "\(folder)/deploy/sample/organizations.json"
        func send(_ query: String) throws -> RunningServer.Answer {
            try server.ask("POST", "/api/v1/relocations?scope=organizations\(query)", file: sample)
        }
        let sent = try send("&slugs=acme&owner=ada&creator=root&atStep=IMPORTING")
        #expect(sent.status == 201, "\(sent.body)")
        let uuid = try #require(sent.object["uuid"] as? String)
        let detail = try server.ask("GET", "/api/0/relocations/\(uuid)/").object
        #expect(detail["wantOrgSlugs"] as? [String] == ["acme"])
        #expect(detail["scheduledPauseAtStep"] as? String == "IMPORTING")
        #expect((detail["creator"] as? [String: Any])?["username"] as? String == "root")
        // A worker is to record what the scan refuses.
        #expect(try send("&slugs=elsewhere&owner=ada").status == 201)
        for query in ["&owner=ada", "&slugs=acme&atStep=IMPORTING", "&slugs=acme&owner=ada&atStep=UPLOADING"] {
            #expect(try send(query).status == 400, "\(query)")
        }
        #expect(try server.ask("GET", "/api/v1/relocations").list.count == 2)
    }

    @Test func furtherJobsAreThoseOfTheCommandLine() throws {
        let server = try RunningServer(installation, "run")
        func ended(_ answer: RunningServer.Answer) throws -> String {
            try #require(answer.status == 201, "\(answer.body)")
            let uuid = try #require(answer.object["uuid"] as? String)
            var state: String? { try? server.ask("GET", "/api/v1/relocations/\(uuid)").object["status"] as? String }
            try #require(eventually(within: 20) { state == "SUCCESS" }, "\(state ?? "")")
            return uuid
        }
        let plan = try ended(try server.ask("POST", "/api/v1/plans?scope=users", file: file))
        let planned = try server.ask("GET", "/api/v1/relocations/\(plan)/plan")
        #expect(planned.status == 200 && !planned.object.isEmpty, "\(planned.body)")
        let other = try server.ask("POST", "/api/v1/relocations?scope=users&mergeUsers=true&plan=\(plan)", file: file)
        #expect(other.status == 422, "\(other.body)")
        let uuid = try ended(try server.ask("POST", "/api/v1/relocations?scope=users&plan=\(plan)", file: file))
        #expect(try installation.table("auth_user").count == 3)
        #expect(try server.ask("GET", "/api/v1/relocations/\(uuid)/plan").status == 409)
        let verified = try ended(try server.ask("POST", "/api/v1/relocations/\(uuid.prefix(8))/verify", file: file))
        #expect(try installation.status(verified)["verification"] is [String: Any])
        // A plain import cannot be begun again, nor can its file be replaced once it has succeeded.
        let scope = "/api/v1/relocations?scope="
        #expect(try server.ask("POST", "\(scope)organizations&again=\(uuid)", file: file).status == 409)
        #expect(try server.ask("POST", "\(scope)users&replaceFile=true&uuid=\(uuid)", file: file).status == 409)
        let events = try installation.folder.write(#"{"project": 1, "body": {}}"#, to: "events.json")
        #expect(
            try server.ask("POST", "/api/v1/relocations/\(uuid)/events?dryRun=true", file: events).status == 201)
        let transfer = try server.ask(
            "POST", "/api/v1/transfers", body: #"{"from": "elsewhere", "owner": "ada", "slugs": "acme"}"#)
        #expect(transfer.status == 201, "\(transfer.body)")
        #expect(transfer.object["source"] as? String == "destination elsewhere")
        #expect(try server.stop() == 0)
    }

    @Test func viewsAreThoseOfTheCommandLine() throws {
        let server = try RunningServer(installation, "serve")
        let uuid = try enqueue(server)
        for (path, arguments) in [
            ("", ["status", uuid, "--json"]), ("/history", ["history", uuid, "--json"]),
            ("/findings", ["findings", uuid]), ("/dropped", ["dropped", uuid, "--json"]),
            ("/adapted", ["adapted", uuid, "--json"]),
        ] {
            let shown = try installation.start("relocation-enqueue", arguments).result()
            #expect(try server.ask("GET", "/api/v1/relocations/\(uuid)\(path)").body == shown.output, "\(arguments)")
        }
        #expect(
            try server.ask("GET", "/api/v1/destinations").body == installation.enqueue("destinations", "--json").output)
        #expect(try server.ask("GET", "/api/v1/relocations").body == installation.enqueue("list", "--json").output)
    }

    @Test func listsComeInPagesThatMissAndRepeatNothing() throws {
        let server = try RunningServer(installation, "serve")
        var all: [String] = []
        for _ in 0..<5 { all.insert(try enqueue(server), at: 0) }
        var (path, seen, pages): (String?, [String], Int) = ("/api/v1/relocations?limit=2", [], 0)
        while let next = path {
            let answer = try server.ask("GET", next)
            #expect(answer.status == 200)
            seen += answer.list.compactMap { $0["uuid"] as? String }
            // One that comes meanwhile is newer than all pages that follow.
            if pages == 0 { _ = try enqueue(server) }
            pages += 1
            path = answer.headers["link"].flatMap { $0.split(separator: ">").first?.dropFirst() }.map(String.init)
        }
        #expect(seen == all)
        #expect(pages == 3)
        #expect(try server.ask("GET", "/api/v1/relocations?status=failure").list.isEmpty)
        #expect(try server.ask("GET", "/api/v1/relocations?scope=users&since=1h&limit=10").list.count == 6)
    }

    @Test func actionsLeaveTheirActor() throws {
        let server = try RunningServer(installation, "serve")
        let uuid = try enqueue(server)
        let path = "/api/v1/relocations/\(uuid)"
        #expect(try server.ask("POST", path + "/pause").object["status"] as? String == "PAUSE")
        #expect(try server.ask("POST", path + "/unpause", body: "{}").object["status"] as? String == "IN_PROGRESS")
        #expect(try server.ask("POST", path + "/cancel").object["endedBy"] as? String == "cancel")
        #expect(try server.ask("POST", path + "/recover").status == 409)
        #expect(try server.ask("POST", path + "/retry").object["status"] as? String == "IN_PROGRESS")
        #expect(try server.ask("POST", path + "/abort").object["endedBy"] as? String == "abort")
        #expect(try server.ask("DELETE", path).status == 200)
        let history = try server.ask("GET", path + "/history").list
        let acts = ["paused", "unpaused", "cancelled", "retried", "aborted", "deleted"]
        for act in acts {
            let entry = history.first { $0["event"] as? String == act }
            #expect(entry?["actor"] as? String == "http:operator@127.0.0.1", "\(act): \(history.map { $0["event"] })")
        }
    }

    @Test func refusalsSayWhatHelps() throws {
        let server = try RunningServer(installation, "serve")
        let uuid = try enqueue(server)
        let path = "/api/v1/relocations/\(uuid)"
        for (method, path, body, status, words) in [
            ("POST", path + "/retry", nil, 409, "is in progress"),
            ("POST", path + "/pause", #"{"atStep": 1}"#, 400, "atStep must be a text"),
            ("POST", path + "/pause", #"{"step": "IMPORTING"}"#, 400, "It has atStep."),
            ("POST", path + "/pause", "[]", 400, "one JSON object"),
            ("GET", "/api/v1/relocations/ffffffff", nil, 404, "No relocation's UUID begins with"),
            ("GET", "/api/v1/relocations/zebra", nil, 404, "not a UUID"),
            ("GET", "/api/v1/relocations?colour=red", nil, 400, "There is no parameter colour"),
            ("GET", "/api/v1/relocations?limit=0", nil, 400, "1 to 200"),
            ("POST", "/api/v1/relocations?scope=global", "x", 400, "confirm=true"),
            ("POST", "/api/v1/relocations?scope=users", "no export", 422, "it must be JSON"),
            ("POST", "/api/v1/retry", "{}", 400, #"{"all": true}"#),
            ("PUT", "/api/v1/workers", nil, 405, "GET, HEAD"),
            ("POST", "/api/v1/workers/nobody/quiet", nil, 404, "no worker of the name nobody"),
        ] as [(String, String, String?, Int, String)] {
            let answer = try server.ask(method, path, body: body)
            #expect(answer.status == status, "\(method) \(path): \(answer.body)")
            #expect(answer.headers["content-type"] == "application/problem+json", "\(path)")
            #expect((answer.object["detail"] as? String)?.contains(words) == true, "\(path): \(answer.body)")
        }
        #expect(try server.ask("GET", "/api/v1/relocations").list.count == 1)
    }

    @Test func aWorkerBecomesQuietAndGoesOn() throws {
        let server = try RunningServer(installation, "run")
        func worker() throws -> [String: Any] { try #require(try server.ask("GET", "/api/v1/workers").list.first) }
        #expect(try eventually(within: 10) { try !server.ask("GET", "/api/v1/workers").list.isEmpty })
        let name = try #require(try worker()["worker"] as? String)
        #expect(try server.ask("POST", "/api/v1/workers/\(name)/quiet").status == 202)
        #expect(try eventually(within: 10) { try worker()["quiet"] as? Bool == true })
        let uuid = try enqueue(server)
        usleep(500_000)
        #expect(try server.ask("GET", "/api/v1/relocations/\(uuid)").object["status"] as? String == "IN_PROGRESS")
        #expect(try server.ask("POST", "/api/v1/workers/\(name)/resume").status == 202)
        #expect(
            try eventually(within: 20) {
                try server.ask("GET", "/api/v1/relocations/\(uuid)").object["status"] as? String == "SUCCESS"
            })
        #expect(server.running.errorsSoFar.contains("operator=http:operator@127.0.0.1"))
    }

    @Test func aLargeFileTakesLittleMemory() throws {
        let server = try RunningServer(installation, "serve")
        // Blanks between rows are no part of any row: 256 MB of them.
        let large = installation.folder.file("large.json")
        let script = "import sys; f=open(sys.argv[1],'w'); f.write('['+' '*(256<<20)+']')"
        #expect(try ChildProcess("python3", ["-c", script, large]).wait(seconds: 60) == 0)
        let answer = try server.ask("POST", "/api/v1/relocations?scope=users", file: large)
        #expect([201, 422].contains(answer.status), "\(answer.body)")
        let status = try String(contentsOfFile: "/proc/\(server.running.process.pid)/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        let kilobytes = try #require(peak?.split(whereSeparator: { !$0.isNumber }).last.flatMap { Int($0) })
        #expect(kilobytes < 200 << 10)
    }
}
