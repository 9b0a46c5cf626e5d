import Catalogue
import EventFormat
import Events
import ExportFormat
import Storage
import Testing

/// An event counts once per project, id and day, in whatever chunks and order it comes, and however often.
struct OnceTests {
    private struct Chunk {
        let uuid: String
        let ordinal: Int64
        let events: [FieldValue]
    }

    /// Random history: few issues, releases and environments, so that much meets; events that are repeated by other
    /// relocations, on other days and in other versions.
    private static func chunks(_ seed: UInt64) throws -> [Chunk] {
        var random = SeededOrder(seed)
        var events: [FieldValue] = []
        for id in 1...30 {
            let release = ["null", #""p@1.\#(Int.random(in: 0...2, using: &random))""#].randomElement(using: &random)
            let environment = ["prod", "dev"].randomElement(using: &random) ?? ""
            let level = ["error", "warning", "info"].randomElement(using: &random) ?? ""
            let hash = ["aa", "bb", "cc"].randomElement(using: &random) ?? ""
            let changes =
                #"{"release":\#(release ?? "null"),"environment":"\#(environment)","level":"\#(level)","culprit":"c\#(id)","#
                + #""logger":"l\#(id % 3)","sdk":{"name":"sentry.python.\#(id)","version":"1"},"#
                + #""metadata":{"type":"E","value":"v\#(id)"},"title":"E: v\#(id)"}"#
            // No two events at the same time, in no order.
            let event = try History.event(id, at: Double(id * 7919 % 1009) * 31, received: id, hash: hash, changes)
            events.append(event)
            guard Bool.random(using: &random) else { continue }
            var other = event
            other["received"] = .integer(Int64(id + (Bool.random(using: &random) ? 1 : -1)))
            other["extra"] = .object([.init("version", other["received"])])
            if id % 5 == 0 { other["timestamp"] = .double((event["timestamp"].number ?? 0) + 86_400) }
            events.append(other)
        }
        events.shuffle(using: &random)
        return stride(from: 0, to: events.count, by: 6).enumerated().map { place, start in
            Chunk(
                uuid: History.uuids[place % 3], ordinal: Int64(start + 1),
                events: Array(events[start..<min(start + 6, events.count)]))
        }
    }

    @Test("Any order, duplication and replay of chunks ends as one clean pass", arguments: Engine.allCases)
    func order(_ engine: Engine) throws {
        for seed in UInt64(1)...(engine == .sqlite ? 6 : 2) {
            let chunks = try Self.chunks(seed)
            let clean = try History(engine)
            for chunk in chunks { try clean.save(chunk.uuid, chunk.ordinal, chunk.events) }
            let expected = try clean.state()
            var random = SeededOrder(seed &* 77)
            for _ in 0..<3 {
                let history = try History(engine)
                // Each chunk at least once; some again under the same place, some as another relocation's.
                var order = chunks + chunks.filter { _ in Bool.random(using: &random) }
                for chunk in chunks where Bool.random(using: &random) {
                    order.append(Chunk(uuid: History.uuids[8], ordinal: chunk.ordinal, events: chunk.events))
                }
                order.shuffle(using: &random)
                for chunk in order { try history.save(chunk.uuid, chunk.ordinal, chunk.events) }
                let found = try history.state()
                let surplus = found.filter { !expected.contains($0) }
                let missing = expected.filter { !found.contains($0) }
                let isSame = found == expected
                #expect(
                    isSame,
                    "seed \(seed)\n+ \(surplus.joined(separator: "\n+ "))\n- \(missing.joined(separator: "\n- "))")
            }
        }
    }

    @Test("The earliest and the latest event decide, whatever comes first", arguments: Engine.allCases)
    func decides(_ engine: Engine) throws {
        let history = try History(engine)
        let late = try History.event(1, at: 500, #"{"level":"warning","culprit":"late","release":"p@2.0"}"#)
        let early = try History.event(2, at: 0, #"{"level":"fatal","culprit":"early","release":"p@1.0"}"#)
        try history.save(History.uuids[0], 1, [late])
        try history.save(History.uuids[0], 2, [early])
        let group = try history.row(
            "sentry_groupedmessage",
            ["level", "view", "priority", "times_seen", "first_seen", "last_seen", "active_at", "first_release_id"])
        let start = Int64(History.start) * 1_000_000
        let releases = try history.site.rows("sentry_release", ["id", "version"])
        let first = try #require(releases.first { $0[1] == .text("p@1.0") })
        #expect(
            group == [
                .integer(30), .text("late"), .integer(75), .integer(2), .timestamp(start),
                .timestamp(start + 500_000_000), .timestamp(start), first[0],
            ])
        // The issue counts in the release that it began with.
        let counts = try history.site.rows("sentry_release_project", ["release_id", "new_groups"])
        #expect(counts.filter { $0[0] == first[0] }.map { $0[1] } == [.integer(1)])
        #expect(counts.filter { $0[0] != first[0] }.map { $0[1] } == [.integer(0)])
    }

    @Test(arguments: Engine.allCases) func aReplayTellsTheSameBytes(_ engine: Engine) throws {
        let history = try History(engine)
        let events = [
            try History.event(1), try History.event(2), try History.event(1, received: 12),
        ]
        let first = try history.save(History.uuids[0], 1, events)
        let second = try history.save(History.uuids[0], 1, events)
        #expect(!first.isReplay && second.isReplay)
        #expect(first.messages == second.messages)
        #expect(first.fates == second.fates)
        #expect(first.messages.filter { $0.topic == "events" }.count == 2)
        #expect(first.messages.filter { $0.topic == "outcomes-billing" }.count == 2)
        let headers = try #require(first.messages.first { $0.topic == "events" }).headers
        #expect(headers.contains(SinkMessage.Header("skip_consume", "1")), "history fires no alerts")
    }
}
