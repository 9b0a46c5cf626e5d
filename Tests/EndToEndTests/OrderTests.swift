import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Several workers, several relocations: within each, strictly one task after the other.
@Suite struct OrderTests {
    private struct Event {
        let time: String
        let worker: Int
        let uuid: String
        let isStart: Bool
        let task: String
    }

    @Test func tenRelocationsAndTwoWorkers() throws {
        let installation = try Installation()
        let uuids = try (0..<10).map { number in
            let rows = (1...24).flatMap { user in
                [
                    SampleExport.user(user, username: "user-\(number)-\(user)"), SampleExport.option(user, user: user),
                ]
            }
            let sorted =
                rows.filter { $0["model"] as? String == "sentry.user" }
                + rows.filter { $0["model"] as? String == "sentry.useroption" }
            let file = try installation.folder.write(try SampleExport.json(sorted), to: "export-\(number).json")
            return try installation.enqueue("users", "--chunk-size", "4", file).lastLine
        }
        let workers = try (0..<2).map { _ in
            try installation.start(
                "relocation-worker",
                ["run", "--drain", "--concurrency", "2", "--log-level", "debug", "--log-format", "json"])
        }
        let logs = try workers.map { worker in
            let result = try worker.result(within: 120)
            #expect(result.code == 0, "\(result.errors.suffix(500))")
            return result.errors
        }
        let events = try logs.enumerated().flatMap { try Self.events($0.element, worker: $0.offset) }
            .sorted { $0.time < $1.time }
        let expected =
            ["sentry.user", "sentry.useroption"].flatMap { model in
                stride(from: 1, to: 25, by: 4).map { "\(model) \($0)" }
            } + ["users 0", "sentry.user 0"]
        for uuid in uuids {
            let own = events.filter { $0.uuid == uuid }
            #expect(own.filter(\.isStart).map(\.task) == expected, "each task once, in order")
            // A lease may wander between workers: what counts is that no task starts before the last one is done.
            for (start, end) in zip(own.filter(\.isStart), own.filter { !$0.isStart }) {
                #expect(start.task == end.task && start.worker == end.worker)
            }
            var open = 0
            for event in own {
                open += event.isStart ? 1 : -1
                #expect((0...1).contains(open), "two tasks of \(uuid) at a time")
            }
            #expect(try installation.rows(uuid)["source"] == 48)
            #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
        }
        #expect(Set(events.map(\.worker)).count == 2, "both workers had work")
        #expect(try installation.table("auth_user").count == 240)
    }

    private static func events(_ log: String, worker: Int) throws -> [Event] {
        try log.split(separator: "\n").compactMap { line in
            let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            guard let message = fields["message"] as? String, ["task started", "task done"].contains(message) else {
                return nil
            }
            return Event(
                time: try #require(fields["time"] as? String), worker: worker,
                uuid: try #require(fields["relocation.uuid"] as? String),
                isStart: message == "task started",
                task: "\(try #require(fields["task.name"])) \(try #require(fields["task.min_ordinal"] as? Int))")
        }
    }
}
