import Catalogue
import Foundation
import KafkaSupport
import ProgramSupport
import Storage
import TestSupport
import Testing

/// Workers die and brokers go away while events are saved: none is lost, doubled or counted twice, in rows, in the node store
/// or in the stream.
@Suite(.serialized) struct EventKillTests {
    /// `RELOCATION_EVENT_FAULTS` faults instead.
    private static let faults =
        ProcessInfo.processInfo.environment["RELOCATION_EVENT_FAULTS"].flatMap { Int($0) } ?? 12
    private static let hashes = 5

    /// A relocation of events on its way into PostgreSQL and Kafka.
    private struct Scene {
        let site: LedgerSite
        let kafka = try? MockKafka()
        let uuid: String
        let events: Int

        init(events: Int) throws {
            self.events = events
            site = try EventRelocationTests.site(.postgres)
            let folder = site.installation.folder
            let lines = (1...events).map { number in
                EventRelocationTests.line(number).replacing(
                    "0123456789abcdef0123456789abcdef",
                    with: String(repeating: "\(number % EventKillTests.hashes)", count: 32))
            }
            let file = try folder.write(lines.joined(separator: "\n"), to: "events.ndjson")
            let map = try folder.write(#"{"12":3}"#, to: "map.json")
            let queued = try site.enqueue("events", "--silent", "--chunk-size", "10", "--project-map", map, file)
            uuid = queued.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        var sink: String { "kafka://\(kafka?.address ?? "")" }

        func isDone() throws -> Bool { try site.installation.status(uuid)["status"] as? String == "SUCCESS" }

        /// Works what is left, undisturbed, and compares.
        func check() throws {
            #expect(try site.worker("run", "--drain", "--event-sink", sink).code == 0)
            let status = try site.installation.status(uuid)
            #expect(status["status"] as? String == "SUCCESS")
            #expect((status["rows"] as? [String: Int])?["inserted"] == events, "\(status)")
            let database = try site.database(.region)
            func rows(_ table: String, _ column: String) throws -> [Value] {
                try database.select(Select([column], from: Catalogue.standard.requireTable(table))).map { $0[0] }
            }
            #expect(try rows("nodestore_node", "id").count == events)
            let seen = try rows("sentry_groupedmessage", "times_seen").compactMap(\.integer)
            #expect(seen == Array(repeating: Int64(events / EventKillTests.hashes), count: EventKillTests.hashes))
            for topic in ["events", "outcomes-billing"] {
                let messages = try #require(kafka).messages(topic, count: .max, seconds: 5)
                // What is told twice is the same both times.
                #expect(Set(messages.map(\.value)).count == events, "\(topic): \(messages.count) messages")
            }
        }
    }

    @Test(arguments: ["chunk.before", "batch.commit", "chunk.after", "acknowledge.before", "acknowledge.after"])
    func aWorkerDiesAt(_ place: String) throws {
        let scene = try Scene(events: 50)
        let killed = try scene.site.worker(
            "run", "--drain", "--event-sink", scene.sink, environment: ["RELOCATION_FAILPOINT": "\(place):3:kill"])
        #expect(killed.code == -SIGKILL, "\(killed.errors)")
        try scene.check()
    }

    /// No more faults for one cluster, which keeps the last 5 MB of a topic only.
    private static let faultsPerScene = 100

    @Test(arguments: stride(from: 0, to: faults, by: faultsPerScene).map { min(faultsPerScene, faults - $0) })
    func workersAndBrokersFail(_ faults: Int) throws {
        let scene = try Scene(events: 200 + 10 * faults)
        let kafka = try #require(scene.kafka)
        var done = 0
        while done < faults, try !scene.isDone() {
            let worker = try scene.site.start("run", "--event-sink", scene.sink)
            for _ in 0..<3 where done < faults {
                usleep(.random(in: 20_000...300_000))
                let broker = Int32.random(in: 1...3)
                kafka.setDown(broker)
                usleep(.random(in: 10_000...200_000))
                kafka.setUp(broker)
                done += 1
            }
            worker.process.signal(SIGKILL)
            _ = try worker.result()
            done += 1
        }
        try scene.check()
        print("events: \(done) faults of workers and brokers")
    }
}
