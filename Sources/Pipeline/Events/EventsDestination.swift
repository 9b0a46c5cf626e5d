package import Catalogue
package import EventFormat
import ExportFormat
package import Storage

/// Saves the chunks of one relocation of events, each exactly once, and tells a sink about them. Not `Sendable`: it lives
/// with its connection.
// Eight properties: where it writes, what it writes with, and what the installation has set.
package final class EventsDestination {
    private let database: any Database
    private let saving: EventSaving
    private let ledger: EventLedger
    private let stream: StreamSettings
    private let tables: EventTableSet
    private let nodes = NodeText()
    /// Events that happened before are rejected; nil for none. Microseconds since 1970.
    private let oldest: Int64?

    /// - Parameter keepsOld: whether events that the installation's retention would remove at once are saved
    package init(
        _ database: any Database, _ catalogue: Catalogue, uuid: String, keepsOld: Bool, now: Int64
    ) throws(StorageError) {
        self.database = database
        stream = try StreamSettings(of: database, catalogue)
        ledger = EventLedger(database, uuid: uuid)
        do throws(CatalogueGap) {
            saving = try EventSaving(into: database, catalogue: catalogue, ledger: ledger)
            tables = try EventTableSet(catalogue)
        } catch {
            throw StorageError(.schemaMismatch, error.description)
        }
        let days = keepsOld ? nil : stream.retentionDays
        oldest = days.map { now - Int64($0) * 86_400_000_000 }
    }

    /// Throws if the destination lacks a table that saving needs.
    package func requireTables() throws(StorageError) {
        for table in tables.all where try !database.schema.hasTable(table.name) {
            throw StorageError(
                .schemaMismatch, "the destination has no table \(table.name), which events are saved into",
                table: table.name)
        }
        guard try database.schema.hasTable(OwnTables.standard.eventChunks.name) else {
            throw StorageError(
                .schemaMismatch,
                "the destination's ledger does not know chunks of events: relocation-worker migrate --ledger adds that",
                table: OwnTables.standard.eventChunks.name)
        }
    }

    /// What became of a chunk's events, and the messages about them.
    package struct Result {
        package let fates: [String]
        package let rejections: [(place: Int, rejection: EventRejection)]
        package let messages: [SinkMessage]
        package let isReplay: Bool
    }

    /// Saves a chunk and commits; if it was saved before, it only makes the messages anew.
    ///
    /// - Parameter digest: of the chunk's payload
    package func save(
        _ inputs: [Swift.Result<EventSaving.Input, EventRejection>], firstOrdinal: Int64, digest: String, now: Int64
    ) throws(StorageError) -> Result {
        try database.begin()
        do {
            if let known = try ledger.chunk(firstOrdinal) {
                let messages = try messages(of: known, inputs)
                database.rollback()
                return Result(fates: known.fates, rejections: [], messages: messages, isReplay: true)
            }
            let saved = try saving.save(inputs.map(young), now: now)
            try ledger.note(firstOrdinal, saved, digest: digest, now: now)
            try database.commit()
            return Result(
                fates: saved.fates.map(\.counter), rejections: saved.rejections,
                messages: saved.messages(settings: stream, startedAt: now, now: now), isReplay: false)
        } catch {
            database.rollback()
            throw error
        }
    }

    private func young(
        _ input: Swift.Result<EventSaving.Input, EventRejection>
    ) -> Swift.Result<EventSaving.Input, EventRejection> {
        guard let oldest, case .success(let event) = input, let seconds = event.body["timestamp"].number,
            seconds >= 0, seconds < 1e11, PythonTime.microseconds(seconds) < oldest
        else { return input }
        return .failure(
            EventRejection(
                "too-old", at: "timestamp", "is older than the destination keeps events; --keep-old takes it"))
    }

    // MARK: - Replays

    private func messages(
        of chunk: EventLedger.Chunk, _ inputs: [Swift.Result<EventSaving.Input, EventRejection>]
    ) throws(StorageError) -> [SinkMessage] {
        let ids = chunk.entries.map { EventHash.nodeID(project: $0.project, event: $0.event) }
        let bodies = try bodies(ids)
        let projects = try saving.projects(Set(chunk.entries.map(\.project)))
        var saved = SavedChunk()
        for (entry, id) in zip(chunk.entries, ids) {
            guard let project = projects[entry.project], let body = bodies[id] else { continue }
            saved.events.append(
                SavedEvent(place: entry.place, project: project, body: body, decision: entry.decision, nodeID: id))
        }
        for place in chunk.discarded where inputs.indices.contains(place) {
            guard case .success(let input) = inputs[place], let project = projects[input.project] else { continue }
            saved.discarded.append(
                SavedEvent(
                    place: place, project: project, body: input.body, decision: EventDecision(), nodeID: ""))
        }
        let groups = Set(
            saved.events.filter { $0.decision.isNew || $0.decision.isRegression }.compactMap(\.decision.group))
        saved.snapshots = try GroupRows.snapshots(groups.sorted(), tables.groups.group, database)
        return saved.messages(settings: stream, startedAt: chunk.savedAt, now: chunk.savedAt)
    }

    private func bodies(_ ids: [String]) throws(StorageError) -> [String: FieldValue] {
        guard !ids.isEmpty else { return [:] }
        let rows = try database.select(
            Select(["id", "data"], from: tables.node, where: [.isIn("id", Set(ids).map { .text($0) })]))
        var bodies: [String: FieldValue] = [:]
        for row in rows {
            guard let id = row[0].text, let data = row[1].text, let text = nodes.inflated(data) else { continue }
            bodies[id] = nodes.value(text)
        }
        return bodies
    }
}

extension SavedChunk {
    fileprivate var rejections: [(place: Int, rejection: EventRejection)] {
        fates.enumerated().compactMap { place, fate in
            if case .rejected(let rejection) = fate { (place, rejection) } else { nil }
        }
    }
}
