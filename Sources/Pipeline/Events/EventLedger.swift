import Catalogue
package import EventFormat
import ExportFormat
package import Storage

/// What the destination remembers of the chunks of events and groups that were saved: enough to tell all about them once more,
/// and to take it back. A chunk's place in the order of the ledger is its first line; that of groups is negative.
package struct EventLedger {
    let database: any Database
    let uuid: String
    private let table = OwnTables.standard.eventChunks
    private let reader = ValueReader(maxDepth: 16)

    /// Rows of the ledger that are read at once.
    private static let pageRows = 20

    package init(_ database: any Database, uuid: String) {
        self.database = database
        self.uuid = uuid
    }

    /// One saved event as the ledger remembers it.
    package struct Entry: Sendable, Equatable {
        package let place: Int
        package let project: Int64
        package let event: String
        /// Days since 1970.
        let day: Int64
        package let decision: EventDecision

        var node: String { EventHash.nodeID(project: project, event: event) }
    }

    /// One chunk.
    package struct Chunk: Sendable, Equatable {
        /// Microseconds since 1970.
        package let savedAt: Int64
        package let entries: [Entry]
        /// Places of events whose issue was discarded.
        package let discarded: [Int]
        package let groups: [GroupShare]
        /// One per line of the chunk: empty for those that were saved, else what became of them.
        package let fates: [String]

        init(savedAt: Int64, _ value: FieldValue) {
            self.savedAt = savedAt
            entries = value["saved"].items.compactMap(Entry.init)
            discarded = value["discarded"].items.compactMap { $0.number.map { Int($0) } }
            groups = value["groups"].items.compactMap(GroupShare.init)
            fates = value["fates"].items.map { $0.text ?? "" }
        }
    }

    // MARK: - Own chunks

    /// Keeps others that save events, or undo it, waiting until the open transaction ends: counters are read and written, and
    /// what files tell of groups counts for all relocations. Returns how many chunks of this relocation there are.
    func lock() throws(StorageError) -> Int {
        try database.count(table, where: [.equals("uuid", .text(uuid))], alone: "relocation.events")
    }

    /// How many chunks of this relocation were saved; none without a ledger.
    package func chunks() throws(StorageError) -> Int {
        try database.schema.hasTable(table.name) ? try places().count : 0
    }

    package func chunk(_ firstOrdinal: Int64) throws(StorageError) -> Chunk? {
        let rows = try database.select(
            Select(
                ["saved_at", "decisions"], from: table,
                where: [.equals("uuid", .text(uuid)), .equals("first_ordinal", .integer(firstOrdinal))]))
        guard let row = rows.first else { return nil }
        guard let value = value(row[1]) else {
            throw StorageError(.other, "a row of relocation.eventchunk cannot be read", table: table.name)
        }
        return Chunk(savedAt: row[0].timestamp ?? 0, value)
    }

    /// The places of this relocation's chunks, in the order in which they were saved.
    func places() throws(StorageError) -> [Int64] {
        try database.select(Select(["first_ordinal"], from: table, where: [.equals("uuid", .text(uuid))]))
            .map(\.[0].number)
    }

    /// Remembers a chunk, in the transaction that saves it.
    package func note(_ firstOrdinal: Int64, _ saved: SavedChunk, digest: String, now: Int64) throws(StorageError) {
        let value = FieldValue.object([
            .init("format", .integer(1)), .init("saved", .list(saved.events.map { Entry($0).value })),
            .init("discarded", .list(saved.discarded.map { .integer(Int64($0.place)) })),
            .init("fates", .list(saved.fates.map { .text($0.counter) })),
        ])
        try insert(firstOrdinal, events: saved.events.count, digest: digest, value, now: now)
    }

    func note(_ firstOrdinal: Int64, _ saved: SavedGroups, digest: String, now: Int64) throws(StorageError) {
        let value = FieldValue.object([
            .init("format", .integer(1)), .init("groups", .list(saved.shares.map(\.value))),
            .init("fates", .list(saved.fates.map { .text($0.counter) })),
        ])
        try insert(firstOrdinal, events: 0, digest: digest, value, now: now)
    }

    private func insert(
        _ firstOrdinal: Int64, events: Int, digest: String, _ value: FieldValue, now: Int64
    ) throws(StorageError) {
        let ids = try database.reserveIDs(1, for: table)
        try database.insert(
            Insert(
                into: table,
                columns: ["id", "uuid", "first_ordinal", "events", "digest", "saved_at", "decisions"],
                rows: [
                    [
                        .integer(ids.first ?? 0), .text(uuid), .integer(firstOrdinal), .integer(Int64(events)),
                        .text(digest), .timestamp(now), .text(EventText.message(value)),
                    ]
                ]))
    }

    /// Forgets a chunk that is undone.
    func forget(_ firstOrdinal: Int64) throws(StorageError) {
        try database.delete(
            from: table, where: [.equals("uuid", .text(uuid)), .equals("first_ordinal", .integer(firstOrdinal))])
    }

    // MARK: - All relocations

    private static let columns = ["id", "uuid", "saved_at", "decisions"]

    /// Reads the chunks of all relocations: the whole ledger, for what is rare.
    func readAll(_ take: (_ row: LedgerRow) -> Void) throws(StorageError) {
        try database.read(Select(Self.columns, from: table), pageRows: Self.pageRows) { page throws(StorageError) in
            for row in page { if let row = ledgerRow(row) { take(row) } }
        }
    }

    /// Reads the chunks of other relocations that came after a row of the ledger; returns the last row.
    func readOthers(after last: Int64, _ take: (_ row: LedgerRow) -> Void) throws(StorageError) -> Int64 {
        let rows = try database.select(
            Select(["id", "uuid"], from: table, where: [.greaterThan("id", .integer(last))]))
        let others = rows.filter { $0[1].text != uuid }.map { $0[0] }
        for start in stride(from: 0, to: others.count, by: Self.pageRows) {
            let page = Array(others[start..<min(start + Self.pageRows, others.count)])
            for row in try database.select(Select(Self.columns, from: table, where: [.isIn("id", page)])) {
                if let row = ledgerRow(row) { take(row) }
            }
        }
        return rows.last?[0].integer ?? last
    }

    private func ledgerRow(_ row: [Value]) -> LedgerRow? {
        value(row[3]).map {
            LedgerRow(
                id: row[0].number, uuid: row[1].text ?? "", chunk: Chunk(savedAt: row[2].timestamp ?? 0, $0))
        }
    }

    /// The days of events that relocations have saved, by their keys in the node store.
    func days(of nodes: Set<String>) throws(StorageError) -> [String: Set<Int64>] {
        var days: [String: Set<Int64>] = [:]
        try readAll { row in
            for entry in row.chunk.entries where nodes.contains(entry.node) {
                days[entry.node, default: []].insert(entry.day)
            }
        }
        return days
    }

    /// How many events relocations have counted in groups.
    func counted(in groups: Set<Int64>) throws(StorageError) -> [Int64: Int64] {
        var counts: [Int64: Int64] = [:]
        try readAll { row in
            for entry in row.chunk.entries where entry.decision.counts {
                if let group = entry.decision.group, groups.contains(group) { counts[group, default: 0] += 1 }
            }
        }
        return counts
    }

    /// The ids of rows that may be chunks of groups.
    func groupChunkRows() throws(StorageError) -> [Int64] {
        try database.select(Select(["id"], from: table, where: [.equals("events", .integer(0))])).map(\.[0].number)
    }

    func shares(inRows rows: [Int64]) throws(StorageError) -> [GroupShare] {
        guard !rows.isEmpty else { return [] }
        return try database.select(
            Select(["decisions"], from: table, where: [.isIn("id", rows.map { .integer($0) })])
        ).flatMap { row in value(row[0])?["groups"].items.compactMap(GroupShare.init) ?? [] }
    }

    /// Writes what is decided anew about the events of a chunk, of whatever relocation.
    func update(_ row: LedgerRow, counting places: Set<Int>) throws(StorageError) {
        let found = try database.select(
            Select(["decisions"], from: table, where: [.equals("id", .integer(row.id))]))
        guard let text = found.first?[0], var value = value(text) else { return }
        value["saved"] = .list(
            row.chunk.entries.map { entry in places.contains(entry.place) ? entry.counting.value : entry.value })
        try database.update(
            Update(table, set: ["decisions"], rows: [[.integer(row.id), .text(EventText.message(value))]]))
    }

    private func value(_ text: Value) -> FieldValue? { try? reader.value(Array((text.text ?? "").utf8)) }
}

/// One row of the ledger.
struct LedgerRow {
    let id: Int64
    let uuid: String
    let chunk: EventLedger.Chunk
}

// The ledger's lists: short, since there is one per event.
extension EventLedger.Entry {
    fileprivate init(_ event: SavedEvent) {
        self.init(
            place: event.place, project: event.project.id, event: event.body["event_id"].text ?? "", day: event.day,
            decision: event.decision)
    }

    fileprivate init?(_ value: FieldValue) {
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
        let day = parts.count > 5 ? parts[5].number.map { Int64($0) } : nil
        self.init(place: Int(place), project: project, event: event, day: day ?? 0, decision: decision)
    }

    fileprivate var value: FieldValue {
        let flags: Int64 =
            (decision.isNew ? 1 : 0) | (decision.isNewEnvironment ? 2 : 0) | (decision.isRegression ? 4 : 0)
            | (decision.counts ? 8 : 0)
        return .list([
            .integer(Int64(place)), .integer(project), .text(event), decision.group.map { .integer($0) } ?? .null,
            .integer(flags), .integer(day),
        ])
    }

    fileprivate var counting: Self {
        var decision = decision
        decision.counts = true
        return Self(place: place, project: project, event: event, day: day, decision: decision)
    }
}

extension GroupShare {
    fileprivate init?(_ value: FieldValue) {
        let parts = value.items.map { item -> Int64 in if case .integer(let number) = item { number } else { 0 } }
        guard parts.count >= 6 else { return nil }
        self.init(
            place: Int(parts[0]), project: parts[1], group: parts[2], source: parts[3], timesSeen: parts[4],
            isNew: parts[5] == 1)
    }

    fileprivate var value: FieldValue {
        .list(
            [Int64(place), project, group, source, timesSeen, isNew ? 1 : 0].map { .integer($0) })
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
