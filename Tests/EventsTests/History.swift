import Catalogue
import EventFormat
import Events
import ExportFormat
import Storage
import Testing

/// A destination with one project, and history to bring into it.
final class History {
    static let uuids = (1...9).map { "aaaaaaaa-0000-4000-8000-00000000000\($0)" }
    /// 2023-11-14T22:13:20Z, in seconds.
    static let start: Double = 1_700_000_000
    static let project: Int64 = 5

    let site: EventSite

    init(_ engine: Engine) throws {
        site = try EventSite(engine)
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
    }

    /// Another worker each time: it knows nothing but the database.
    func destination(_ uuid: String) throws -> EventsDestination {
        try EventsDestination(site.database, .standard, uuid: uuid, keepsOld: false, now: WallClock.now())
    }

    @discardableResult
    func save(_ uuid: String, _ ordinal: Int64, _ events: [FieldValue]) throws -> EventsDestination.Result {
        try destination(uuid).save(
            events.map { .success(EventSaving.Input(project: Self.project, body: $0)) }, firstOrdinal: ordinal,
            digest: "", now: WallClock.now())
    }

    @discardableResult
    func tell(_ uuid: String, _ ordinal: Int64, _ groups: [GroupLine]) throws -> EventsDestination.Result {
        try destination(uuid).save(
            groups.map { .success($0) }, firstOrdinal: ordinal, digest: "", now: WallClock.now())
    }

    func undo(_ uuid: String) throws -> UndoSummary {
        var summary = UndoSummary()
        let removal = try EventRemoval(of: uuid, in: site.database, .standard, referrers: [])
        try removal?.remove(&summary, begin: { () throws(StorageError) in try site.database.begin() }) { _, _ in }
        return summary
    }

    // MARK: - What there is to bring

    /// - Parameter changes: a JSON object with further keys
    static func event(
        _ id: Int, at seconds: Double = 0, received: Int = 10, hash: String = "aa", _ changes: String = "{}"
    ) throws -> FieldValue {
        let digits = String(id, radix: 16)
        var body = try parsed(
            #"""
            {"event_id":"\#(String(repeating: "0", count: 32 - digits.count) + digits)","project":5,"type":"error","level":"error",
             "platform":"python","timestamp":\#(start + seconds),"received":\#(received),
             "hashes":["\#(String(repeating: hash, count: 16))"],"environment":"prod","release":"p@1.0",
             "exception":{"values":[{"type":"E","value":"v"}]},"metadata":{"type":"E","value":"v"},"title":"E: v",
             "culprit":"c"}
            """#)
        for member in try parsed(changes).members { body[member.key] = member.value }
        return body
    }

    static func group(_ hashes: [String] = ["aa"], _ changes: String = "{}") throws -> GroupLine {
        var line = try parsed(
            #"""
            {"project":5,"id":77,"shortId":42,"status":1,"substatus":null,"priority":50,"type":1,"timesSeen":100,
             "firstSeen":"2023-10-01T00:00:00.000000Z","lastSeen":"2023-11-20T00:00:00.000000Z",
             "activeAt":"2023-11-19T00:00:00.000000Z","resolvedAt":"2023-11-19T00:00:00.000000Z","level":30,
             "platform":"python","logger":"l","message":"told","culprit":"there","data":{"title":"told"},
             "firstRelease":"p@0.9","assignee":{"user":3},"assignedAt":"2023-10-02T00:00:00.000000Z"}
            """#)
        line["hashes"] = .list(hashes.map { .text(String(repeating: $0, count: 16)) })
        for member in try parsed(changes).members { line[member.key] = member.value }
        return try GroupLine(EventText.messageBytes(line), ValueReader(maxDepth: 64))
    }

    // MARK: - What there is

    /// The one row of a table with its columns; fails if there are several.
    func row(_ table: String, _ columns: [String]) throws -> [Value] {
        let rows = try site.rows(table, columns)
        #expect(rows.count == 1, "\(table): \(rows)")
        return try #require(rows.first)
    }

    func count(_ table: String) throws -> Int { try site.rows(table, ["id"]).count }

    /// All that events leave, in words in which ids and numbers of issues do not matter.
    func state() throws -> [String] {
        let nodes = NodeText()
        let bodies = try site.rows("nodestore_node", ["data"]).map { row -> String in
            let text = try #require(nodes.inflated(row[0].text ?? ""))
            var body = try #require(nodes.value(text))
            body.remove("nodestore_insert")
            return "node \(spelled(body))"
        }
        var rows = try CanonicalRows(of: site)
        rows.nameGroupsByHashes()
        return (bodies + rows.texts()).sorted()
    }
}

/// A random order that a seed repeats.
struct SeededOrder: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
