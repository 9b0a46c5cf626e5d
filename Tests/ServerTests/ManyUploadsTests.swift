import Foundation
import HTTPTypes
import ProgramSupport
import TestSupport
import Testing

@testable import Server

@Suite("Many clients send files at the same time")
struct ManyUploadsTests {
    private let installation: Installation
    private let file: String

    init() throws {
        installation = try Installation()
        file = try installation.folder.write(
            SampleExport.json([SampleExport.user(1, username: "ada")]), to: "people.json")
    }

    private static let sample =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/deploy/sample/organizations.json"

    /// Sentry's own API lets an owner have one relocation at a time.
    @Test func ofManyRelocationsOfAnOwnerOneBegins() throws {
        _ = try installation.enqueue("users", file)
        _ = try installation.worker("run", "--drain")
        let folder = installation.folder.file("kept")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let server = try RunningServer(installation, "serve", "--http-files", folder)
        let answers = try inParallel(20) { _ in
            try server.ask(
                "POST", "/api/0/relocations/",
                form: ["file": "@\(Self.sample)", "owner": "Ada", "orgs": "acme"])
        }
        #expect(answers.count { $0.status == 201 } == 1, "\(answers.map(\.status))")
        for answer in answers where answer.status != 201 {
            #expect(answer.status == 409, "\(answer.body)")
            #expect(
                answer.object["detail"] as? String == "An in-progress relocation already exists for this owner.")
        }
        #expect(try server.ask("GET", "/api/0/relocations/").list.count == 1)
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(kept.count == 1, "the others' files are gone")
        #expect(try server.stop() == 0)
    }

    /// Three bodies are under way, more than are worked on at a time, when another file comes.
    @Test func slowClientsKeepNobodyElseWaiting() throws {
        let server = try RunningServer(installation, "serve")
        let large = try installation.folder.write(String(repeating: " ", count: 2 << 20), to: "large.json")
        let slow = try (1...3).map { _ in
            try ChildProcess(
                "curl",
                [
                    "-s", "--limit-rate", "1k", "-H", "Authorization: Bearer \(RunningServer.operatorToken)",
                    "--data-binary", "@\(large)", "\(server.url)/api/v1/relocations?scope=users",
                ])
        }
        func spools() -> Int {
            let folder = "/proc/\(server.running.process.pid)/fd"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.count { name in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"))?
                    .contains("/relocation-spool-") == true
            }
        }
        try #require(eventually(within: 60) { spools() == slow.count })
        #expect(try server.ask("POST", "/api/v1/relocations?scope=users", file: file).status == 201)
        // What a client that goes away has sent is no file.
        for client in slow { client.signal(SIGKILL) }
        #expect(eventually(within: 120) { spools() == 0 })
        #expect(try server.ask("GET", "/api/v1/relocations").list.count == 1)
        #expect(try server.stop() == 0)
    }

    @Test func aBodyThatBringsNextToNothingIsRefused() throws {
        let start = ContinuousClock.now
        var pace = UploadPace(now: start)
        try pace.took(1, now: start + UploadPace.window / 2)
        try pace.took(UploadPace.leastBytes - 1, now: start + UploadPace.window)
        try pace.took(UploadPace.leastBytes - 1, now: start + UploadPace.window * 1.9)
        let refusal = #expect(throws: Problem.self) { try pace.took(0, now: start + UploadPace.window * 2) }
        #expect(refusal?.status.code == 408)
        #expect(refusal?.next?.contains("relocation-enqueue") == true)
    }

    @Test func whoComesFirstGoesFirst() async throws {
        let turnstile = Turnstile(places: 1, patience: .seconds(60), refusal: .busy)
        let (order, told) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await turnstile.pass {
                for number in 1...3 {
                    group.addTask { try await turnstile.pass { _ = told.yield(number) } }
                    while turnstile.waiting < number { await Task.yield() }
                }
            }
            try await group.waitForAll()
        }
        told.finish()
        #expect(await order.reduce(into: []) { $0.append($1) } == [1, 2, 3])
    }

    @Test func patienceEnds() async throws {
        let turnstile = Turnstile(places: 1, patience: .milliseconds(1), refusal: .busy)
        try await turnstile.pass {
            let refusal = await #expect(throws: Problem.self) { try await turnstile.pass {} }
            #expect(refusal?.status.code == 503)
            #expect(refusal?.headers[.retryAfter] == "1")
        }
        try await turnstile.pass {}
    }
}
