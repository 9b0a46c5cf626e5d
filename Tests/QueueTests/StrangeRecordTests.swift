import Reporting
import TestSupport
import Testing

@testable import Queue

/// Records of newer versions, and such as somebody else has changed.
@Suite struct StrangeRecordTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    /// The first relocation is the strange one, the second is sound.
    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        try queue.enqueue(uuid(2))
    }

    private func key(_ name: String) -> String { "{test}:\(name):\(uuid(1))" }

    @discardableResult
    private func redis(_ arguments: String...) throws -> RedisReply {
        try queue.connection.call(arguments.map(RedisArgument.text))
    }

    private func set(_ field: String, _ value: String) throws { try redis("HSET", key("record"), field, value) }

    private func isInLane() throws -> Bool {
        try ["ready", "leased"].contains { name in
            try redis("ZRANGE", "{test}:\(name):unbound", "0", "-1").array?.contains { $0.text == uuid(1) } == true
        }
    }

    /// Everything that shows relocations.
    private func shown() throws -> (list: [RelocationStatus], text: String, json: String) {
        let list = try queue.find().relocations
        let reports = list.map(StatusReport.init)
        #expect(try queue.status(uuid(1)) == list.first { $0.uuid == uuid(1) })
        let text = reports.map { $0.text() }.joined() + StatusReport.table(reports)
        return (list, text, StatusReport.json(reports))
    }

    // MARK: Newer versions

    @Test(arguments: [("status", "ARCHIVED"), ("step", "ARCHIVING"), ("status", ""), ("step", "importing")])
    func unknownWordsAreShownAndLeftAlone(_ field: String, _ word: String) throws {
        try set(field, word)
        let claim = try queue.claimed()
        #expect(claim.uuid == uuid(2))
        let idle = try queue.idle()
        #expect(idle.leftAlone.map(\.uuid) == [uuid(1)])
        #expect(idle.leftAlone.first?.reason == "its \(field) \"\(word)\" is not known to this version")
        #expect(idle.openRelocations == 1 && idle.nextInMilliseconds ?? 0 > 50_000)
        let (list, text, json) = try shown()
        let status = try #require(list.first { $0.uuid == uuid(1) })
        #expect(field == "status" ? status.status == .unknown(word) : status.step == .unknown(word))
        #expect(text.contains(word) && json.contains("\"\(field)\" : \"\(word)\""))
        // It keeps its place for a version that knows the word.
        #expect(try isInLane())
        try set(field, field == "status" ? "IN_PROGRESS" : "IMPORTING")
        #expect(try queue.claimed().uuid == uuid(1))
    }

    @Test(arguments: ["5", "4294967296", "99999999999999999999", "two", ""])
    func aNewerFormatIsLeftAloneAndShown(_ format: String) throws {
        try set("format", format)
        try set("colour", "blue")
        #expect(try queue.claimed().uuid == uuid(2))
        let idle = try queue.idle()
        #expect(
            idle.leftAlone == [
                ClaimResult.LeftAlone(
                    uuid: uuid(1),
                    reason: "its record has the format \"\(format)\", and this version knows those up to 4")
            ])
        #expect(Set(try shown().list.map(\.uuid)) == [uuid(1), uuid(2)])
        #expect(try isInLane())
        // A lease that has run out is left to the newer version too.
        try redis("ZREM", "{test}:ready:unbound", uuid(1))
        try redis("ZADD", "{test}:leased:unbound", "1", uuid(1))
        #expect(try queue.idle().leftAlone.map(\.uuid) == [uuid(1)])
        #expect(try redis("HGET", key("record"), "colour").text == "blue")
    }

    @Test(arguments: ["1", "2", nil]) func anOlderFormatIsWorkedAndItsUnknownFieldsStay(_ format: String?) throws {
        if let format { try set("format", format) } else { try redis("HDEL", key("record"), "format") }
        try set("colour", "blue")
        #expect(try queue.finish().uuid == uuid(1))
        #expect(try queue.status(uuid(1)).format == Int(format ?? "1"))
        #expect(try redis("HGET", key("record"), "colour").text == "blue")
    }

    // MARK: Damage

    static let notes = [
        "", "garbage", "{", "null", "[]", "7", "{}", #"{"kind":"chunk"}"#, #"{"rows":"many"}"#, #"{"rows":1e400}"#,
        #"{"minOrdinal":99999999999999999999,"rows":-1}"#, #"{"kind":null,"model":null}"#, "\u{0}\u{1b}[31m",
        #"{"kind":"chunk","model":"sentry.user","minOrdinal":1,"rows":2,"colour":{"deep":[1]}}"#,
        String(repeating: "[", count: 10_000),
    ]

    @Test(arguments: notes) func aNoteOfATaskNeverHidesTheRest(_ note: String) throws {
        try set("failedTask", note)
        try redis("RPUSH", key("skipped"), note, #"{"kind":"chunk","model":"sentry.team","minOrdinal":5,"rows":2}"#)
        let (list, text, json) = try shown()
        let status = try #require(list.first { $0.uuid == uuid(1) })
        #expect(status.failedTask == note && status.skipped.first == note && list.count == 2)
        #expect(text.contains("sentry.team from row 5, 2 rows, by ? at ?"))
        #expect(json.contains("sentry.team") && json.contains(uuid(2)))
        #expect(!text.contains("\u{1b}[31m"))
        #expect(try queue.claimed().uuid == uuid(1))
    }

    @Test func missingFieldsOfANoteHaveDefaults() {
        let bare = TaskNote(QueueTask(kind: "", name: "", minOrdinal: 0, rows: 0, sourceBytes: 0, payload: []))
        #expect(TaskNote(json: "{}") == bare)
        #expect(TaskNote(json: #"{"kind":null,"later":1}"#) == bare)
        #expect(TaskNote(json: bare.json) == bare)
        for text in ["", "7", "[]", #"{"rows":"1"}"#, #"{"minOrdinal":1.5}"#] { #expect(TaskNote(json: text) == nil) }
    }

    /// Every field that is a number, with every value that is none or too large.
    @Test(arguments: [
        "9223372036854775807", "-9223372036854775808", "1e400", "", "abc", "12345678901234567890", "nan", "-1", "0x10",
        "2.5",
    ]) func noNumberOfARecordBreaksAnything(_ value: String) throws {
        for field in [
            "chunksTotal", "chunksDone", "progress", "attempts", "losses", "takeovers", "rowsSource", "payloadBytes",
            "nextAttemptAt", "leaseExpiresAt", "createdAt", "updatedAt", "startedAt", "completedAt", "uploadExpiresAt",
            "failedIndex", "waitedFrom", "format", "renamed",
        ] { try everythingGoesOn { try set(field, value) } }
        try everythingGoesOn { try redis("HSET", key("counters"), "sentry.user|inserted", value) }
    }

    /// A key of another type than it should have.
    @Test(
        arguments: ["record", "tasks", "counters", "listed", "skipped", "renamed", "history", "earlier"],
        ["string", "list", "hash", "set"])
    func noKeyOfAnotherTypeBreaksAnything(_ name: String, _ type: String) throws {
        try everythingGoesOn {
            try redis("DEL", key(name))
            switch type {
            case "string": try redis("SET", key(name), "mine")
            case "list": try redis("RPUSH", key(name), "mine")
            case "hash": try redis("HSET", key(name), "mine", "yes")
            default: try redis("SADD", key(name), "mine")
            }
        }
    }

    /// A relocation is damaged at each moment of its life: it ends, goes on or is left alone; nothing is stuck, nothing
    /// traps, and the other one is worked to its end.
    private func everythingGoesOn(_ damage: () throws -> Void) throws {
        let moments: [(String, (Claim) throws -> Void)] = [
            ("waiting", { try queue.release($0) }), ("leased", { _ in }),
            ("failed", { try queue.fail($0, findings: [], reason: "r", at: 0, task: task(1)) }),
            (
                "paused",
                {
                    _ = try queue.pause(uuid(1))
                    try queue.release($0)
                }
            ),
        ]
        for (moment, reach) in moments {
            try redis("FLUSHDB")
            try queue.enqueue(uuid(1))
            try queue.enqueue(uuid(2))
            let claim = try queue.claimed()
            try reach(claim)
            try damage()
            #expect(Set(try shown().list.map(\.uuid)) == [uuid(1), uuid(2)], "\(moment)")
            work(claim)
            operate()
            var finished: Set<String> = []
            for _ in 1...3 {
                guard case .claimed(let next) = try queue.claim(worker: "w", destination: "here") else { break }
                work(next)
                finished.insert(next.uuid)
            }
            #expect(finished.contains(uuid(2)), "\(moment)")
            #expect(try queue.status(uuid(2)).status == .success, "\(moment)")
            let list = try shown().list
            guard let status = list.first(where: { $0.uuid == uuid(1) }) else { continue }
            // What goes on must be somewhere where a worker, of whatever version, finds it.
            if status.status == .inProgress, status.step != .uploading { #expect(try isInLane(), "\(moment)") }
        }
    }

    /// What a worker does, as far as it is let.
    private func work(_ claim: Claim) {
        let calls: [() throws -> Void] = [
            { _ = try queue.renew([claim]) }, { _ = try queue.tasks(claim, from: 0, count: 9, maxBytes: 999) },
            { try queue.progress(claim, chunksDone: 1) },
            {
                _ = try queue.acknowledge(
                    claim, tasks: 1, counters: ["sentry.user|inserted": 1], listed: ["l"],
                    renamed: [Renaming(subject: "m|1", from: "a", to: "b")])
            },
            { _ = try queue.reportAlive(claim) }, { try queue.advance(claim, step: .postprocessing) },
            { _ = try queue.acknowledge(claim, tasks: 2) }, { try queue.complete(claim) },
            { try queue.postpone(claim, delayMilliseconds: 0, trouble: "t") }, { try queue.release(claim) },
        ]
        for call in calls { attempt(call) }
    }

    /// What operators and enqueuers do, as far as they are let.
    private func operate() {
        let calls: [() throws -> Void] = [
            { _ = try queue.pause(uuid(1)) }, { try queue.unpause(uuid(1)) },
            { try queue.skip(uuid(1), try queue.failedTask(uuid(1)), counters: ["a": 1], note: TaskNote(task(1))) },
            { try queue.retry(uuid(1)) }, { _ = try queue.retryAll() }, { _ = try queue.listedRows(uuid(1)) },
            { _ = try queue.renamedRows(uuid(1)) },
            { _ = try queue.begin(NewRelocation(uuid: uuid(1), scope: "s")) },
        ]
        for call in calls { attempt(call) }
    }

    /// An error says that it was refused.
    private func attempt(_ call: () throws -> Void) {
        do { try call() } catch { #expect(error is QueueError) }
    }

    @Test(arguments: ["inf", "-inf", "1e300", "9223372036854775807", "-1"])
    func aPlaceInALaneMayBeAnyNumber(_ score: String) throws {
        try redis("ZADD", "{test}:ready:unbound", score, uuid(1))
        let first = try queue.claimed()
        guard first.uuid == uuid(1) else {
            #expect(first.uuid == uuid(2))
            #expect(try queue.idle().openRelocations == 2)
            return
        }
        // A place that no clock has given is not kept.
        try queue.release(first)
        #expect(try [queue.claimed().uuid, queue.claimed().uuid] == [uuid(2), uuid(1)])
    }

    @Test func aDamagedUploadIsReplaced() throws {
        _ = try queue.stage(uuid(3))
        for value in ["1e400", "nan", "abc", "12345678901234567890", ""] {
            try redis("HSET", "{test}:record:\(uuid(3))", "uploadExpiresAt", value)
            _ = try queue.stage(uuid(3))
        }
    }
}
