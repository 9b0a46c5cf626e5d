package import Catalogue
package import EventFormat
package import ExportFormat
package import Storage

/// Saves events into an installation: each step over all events of a chunk, rows in bulk. The caller opens and commits the
/// transaction. Not `Sendable`: it lives with its connection.
// Nine properties: where it writes, and what it knows.
package final class EventSaving {
    private let database: any Database
    private let tables: EventTableSet
    private let ids: IDAllocator
    /// One for each thread.
    private let nodes = (0..<Parallel.lanes).map { _ in NodeText() }
    private let settings: SavingSettings
    private let reader = ValueReader(maxDepth: 1024)
    private let ledger: EventLedger?
    private let shares: GroupShares?

    package init(
        into database: any Database, catalogue: Catalogue, settings: SavingSettings = SavingSettings(),
        ledger: EventLedger? = nil
    ) throws(CatalogueGap) {
        self.database = database
        self.ledger = ledger
        shares = ledger.map { GroupShares($0) }
        self.settings = settings
        tables = try EventTableSet(catalogue)
        ids = IDAllocator(looksAhead: settings.reservesAhead)
    }

    /// One event as it comes: the project that it is saved into, and its body.
    package struct Input {
        package let project: Int64
        package let body: FieldValue

        package init(project: Int64, body: FieldValue) {
            self.project = project
            self.body = body
        }
    }

    /// Saves the events of a chunk in the open transaction.
    ///
    /// - Parameters:
    ///   - inputs: in their order; nil for what was rejected before
    ///   - now: microseconds since 1970: one moment for all
    package func save(_ inputs: [Result<Input, EventRejection>], now: Int64) throws(StorageError) -> SavedChunk {
        let projects = try projects(inputs)
        let drafts = Parallel.map(inputs) { _, input in
            Result { () throws(EventRejection) in try draft(input, projects, now: now) }
        }
        var fates: [EventFate] = []
        var jobs: [EventJob] = []
        for (place, draft) in drafts.enumerated() {
            do throws(EventRejection) {
                let (project, draft) = try draft.get()
                jobs.append(EventJob(place: place, project: project, draft: draft))
                fates.append(.saved)
            } catch {
                fates.append(.rejected(error))
            }
        }
        let saved = try save(jobs, now: now)
        for job in jobs {
            fates[job.place] = job.fate == .saved && !job.decision.counts ? .replaced : job.fate
        }
        return SavedChunk(fates: fates, events: saved.events, discarded: saved.discarded, snapshots: saved.snapshots)
    }

    /// The transaction was rolled back.
    func rolledBack() { shares?.rolledBack() }

    /// Gives groups the state that a file tells of them, in the open transaction.
    package func save(_ inputs: [Result<GroupLine, EventRejection>], now: Int64) throws(StorageError) -> SavedGroups {
        try shares?.refresh()
        let lines = inputs.compactMap { try? $0.get() }
        let projects = try projects(Set(lines.map(\.project)))
        let rows = GroupRows(tables.groups, database, ids: ids, order: settings.order, shares: shares)
        let releases = ReleaseRows(tables, database, ids: ids, order: settings.order)
        var taken = try rows.load(lines)
        try releases.load(versions: Set(lines.compactMap(\.firstRelease)), of: Set(projects.values))
        let counted = try counted(rows)
        var saved = SavedGroups()
        for (place, input) in inputs.enumerated() {
            switch input {
            case .failure(let rejection): saved.fates.append(.rejected(rejection))
            case .success(let line):
                guard let project = projects[line.project] else {
                    saved.fates.append(.rejected(.unknownProject(line.project)))
                    continue
                }
                let release = try line.firstRelease.map { version throws(StorageError) in
                    try releases.release(version, project, added: line.times.firstSeen).id
                }
                let found = try rows.take(line, firstRelease: release, taken: &taken) { group in
                    shares?.share(of: line, in: group) ?? counted[group] ?? 0
                }
                saved.add(line, place, found)
                if let share = saved.shares.last, share.place == place { shares?.add(share) }
            }
        }
        try releases.flush()
        try rows.flush()
        saved.snapshots = saved.shares.compactMap { rows.snapshot($0.group) }
        return saved
    }

    /// How many events relocations have counted of groups of which no file has told yet.
    private func counted(_ rows: GroupRows) throws(StorageError) -> [Int64: Int64] {
        let untold = Set(rows.groups.all.compactMap(\.id.integer)).filter { shares?.contains($0) != true }
        return untold.isEmpty ? [:] : try ledger?.counted(in: untold) ?? [:]
    }

    // MARK: - Checks

    private func projects(_ inputs: [Result<Input, EventRejection>]) throws(StorageError) -> [Int64: EventProject] {
        try projects(Set(inputs.compactMap { try? $0.get().project }))
    }

    /// The projects that the destination has of these.
    func projects(_ ids: Set<Int64>) throws(StorageError) -> [Int64: EventProject] {
        guard !ids.isEmpty else { return [:] }
        let rows = try database.select(
            Select(
                ["id", "organization_id", "slug"], from: tables.project,
                where: [.isIn("id", ids.map { .integer($0) })]))
        let options = try problemOptions(ids)
        let found = rows.map { row in
            EventProject(
                id: row[0].number, organization: row[1].number, slug: row[2].text ?? "",
                problemOptions: options[row[0].number] ?? .null)
        }
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func problemOptions(_ projects: Set<Int64>) throws(StorageError) -> [Int64: FieldValue] {
        let rows = try database.select(
            Select(
                ["project_id", "value"], from: tables.option,
                where: [
                    .isIn("project_id", projects.map { .integer($0) }),
                    .equals("key", .text("sentry:performance_issue_settings")),
                ]))
        var out: [Int64: FieldValue] = [:]
        for row in rows { out[row[0].number] = try? reader.value(Array((row[1].text ?? "").utf8)) }
        return out
    }

    private func draft(
        _ input: Result<Input, EventRejection>, _ projects: [Int64: EventProject], now: Int64
    ) throws(EventRejection) -> (EventProject, EventDraft) {
        let input = try input.get()
        guard let project = projects[input.project] else {
            throw .unknownProject(input.project)
        }
        return (project, try EventDraft(input.body, project: project.id, now: now))
    }

    // MARK: - Steps

    private func save(_ jobs: [EventJob], now: Int64) throws(StorageError) -> SavedChunk {
        guard !jobs.isEmpty else { return SavedChunk() }
        try shares?.refresh()
        try EventRepeats(database, tables.node, nodes[0], ledger).mark(jobs)
        let jobs = jobs.filter { $0.fate == .saved }
        let releases = ReleaseRows(tables, database, ids: ids, order: settings.order)
        let groups = GroupRows(tables.groups, database, ids: ids, order: settings.order, shares: shares)
        try releases.load(jobs)
        try groups.load(jobs)
        try releases.load(firstReleases: groups.firstReleases, projects: Set(jobs.map(\.project.id)))
        try addReleases(jobs, releases)
        Parallel.forEach(jobs, complete)
        let snapshots = try assign(jobs, groups, releases, now: now)
        let kept = jobs.filter { $0.fate == .saved }
        try see(kept, groups, releases, now: now)
        try releases.flush()
        try groups.flush()
        Parallel.forEach(kept) { $0.draft.seal(now: now) }
        try writeNodes(kept.filter { !$0.keepsNode }, now: now)
        try ProjectMarks(database, tables.project).mark(jobs, isRaw: settings.isRaw)
        return SavedChunk(
            fates: [], events: kept.map(SavedEvent.init),
            discarded: jobs.filter { $0.fate == .discarded }.map(SavedEvent.init), snapshots: snapshots)
    }

    private func addReleases(_ jobs: [EventJob], _ rows: ReleaseRows) throws(StorageError) {
        let withRelease = jobs.filter { !($0.draft.release ?? "").isEmpty }
        var newest: [RowKey: Int64] = [:]
        for job in withRelease {
            let key = RowKey(job.project.id, text: job.draft.release ?? "")
            newest[key] = max(newest[key] ?? .min, job.draft.time)
        }
        for job in jobs {
            job.draft.pullOut()
            guard let version = job.draft.release, !version.isEmpty else { continue }
            let added =
                settings.order == .time
                ? job.draft.time : newest[RowKey(job.project.id, text: version)] ?? job.draft.time
            let release = try rows.release(version, job.project, added: added)
            job.release = release
            job.draft.setRelease(release.version)
            guard let dist = job.draft.dist, !dist.isEmpty else { continue }
            try rows.addDistribution(dist, of: release.id, job)
            job.draft.setDist(dist)
        }
    }

    private func complete(_ job: EventJob) {
        job.draft.addTags()
        job.draft.addHashes()
        job.draft.describe()
    }

    /// The groups that are new, as searches read them.
    private func assign(
        _ jobs: [EventJob], _ groups: GroupRows, _ releases: ReleaseRows, now: Int64
    ) throws(StorageError) -> [GroupSnapshot] {
        var snapshots: [GroupSnapshot] = []
        for job in jobs where job.draft.isError {
            guard let group = try groups.assign(job, now: now) else { continue }
            if job.decision.isNew || job.decision.isRegression, let snapshot = groups.snapshot(group) {
                snapshots.append(snapshot)
            }
        }
        return snapshots
    }

    private func see(
        _ jobs: [EventJob], _ groups: GroupRows, _ releases: ReleaseRows, now: Int64
    ) throws(StorageError) {
        for job in jobs {
            job.environment = try releases.environment(job, now: now)
            if let group = job.decision.group { try groups.see(group, job, now: now) }
            if let release = job.release, !job.draft.isGeneric {
                try releases.see(release.id, job.environment, job)
            }
            releases.countIssues(of: job)
        }
    }

    private func writeNodes(_ jobs: [EventJob], now: Int64) throws(StorageError) {
        // The last one of an id is what stays.
        let last = Dictionary(jobs.map { ($0.draft.nodeID, $0) }, uniquingKeysWith: { $1 })
        guard !last.isEmpty else { return }
        let ids = last.keys.sorted()
        try database.delete(from: tables.node, where: [.isIn("id", ids.map { .text($0) })])
        // Compressing takes long: the database shall not think that nothing happens any more.
        for start in stride(from: 0, to: ids.count, by: Self.nodesPerInsert) {
            let page = Array(ids[start..<min(start + Self.nodesPerInsert, ids.count)])
            let rows: [[Value]] = Parallel.map(page) { lane, id in
                guard let body = last[id]?.draft.body, let data = nodes[lane].encoded(EventText.stored(body)) else {
                    return []
                }
                return [.text(id), .text(data), .timestamp(now)]
            }
            guard rows.allSatisfy({ !$0.isEmpty }) else {
                throw StorageError(.other, "not enough memory to compress an event")
            }
            try database.insert(Insert(into: tables.node, columns: ["id", "data", "timestamp"], rows: rows))
        }
    }

    private static let nodesPerInsert = 50
}
