package import Catalogue
package import EventFormat
import ExportFormat
package import Ledger
package import Storage

/// Saves the chunks of one relocation of events, each exactly once, and tells a sink about them. Not `Sendable`: it lives
/// with its connection.
// Nine properties: where it writes, what it writes with, and what the installation has set.
package final class EventsDestination {
    private let database: any Database
    private let saving: EventSaving
    private let ledger: EventLedger
    private let register: ImportRegister?
    private let stream: StreamSettings
    private let tables: EventTableSet
    private let nodes = NodeText()
    /// Events that happened before are rejected; nil for none. Microseconds since 1970.
    private let oldest: Int64?
    /// Chunks of this relocation that the database holds.
    package private(set) var savedChunks = 0

    /// - Parameters:
    ///   - keepsOld: whether events that the installation's retention would remove at once are saved
    ///   - register: the relocation's entry, to be written with its first chunk
    package init(
        _ database: any Database, _ catalogue: Catalogue, uuid: String, keepsOld: Bool, now: Int64,
        register: ImportRegister? = nil
    ) throws(StorageError) {
        self.database = database
        self.register = register
        stream = try StreamSettings(of: database, catalogue)
        ledger = EventLedger(database, uuid: uuid)
        do throws(CatalogueGap) {
            var settings = SavingSettings()
            settings.order = .time
            saving = try EventSaving(into: database, catalogue: catalogue, settings: settings, ledger: ledger)
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
        try once(firstOrdinal, now: now) { known throws(StorageError) in
            try messages(of: known, inputs)
        } save: { () throws(StorageError) in
            let saved = try saving.save(inputs.map(young), now: now)
            try ledger.note(firstOrdinal, saved, digest: digest, now: now)
            return (saved.fates, saved.messages(settings: stream, startedAt: now, now: now))
        }
    }

    /// The same for groups.
    package func save(
        _ groups: [Swift.Result<GroupLine, EventRejection>], firstOrdinal: Int64, digest: String, now: Int64
    ) throws(StorageError) -> Result {
        try once(-firstOrdinal, now: now) { known throws(StorageError) in
            try GroupRows.snapshots(known.groups.map(\.group), tables.groups, database).map {
                $0.message(now: known.savedAt)
            }
        } save: { () throws(StorageError) in
            let saved = try saving.save(groups, now: now)
            try ledger.note(-firstOrdinal, saved, digest: digest, now: now)
            return (saved.fates, saved.snapshots.map { $0.message(now: now) })
        }
    }

    /// Saves what the ledger does not know yet, with its row in the ledger, in one transaction.
    private func once(
        _ place: Int64, now: Int64, known: (EventLedger.Chunk) throws(StorageError) -> [SinkMessage],
        save: () throws(StorageError) -> ([EventFate], [SinkMessage])
    ) throws(StorageError) -> Result {
        try database.begin()
        do {
            _ = try ledger.lock()
            if let chunk = try ledger.chunk(place) {
                let messages = try known(chunk)
                database.rollback()
                return Result(fates: chunk.fates, rejections: [], messages: messages, isReplay: true)
            }
            try register?.noteBegin(now: now)
            let (fates, messages) = try save()
            try database.commit()
            savedChunks += 1
            return Result(
                fates: fates.map(\.counter), rejections: fates.rejections, messages: messages, isReplay: false)
        } catch {
            database.rollback()
            register?.rolledBack()
            saving.rolledBack()
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

    /// A relocation that has ended goes on; one that was undone begins anew.
    package func reopen() throws(StorageError) {
        savedChunks = try ledger.chunks()
        guard let register, register.found?.end != nil else { return }
        try alone { () throws(StorageError) in try register.reopen() }
    }

    /// Lets projects compute a second kind of hashes for a while, so that new events find issues that were grouped so.
    ///
    /// - Parameter groupings: project → grouping configuration
    package func continueIssues(of groupings: [Int64: String], now: Int64) throws(StorageError) {
        guard !groupings.isEmpty else { return }
        try alone { () throws(StorageError) in
            try SecondaryGrouping(database, tables.option).set(groupings, now: now)
        }
    }

    /// A transaction beside which no other of events goes on.
    private func alone(_ work: () throws(StorageError) -> Void) throws(StorageError) {
        try database.withTransaction { () throws(StorageError) in
            _ = try ledger.lock()
            try work()
        }
    }

    // MARK: - Replays

    private func messages(
        of chunk: EventLedger.Chunk, _ inputs: [Swift.Result<EventSaving.Input, EventRejection>]
    ) throws(StorageError) -> [SinkMessage] {
        let ids = chunk.entries.map(\.node)
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
        saved.snapshots = try GroupRows.snapshots(groups.sorted(), tables.groups, database)
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

extension [EventFate] {
    fileprivate var rejections: [(place: Int, rejection: EventRejection)] {
        enumerated().compactMap { place, fate in
            if case .rejected(let rejection) = fate { (place, rejection) } else { nil }
        }
    }
}
