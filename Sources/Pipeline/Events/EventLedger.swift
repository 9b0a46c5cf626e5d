import Catalogue
package import EventFormat
import ExportFormat
package import Storage

/// What the destination remembers of the chunks of events that were saved: enough to tell all about them once more.
package struct EventLedger {
    private let database: any Database
    private let uuid: String
    private let table = OwnTables.standard.eventChunks

    package init(_ database: any Database, uuid: String) {
        self.database = database
        self.uuid = uuid
    }

    /// One saved event as the ledger remembers it.
    package struct Entry: Sendable, Equatable {
        package let place: Int
        package let project: Int64
        package let event: String
        package let decision: EventDecision
    }

    /// One chunk.
    package struct Chunk: Sendable, Equatable {
        /// Microseconds since 1970.
        package let savedAt: Int64
        package let entries: [Entry]
        /// Places of events whose issue was discarded.
        package let discarded: [Int]
        /// One per event of the chunk: empty for those that were saved, else what became of them.
        package let fates: [String]
    }

    package func chunk(_ firstOrdinal: Int64) throws(StorageError) -> Chunk? {
        let rows = try database.select(
            Select(
                ["saved_at", "decisions"], from: table,
                where: [.equals("uuid", .text(uuid)), .equals("first_ordinal", .integer(firstOrdinal))]))
        guard let row = rows.first else { return nil }
        guard let text = row[1].text, let value = try? ValueReader(maxDepth: 16).value(Array(text.utf8)) else {
            throw StorageError(.other, "a row of relocation.eventchunk cannot be read", table: table.name)
        }
        return Chunk(
            savedAt: row[0].timestamp ?? 0, entries: value["saved"].items.compactMap(Self.entry),
            discarded: value["discarded"].items.compactMap { $0.number.map { Int($0) } },
            fates: value["fates"].items.map { $0.text ?? "" })
    }

    /// The days of events that relocations have saved, by their keys in the node store. It reads the whole ledger: it is for
    /// the rare event that the node store holds with another day.
    func days(of nodes: Set<String>) throws(StorageError) -> [String: Set<Int64>] {
        var days: [String: Set<Int64>] = [:]
        let reader = ValueReader(maxDepth: 16)
        try database.read(Select(["decisions"], from: table), pageRows: 20) { page throws(StorageError) in
            for row in page {
                guard let value = try? reader.value(Array((row[0].text ?? "").utf8)) else { continue }
                for item in value["saved"].items where item.items.count > 5 {
                    guard let entry = Self.entry(item), case .integer(let day) = item.items[5] else { continue }
                    let id = EventHash.nodeID(project: entry.project, event: entry.event)
                    if nodes.contains(id) { days[id, default: []].insert(day) }
                }
            }
        }
        return days
    }

    /// Remembers a chunk, in the transaction that saves it.
    package func note(
        _ firstOrdinal: Int64, _ saved: SavedChunk, digest: String, now: Int64
    ) throws(StorageError) {
        let value = FieldValue.object([
            .init("format", .integer(1)), .init("saved", .list(saved.events.map(Self.value))),
            .init("discarded", .list(saved.discarded.map { .integer(Int64($0.place)) })),
            .init("fates", .list(saved.fates.map { .text($0.counter) })),
        ])
        let ids = try database.reserveIDs(1, for: table)
        try database.insert(
            Insert(
                into: table,
                columns: ["id", "uuid", "first_ordinal", "events", "digest", "saved_at", "decisions"],
                rows: [
                    [
                        .integer(ids.first ?? 0), .text(uuid), .integer(firstOrdinal),
                        .integer(Int64(saved.events.count)), .text(digest), .timestamp(now),
                        .text(EventText.message(value)),
                    ]
                ]))
    }

    private static func value(_ event: SavedEvent) -> FieldValue {
        let flags: Int64 =
            (event.decision.isNew ? 1 : 0) | (event.decision.isNewEnvironment ? 2 : 0)
            | (event.decision.isRegression ? 4 : 0) | (event.decision.counts ? 8 : 0)
        return .list([
            .integer(Int64(event.place)), .integer(event.project.id), event.body["event_id"],
            event.decision.group.map { .integer($0) } ?? .null, .integer(flags), .integer(event.day),
        ])
    }

    private static func entry(_ value: FieldValue) -> Entry? {
        let parts = value.items
        guard parts.count >= 5, case .integer(let place) = parts[0], case .integer(let project) = parts[1],
            let event = parts[2].text, case .integer(let flags) = parts[4]
        else { return nil }
        var decision = EventDecision()
        if case .integer(let group) = parts[3] { decision.group = group }
        decision.isNew = flags & 1 != 0
        decision.isNewEnvironment = flags & 2 != 0
        decision.isRegression = flags & 4 != 0
        decision.counts = flags & 8 != 0
        return Entry(place: Int(place), project: project, event: event, decision: decision)
    }
}

extension EventFate {
    /// The name under which operators count it; empty for a saved event.
    package var counter: String {
        switch self {
        case .saved: ""
        case .replaced: "replaced"
        case .superseded: "superseded"
        case .discarded: "discarded"
        case .otherCategory: "other-category"
        case .rejected(let rejection): "rejected:" + rejection.kind
        }
    }
}
