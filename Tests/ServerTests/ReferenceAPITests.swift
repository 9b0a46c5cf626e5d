import Foundation
import ProgramSupport
import TestSupport
import Testing

@Suite("/api/0 answers as Sentry's own API does")
struct ReferenceAPITests {
    private let installation: Installation
    private let server: RunningServer
    private let uuid: String

    init() throws {
        installation = try Installation()
        server = try RunningServer(installation, "serve")
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let sample = "\(folder)/deploy/sample/organizations.json"
        let result = try installation.enqueue("relocate", sample, "--owner", "ada", "--orgs", Self.organization)
        try #require(result.code == 0, "\(result.errors)")
        uuid = result.lastLine
    }

    private static let organization = "acme"

    private func put(_ verb: String, _ body: String = "{}") throws -> RunningServer.Answer {
        try server.ask("PUT", "/api/0/relocations/\(uuid)/\(verb)/", body: body)
    }

    @Test func verbsPlanAndEndARelocation() throws {
        let detail = try server.ask("GET", "/api/0/relocations/\(uuid)/").object
        #expect(detail["status"] as? String == "IN_PROGRESS")
        #expect(detail["step"] as? String == "UPLOADING")
        #expect(detail["wantOrgSlugs"] as? [String] == [Self.organization])
        #expect((detail["owner"] as? [String: Any])?["username"] as? String == "ada")
        #expect(detail["latestTask"] as? String == "")
        #expect((detail["dateAdded"] as? String)?.wholeMatch(of: #/[0-9-]{10}T[0-9:]{8}(\.\d{6})?Z/#) != nil)
        let paused = try put("pause", #"{"atStep": "importing"}"#)
        #expect(paused.status == 200)
        #expect(paused.object["scheduledPauseAtStep"] as? String == "IMPORTING")
        #expect(try put("unpause").object["scheduledPauseAtStep"] is NSNull)
        #expect(
            try put("cancel", #"{"atStep": "NOTIFYING"}"#).object["scheduledCancelAtStep"] as? String == "NOTIFYING")
        let aborted = try put("abort")
        #expect(aborted.object["status"] as? String == "FAILURE")
        #expect(aborted.object["failureReason"] as? String == "This relocation was aborted by an administrator.")
        #expect(try put("abort").status == 400)
        let history = try server.ask("GET", "/api/v1/relocations/\(uuid)/history").list
        #expect(history.last?["actor"] as? String == "http:operator@127.0.0.1")
    }

    @Test func listsAreSearched() throws {
        func found(_ query: String) throws -> Int {
            try server.ask("GET", "/api/0/relocations/?\(query)").list.count
        }
        #expect(try found("") == 1)
        #expect(try found("query=\(Self.organization.prefix(3))+\(uuid.prefix(8))") == 1)
        #expect(try found("query=%22\(Self.organization)%20x%22") == 0)
        #expect(try found("query=owner:nobody") == 1)
        #expect(try found("query=zzzz") == 0)
        #expect(try found("status=in_progress") == 1)
        #expect(try found("status=SUCCESS") == 0)
        let refused = try server.ask("GET", "/api/0/relocations/?status=nonsense")
        #expect(refused.status == 400)
        #expect(refused.object["detail"] as? String == "`nonsense` is not a valid relocation status.")
        #expect(try server.ask("GET", "/api/0/relocations/?per_page=101").status == 400)
        let first = try server.ask("GET", "/api/0/relocations/?per_page=1").headers["link"] ?? ""
        #expect(first.contains("cursor=1:1:0>; rel=\"next\"; results=\"false\"; cursor=\"1:1:0\""))
    }

    @Test func aPlainImportIsNoneOfThem() throws {
        let file = try installation.folder.write(SampleExport.json(SampleExport.users(1)), to: "users.json")
        let plain = try installation.enqueue("users", file).lastLine
        #expect(try server.ask("GET", "/api/0/relocations/\(plain)/").status == 404)
        #expect(try server.ask("PUT", "/api/0/relocations/\(plain)/abort/").status == 404)
        #expect(try installation.status(plain)["status"] as? String == "IN_PROGRESS")
    }

    /// Recorded refusals of commands, one in four, put to a running server. A value that is no text is refused at once here;
    /// there it is an internal error if the state allows the command. So are a few situations that cannot come about. What
    /// commands do that are not refused, `FlowTests` compare.
    @Test(
        .enabled(if: RecordedRelocations.material != nil, "RELOCATION_PARITY_DIR is not set"),
        arguments: [
            ("pause", "atStep"), ("unpause", "untilStep"), ("cancel", "atStep"), ("abort", ""),
            ("recover", "untilStep"),
        ])
    func recordedRefusals(_ verb: String, _ member: String) throws {
        let refusals = try Self.lines("steps/\(verb).jsonl").filter { recorded in
            let step = (recorded["command"] as? [String: Any])?["step"]
            return recorded["http"] as? Int == 400 && (step == nil || step is String || step is NSNull)
        }
        #expect(refusals.count > 50)
        for recorded in stride(from: 0, to: refusals.count, by: 4).map({ refusals[$0] }) {
            let before = try #require(recorded["before"] as? [String: Any])
            _ = try installation.redis.cli(
                ["HSET", "{\(installation.prefix)}:record:\(uuid)"]
                    + [
                        ("status", "status"), ("step", "step"), ("latestTask", "latest_task"),
                        ("pauseAtStep", "scheduled_pause_at_step"), ("cancelAtStep", "scheduled_cancel_at_step"),
                        ("failureReason", "failure_reason"),
                    ].flatMap { [$0, before[$1] as? String ?? ""] }
                    + ["latestTaskAttempts", "\(before["latest_task_attempts"] as? Int ?? 0)"])
            let step = (recorded["command"] as? [String: Any])?["step"]
            let body = step.map { [member: $0] } ?? [:]
            let answer = try put(
                verb, String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self))
            let id = recorded["id"] as? String ?? ""
            #expect(answer.status == 400, "\(id): \(answer.body)")
            #expect(answer.object["detail"] as? String == recorded["message"] as? String, "\(id)")
        }
    }

    private static func lines(_ name: String) throws -> [[String: Any]] {
        let text = try String(contentsOfFile: "\(RecordedRelocations.material ?? "")/flow/\(name)", encoding: .utf8)
        return try text.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }
}
