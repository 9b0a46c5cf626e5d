package import Catalogue
import EventFormat
package import Storage

/// Takes back what a relocation of events has saved: its events, what they count, and the groups that hold nothing else. Releases
/// and environments stay, and published messages cannot be recalled. One chunk of the ledger goes per transaction, with its row
/// there: whoever takes over goes on with the rest.
// Nine properties: where it works, and what it works on.
package final class EventRemoval {
    private let database: any Database
    private let tables: EventTableSet
    private let ledger: EventLedger
    private let shares: GroupShares
    private let others: OtherEvents
    private let ids = IDAllocator(looksAhead: false)
    /// Columns of other tables that refer to groups.
    private let users: [(table: Table, column: String)]

    /// nil if the ledger knows no events of the relocation.
    ///
    /// - Parameter referrers: to groups; a group that one of them refers to stays
    package init?(
        of uuid: String, in database: any Database, _ catalogue: Catalogue, referrers: [(table: Table, column: String)]
    ) throws(StorageError) {
        guard try database.schema.hasTable(OwnTables.standard.eventChunks.name) else { return nil }
        self.database = database
        ledger = EventLedger(database, uuid: uuid)
        guard try !ledger.places().isEmpty else { return nil }
        shares = GroupShares(ledger)
        others = OtherEvents(ledger)
        do throws(CatalogueGap) { tables = try EventTableSet(catalogue) } catch {
            throw StorageError(.schemaMismatch, error.description)
        }
        let own = Set(tables.groups.all.map(\.name))
        users = referrers.filter { !own.contains($0.table.name) }
    }

    /// What there is to remove of the node store and of groups. Only reads.
    package func count() throws(StorageError) -> UndoSummary {
        var summary = UndoSummary()
        var less: [Int64: Int64] = [:]
        try shares.refresh()
        for place in try ledger.places() {
            guard let chunk = try ledger.chunk(place) else { continue }
            let gone = try leaving(chunk)
            let nodes = gone.nodes.map { Value.text($0) }
            let rows = try database.select(Select(["id"], from: tables.node, where: [.isIn("id", nodes)])).count
            summary.count(tables.node.name) {
                $0.removed += rows
                $0.kept += gone.kept
            }
            less.merge(try lessSeen(chunk, gone)) { $0 + $1 }
        }
        let empty = try emptied(less)
        summary.count(tables.groups.group.name) { $0.removed += empty.count }
        summary.total = summary.totals.removed
        return summary
    }

    /// Removes everything, chunk by chunk; `pass` runs after each transaction and ends the work by throwing. `begin` opens a
    /// transaction in which no worker of the relocation commits.
    package func remove(
        _ summary: inout UndoSummary, begin: () throws(StorageError) -> Void,
        pass: (UndoSummary, String) throws -> Void
    ) throws {
        for place in try ledger.places() {
            var found = summary
            do throws(StorageError) {
                try begin()
                _ = try ledger.lock()
                try remove(place, &found)
                try database.commit()
            } catch {
                database.rollback()
                shares.rolledBack()
                throw error
            }
            summary = found
            try pass(summary, tables.node.name)
        }
    }

    // MARK: - One chunk

    /// Events of a chunk that no other relocation has saved.
    private struct Leaving {
        var nodes: [String] = []
        var kept = 0
        /// Group → events that it counts no more.
        var counted: [Int64: Int64] = [:]
        /// Chunks of other relocations that count events from now on, and the places of these.
        var successors: [(row: LedgerRow, places: Set<Int>)] = []

        /// - Parameters:
        ///   - owed: events that nobody counts from now on
        ///   - shared: keys in the node store that others have saved too
        func taking(_ chunk: EventLedger.Chunk, _ owed: Set<EventDay>, _ shared: Set<String>) -> Leaving {
            var gone = self
            for entry in chunk.entries where entry.decision.counts && owed.contains(EventDay(entry)) {
                if let group = entry.decision.group { gone.counted[group, default: 0] += 1 }
            }
            // What was there before anybody counted it is not ours.
            let own = Set(chunk.entries.filter(\.decision.counts).map(\.node))
            gone.nodes = own.subtracting(shared).sorted()
            gone.kept = Set(chunk.entries.map(\.node)).count - gone.nodes.count
            return gone
        }
    }

    private func leaving(_ chunk: EventLedger.Chunk) throws(StorageError) -> Leaving {
        guard !chunk.entries.isEmpty else { return Leaving() }
        var owed = Set(chunk.entries.filter(\.decision.counts).map { EventDay($0) })
        let nodes = Set(chunk.entries.map(\.node))
        var shared: Set<String> = []
        var gone = Leaving()
        guard try others.mayHold(nodes) else { return gone.taking(chunk, owed, shared) }
        try ledger.readAll { [ledger] row in
            guard row.uuid != ledger.uuid else { return }
            var places: Set<Int> = []
            for entry in row.chunk.entries where nodes.contains(entry.node) {
                shared.insert(entry.node)
                if owed.remove(EventDay(entry)) != nil { places.insert(entry.place) }
            }
            if !places.isEmpty { gone.successors.append((row, places)) }
        }
        return gone.taking(chunk, owed, shared)
    }

    private func remove(_ place: Int64, _ summary: inout UndoSummary) throws(StorageError) {
        guard let chunk = try ledger.chunk(place) else { return }
        try shares.refresh()
        let gone = try leaving(chunk)
        let rows = try database.delete(from: tables.node, where: [.isIn("id", gone.nodes.map { .text($0) })])
        summary.count(tables.node.name) {
            $0.removed += rows
            $0.kept += gone.kept
        }
        for (row, places) in gone.successors { try ledger.update(row, counting: places) }
        let told = Set(chunk.groups.map(\.group))
        let before = try contributions(told)
        try ledger.forget(place)
        if !told.isEmpty { shares.rolledBack() }
        try shares.refresh()
        let after = try contributions(told)
        var less = gone.counted.filter { !shares.contains($0.key) }
        for group in told { less[group, default: 0] += (before[group] ?? 0) - (after[group] ?? 0) }
        try lower(less, &summary)
    }

    /// What a chunk adds to how often its groups were seen, as if no other relocation told of them.
    private func lessSeen(_ chunk: EventLedger.Chunk, _ gone: Leaving) throws(StorageError) -> [Int64: Int64] {
        var less = gone.counted.filter { !shares.contains($0.key) }
        for share in chunk.groups { less[share.group, default: 0] += share.timesSeen }
        return less
    }

    /// Groups of which nothing is left if they are seen so much less often, and that nobody else refers to.
    private func emptied(_ less: [Int64: Int64]) throws(StorageError) -> Set<Int64> {
        let rows = try database.select(
            Select(
                ["id", "times_seen"], from: tables.groups.group,
                where: [.isIn("id", less.keys.sorted().map { .integer($0) })]))
        let empty = Set(rows.filter { $0[1].number <= less[$0[0].number] ?? 0 }.map(\.[0].number))
        return empty.subtracting(try usedGroups(empty))
    }

    /// How often groups were seen because of relocations: what files say, else the events that came.
    private func contributions(_ groups: Set<Int64>) throws(StorageError) -> [Int64: Int64] {
        let untold = groups.filter { !shares.contains($0) }
        let counted = untold.isEmpty ? [:] : try ledger.counted(in: untold)
        return Dictionary(uniqueKeysWithValues: groups.map { ($0, shares.total(of: $0) ?? counted[$0] ?? 0) })
    }

    // MARK: - Groups

    private func lower(_ less: [Int64: Int64], _ summary: inout UndoSummary) throws(StorageError) {
        let rows = RowSet<Int64>(tables.groups.group, GroupColumns.all, ids: ids) { _ in nil }
        try rows.loadByID(from: database, less.keys.sorted().map { .integer($0) })
        var empty: Set<Int64> = []
        for row in rows.all {
            guard let id = row.id.integer else { continue }
            var group = GroupState { rows.value($0, of: row) }
            group.add(times: -(less[id] ?? 0))
            for (column, value) in group.changes { rows.set(column, value, of: row) }
            if group["times_seen"].number <= 0 { empty.insert(id) }
        }
        let used = try usedGroups(empty)
        empty.subtract(used)
        if !used.isEmpty { summary.count(tables.groups.group.name) { $0.kept += used.count } }
        try rows.flush(to: database)
        if !empty.isEmpty { try remove(groups: empty.sorted().map { .integer($0) }, &summary) }
    }

    /// Groups that somebody else refers to: what people have said about them, for instance.
    private func usedGroups(_ groups: Set<Int64>) throws(StorageError) -> Set<Int64> {
        guard !groups.isEmpty else { return [] }
        let ids = groups.sorted().map { Value.integer($0) }
        var used: Set<Int64> = []
        for user in users where try database.schema.hasTable(user.table.name) {
            let rows = try database.select(
                Select([user.column], from: user.table, where: [.isIn(user.column, ids)], orderBy: user.column))
            used.formUnion(rows.map(\.[0].number))
        }
        let said = try database.select(
            Select(
                ["group_id"], from: tables.groups.activity, where: [.isIn("group_id", ids), .isNotNull("user_id")]))
        return used.union(said.map(\.[0].number))
    }

    private func remove(groups: [Value], _ summary: inout UndoSummary) throws(StorageError) {
        try uncount(groups)
        let set = tables.groups
        for table in [
            set.hash, set.environment, set.release, set.assignee, set.resolution, set.activity, set.history,
        ] { try remove(from: table, "group_id", groups, &summary) }
        try remove(from: set.group, "id", groups, &summary)
    }

    private func remove(
        from table: Table, _ column: String, _ ids: [Value], _ summary: inout UndoSummary
    ) throws(StorageError) {
        let rows = try database.delete(from: table, where: [.isIn(column, ids)])
        if rows > 0 { summary.count(table.name) { $0.removed += rows } }
    }

    /// Releases count the groups that began with them no more.
    private func uncount(_ groups: [Value]) throws(StorageError) {
        let first = try database.select(
            Select(["id", "project_id", "first_release_id"], from: tables.groups.group, where: [.isIn("id", groups)]))
        let projects = Dictionary(first.map { ($0[0], $0[1].number) }, uniquingKeysWith: { one, _ in one })
        let here = try database.select(
            Select(
                ["group_id", "first_release_id", "environment_id"], from: tables.groups.environment,
                where: [.isIn("group_id", groups)]))
        let releases = ReleaseRows(tables, database, ids: ids, order: .time)
        try releases.load(
            firstReleases: Set((first.map { $0[2] } + here.map { $0[1] }).compactMap(\.integer)),
            projects: Set(projects.values))
        for row in first { releases.uncount(group: row[1].number, release: row[2].integer) }
        for row in here {
            releases.uncount(issue: projects[row[0]] ?? 0, release: row[1].integer, environment: row[2].number)
        }
        try releases.flush()
    }
}

/// An event on one day.
private struct EventDay: Hashable {
    private let node: String
    private let day: Int64

    init(_ entry: EventLedger.Entry) {
        node = entry.node
        day = entry.day
    }
}

/// Which events the ledger's other relocations may have saved, by the first digits of their keys in the node store.
private final class OtherEvents {
    private let ledger: EventLedger
    private var readUpTo: Int64 = 0
    private var nodes: Set<String> = []

    /// A text of so many bytes needs no memory of its own.
    private static let digits = 15

    init(_ ledger: EventLedger) { self.ledger = ledger }

    /// Whether another relocation may have saved one of the events.
    func mayHold(_ keys: Set<String>) throws(StorageError) -> Bool {
        var nodes = nodes
        readUpTo = try ledger.readOthers(after: readUpTo) { row in
            for entry in row.chunk.entries { nodes.insert(String(entry.node.prefix(Self.digits))) }
        }
        self.nodes = nodes
        return keys.contains { nodes.contains(String($0.prefix(Self.digits))) }
    }
}
