import Catalogue
import EventFormat
import Events
import ExportFormat
import Storage
import TestSupport
import Testing

/// An event counts once per project, id and day, in whatever chunks and order it comes, and however often.
struct OnceTests {
    private static let day: Double = 86_400
    private static let start: Double = 1_700_000_000

    private func site(_ engine: Engine) throws -> EventSite {
        let site = try EventSite(engine)
        _ = try LedgerAdmin(site.database).migrate(toolVersion: "test", now: 0)
        try site.seed(
            "sentry_organization",
            [
                try parsed(
                    #"{"id":1,"name":"A","slug":"a","status":0,"date_added":"2023-01-01T00:00:00+00:00","default_role":"member","flags":1,"is_test":false}"#
                )
            ])
        try site.seed(
            "sentry_project",
            [
                try parsed(
                    #"{"id":5,"name":"P","slug":"p","organization_id":1,"public":false,"date_added":"2023-01-01T00:00:00+00:00","status":0,"flags":10}"#
                )
            ])
        return site
    }

    private func event(_ id: Int, day: Int = 0, received: Int, hash: String = "aa") throws -> EventSaving.Input {
        let digits = String(id, radix: 16)
        let body = #"""
            {"event_id":"\#(String(repeating: "0", count: 32 - digits.count) + digits)","type":"error","level":"error",
             "platform":"python","timestamp":\#(Self.start + Double(day) * Self.day),"received":\#(received),
             "hashes":["\#(String(repeating: hash, count: 16))"],"environment":"prod","release":"p@1.0.\#(id)",
             "exception":{"values":[{"type":"E","value":"v"}]},"metadata":{"type":"E","value":"v"},"title":"E: v",
             "culprit":"c"}
            """#
        return EventSaving.Input(project: 5, body: try parsed(body))
    }

    private func destination(_ site: EventSite, _ uuid: String) throws -> EventsDestination {
        try EventsDestination(site.database, .standard, uuid: uuid, keepsOld: false, now: WallClock.now())
    }

    private let uuids = ["aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"]

    /// Chunks of two relocations that share events.
    private func chunks() throws -> [(uuid: String, ordinal: Int64, events: [EventSaving.Input])] {
        [
            (uuids[0], 1, [try event(1, received: 10), try event(2, received: 10), try event(1, received: 12)]),
            (uuids[0], 4, [try event(3, received: 10, hash: "bb"), try event(2, day: 1, received: 20)]),
            (uuids[1], 1, [try event(1, received: 11), try event(2, received: 9), try event(4, received: 1)]),
            (uuids[1], 4, [try event(2, day: 1, received: 15), try event(3, received: 30, hash: "bb")]),
        ]
    }

    @Test(arguments: Engine.allCases) func anyOrderOfChunksAndReplaysGivesTheSame(_ engine: Engine) throws {
        var expected: [String]?
        for seed in 0..<6 {
            let site = try site(engine)
            var order = try chunks() + chunks().prefix(seed)
            var random = SeededOrder(UInt64(seed))
            if seed > 0 { order.shuffle(using: &random) }
            for chunk in order {
                _ = try destination(site, chunk.uuid).save(
                    chunk.events.map { .success($0) }, firstOrdinal: chunk.ordinal, digest: "", now: WallClock.now())
            }
            let found = try state(site)
            if let expected { #expect(found == expected, "order \(seed)") } else { expected = found }
        }
        // Events 1, 2 (on two days) and 4 in one issue, 3 in another.
        let counts = try #require(expected).filter { $0.hasPrefix("seen") }
        #expect(counts == ["seen aa 4", "seen bb 1"])
    }

    private func state(_ site: EventSite) throws -> [String] {
        let nodes = NodeText()
        var bodies: [String] = []
        for row in try site.rows("nodestore_node", ["data"]) {
            let text = try #require(nodes.inflated(row[0].text ?? ""))
            let body = try #require(nodes.value(text))
            bodies.append("node \(body["event_id"].text ?? "") \(EventText.message(body["received"]))")
        }
        let groups = try site.rows("sentry_groupedmessage", ["id", "times_seen"])
        let hashes = try site.rows("sentry_grouphash", ["hash", "group_id"])
        let seen = hashes.map { hash in
            let count = groups.first { $0[0] == hash[1] }?[1].integer ?? -1
            return "seen \(hash[0].text?.prefix(2) ?? "") \(count)"
        }
        return (bodies + seen).sorted()
    }

    @Test(arguments: Engine.allCases) func aReplayTellsTheSameBytes(_ engine: Engine) throws {
        let site = try site(engine)
        let chunk = try chunks()[0]
        let inputs = chunk.events.map { Result<EventSaving.Input, EventRejection>.success($0) }
        let now = WallClock.now()
        let first = try destination(site, chunk.uuid).save(inputs, firstOrdinal: 1, digest: "", now: now)
        let second = try destination(site, chunk.uuid).save(inputs, firstOrdinal: 1, digest: "", now: now + 5_000_000)
        #expect(!first.isReplay && second.isReplay)
        #expect(first.messages == second.messages)
        #expect(first.fates == second.fates)
        #expect(first.messages.filter { $0.topic == "events" }.count == 2)
        #expect(first.messages.filter { $0.topic == "outcomes-billing" }.count == 2)
        let headers = try #require(first.messages.first { $0.topic == "events" }).headers
        #expect(headers.contains(SinkMessage.Header("skip_consume", "1")), "history fires no alerts")
    }

    @Test(arguments: [
        (#"{"event_id":"zz"}"#, "event_id"), (#"{"timestamp":"x"}"#, "timestamp"),
        (#"{"timestamp":99999999999}"#, "timestamp"),
        (#"{"release":"a/b"}"#, "release"), (#"{"release":7}"#, "release"),
        (#"{"environment":"a\u0000b"}"#, "environment"),
        (#"{"hashes":[]}"#, "hashes"), (#"{"hashes":[7]}"#, "hashes"), (#"{"tags":{}}"#, "tags"),
        (#"{"type":"transaction","transaction":"t","contexts":{"trace":{}}}"#, "spans"), (#"{"type":[]}"#, "type"),
        (#"{"contexts":[]}"#, "contexts"),
    ])
    func aBadEventIsRejectedByItself(_ change: String, _ place: String) throws {
        let site = try site(.sqlite)
        var bad = try event(7, received: 1).body
        for member in try parsed(change).members { bad[member.key] = member.value }
        let inputs = [try event(1, received: 1), EventSaving.Input(project: 5, body: bad), try event(2, received: 1)]
        let result = try destination(site, uuids[0]).save(
            inputs.map { .success($0) }, firstOrdinal: 1, digest: "", now: WallClock.now())
        #expect(result.rejections.map(\.place) == [1])
        #expect(result.rejections.first?.rejection.place == place)
        #expect(try site.rows("nodestore_node", ["id"]).count == 2)
    }

    @Test func otherRejections() throws {
        let site = try site(.sqlite)
        var many = try event(7, received: 1).body
        many["tags"] = .list((0..<100_000).map { .list([.text("k\($0)"), .text("v")]) })
        let inputs: [Result<EventSaving.Input, EventRejection>] = [
            .success(EventSaving.Input(project: 99, body: try event(8, received: 1).body)),
            .success(EventSaving.Input(project: 5, body: many)), .failure(EventLine.tooLong),
            .success(EventSaving.Input(project: 5, body: .text("x"))),
        ]
        let result = try destination(site, uuids[0]).save(inputs, firstOrdinal: 1, digest: "", now: WallClock.now())
        #expect(
            result.fates == [
                "rejected:unknown-project", "rejected:too-many-tags", "rejected:too-large", "rejected:not-an-object",
            ])
        #expect(result.messages.isEmpty)
    }
}

/// A random order that a seed repeats.
private struct SeededOrder: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
