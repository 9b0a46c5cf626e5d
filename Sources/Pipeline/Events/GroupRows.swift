import Catalogue
import EventFormat
import ExportFormat
import Storage

/// The groups that errors of a chunk belong to, by their stored hashes.
// More than eight properties: one set of rows per table, where they are, and what decides on them.
final class GroupRows {
    let database: any Database
    let groups: RowSet<Int64>
    let hashes: RowSet<RowKey>
    private let environments: RowSet<RowKey>
    private let releases: RowSet<RowKey>
    let counters: RowSet<Int64>
    let assignees: RowSet<Int64>
    private let regressions: Regressions
    let ids: IDAllocator
    private let order: EventOrder
    /// What files have told of groups; nil if there is no ledger to remember it.
    let shares: GroupShares?

    /// Groups of errors.
    private static let errorCategory: Int64 = 1
    private static let lockedState: Int64 = 1

    init(
        _ tables: GroupTableSet, _ database: any Database, ids: IDAllocator, order: EventOrder, shares: GroupShares?
    ) {
        self.database = database
        self.ids = ids
        self.order = order
        self.shares = shares
        groups = RowSet(tables.group, GroupColumns.all, ids: ids) { _ in nil }
        hashes = RowSet(
            tables.hash, ["project_id", "hash", "group_id", "group_tombstone_id", "state"], ids: ids
        ) { RowKey($0[0].number, text: $0[1].text ?? "") }
        environments = RowSet(
            tables.environment, ["group_id", "environment_id", "first_release_id", "first_seen"], ids: ids
        ) { RowKey($0[0].number, $0[1].number) }
        releases = RowSet(
            tables.release, ["group_id", "release_id", "environment", "project_id", "first_seen", "last_seen"], ids: ids
        ) { RowKey($0[0].number, $0[1].number, text: $0[2].text ?? "") }
        counters = RowSet(tables.counter, ["project_id", "value"], ids: ids) { $0[0].integer }
        assignees = RowSet(tables.assignee, ["group_id", "project_id", "user_id", "team_id", "date_added"], ids: ids) {
            $0[0].integer
        }
        regressions = Regressions(tables, database, ids: ids)
    }

    // MARK: - Reading

    func load(_ jobs: [EventJob]) throws(StorageError) {
        let errors = jobs.filter(\.draft.isError)
        let known = try load(
            Set(errors.flatMap { Self.hashes(of: $0.draft.body) }), of: Set(errors.map(\.project.id)))
        try environments.load(from: database, where: [.isIn("group_id", known)])
        try releases.load(from: database, where: [.isIn("group_id", known)])
    }

    /// Reads the groups that hashes lead to; returns their ids.
    func load(_ texts: Set<String>, of projects: Set<Int64>) throws(StorageError) -> [Value] {
        let projects = projects.sorted().map { Value.integer($0) }
        // Whoever takes a short id waits here for others that do.
        try counters.load(from: database, where: [.isIn("project_id", projects)])
        try hashes.load(
            from: database, where: [.isIn("project_id", projects), .isIn("hash", texts.sorted().map { .text($0) })])
        let known = Array(Set(hashes.all.map { hashes.value("group_id", of: $0) }.filter { !$0.isNull }))
        try groups.loadByID(from: database, known)
        try assignees.load(from: database, where: [.isIn("group_id", known)])
        return known
    }

    /// The releases that groups begin with, as far as is known.
    var firstReleases: Set<Int64> {
        Set(
            groups.all.compactMap { groups.value("first_release_id", of: $0).integer }
                + environments.all.compactMap { environments.value("first_release_id", of: $0).integer })
    }

    private static func hashes(of body: FieldValue) -> [String] {
        body["hashes"].items.compactMap(\.text) + body["hierarchical_hashes"].items.compactMap(\.text)
    }

    // MARK: - Assigning

    /// Finds the group of an error or makes one, and counts the error in it. nil if it has none: ``EventJob/fate`` says why.
    func assign(_ job: EventJob, now: Int64) throws(StorageError) -> Int64? {
        let rows = try hashRows(job)
        let group: Int64
        switch find(rows) {
        case .tombstone:
            job.fate = .discarded
            return nil
        case .group(let id):
            guard let row = groups[id] else { return nil }
            guard groups.value("type", of: row).integer == Self.errorCategory else {
                job.fate = .otherCategory
                return nil
            }
            group = id
            try update(row, job, now: now)
        case .none:
            group = try create(job, now: now)
            job.decision.isNew = true
            job.firstRelease = FirstRelease(former: nil, current: job.release?.id)
        }
        link(rows, to: group)
        job.decision.group = group
        return group
    }

    enum Found {
        case group(Int64), tombstone, none
    }

    /// The first hash that has a group, or once had one, decides.
    func find(_ rows: [HeldRow]) -> Found {
        for row in rows {
            if let id = hashes.value("group_id", of: row).integer { return .group(id) }
            if !hashes.value("group_tombstone_id", of: row).isNull { return .tombstone }
        }
        return .none
    }

    /// The rows of the hashes that decide on the group, all of which exist from now on.
    private func hashRows(_ job: EventJob) throws(StorageError) -> [HeldRow] {
        let flat = try job.draft.body["hashes"].items.compactMap(\.text)
            .map { text throws(StorageError) in try hashRow(text, job.project.id) }
        let levels = job.draft.body["hierarchical_hashes"].items.compactMap(\.text)
        guard let root = levels.first else { return flat }
        // Of a hierarchy only the most specific hash that has a group counts, else the first.
        for text in levels.reversed() {
            if let row = hashes[RowKey(job.project.id, text: text)],
                !hashes.value("group_id", of: row).isNull
            {
                return [row]
            }
        }
        return [try hashRow(root, job.project.id)]
    }

    func hashRow(_ text: String, _ project: Int64) throws(StorageError) -> HeldRow {
        let key = RowKey(project, text: text)
        return try hashes.row(key, orAdd: ["project_id": .integer(project), "hash": .text(text)], in: database)
    }

    func link(_ rows: [HeldRow], to group: Int64) {
        for row in rows where hashes.value("group_id", of: row).isNull {
            if hashes.value("state", of: row).integer == Self.lockedState { continue }
            hashes.set("group_id", .integer(group), of: row)
        }
    }

    private func create(_ job: EventJob, now: Int64) throws(StorageError) -> Int64 {
        let shortID = try nextShortID(job.project.id)
        let id = try ids.take(1, for: groups.table, from: database).first ?? 0
        groups.add(id, GroupColumns.new(job, shortID: shortID))
        return id
    }

    func nextShortID(_ project: Int64) throws(StorageError) -> Int64 {
        let row = try counters.row(
            project, orAdd: ["project_id": .integer(project), "value": .integer(0)], in: database)
        let next = counters.value("value", of: row).number + 1
        counters.set("value", .integer(next), of: row)
        return next
    }

    private func update(_ row: HeldRow, _ job: EventJob, now: Int64) throws(StorageError) {
        var group = state(of: row)
        let former = group["first_release_id"]
        if shares?.contains(row.id.number) == true {
            // Its source's state stands, and counts the source's events.
            group.see(job.draft.time)
        } else {
            job.decision.isRegression = try regressions.regress(&group, row.id.number, job, now: now)
            if order == .time { group.takeByTime(job) } else { group.take(job) }
        }
        if group["first_release_id"] != former {
            job.firstRelease = FirstRelease(former: former.integer, current: job.release?.id)
        }
        set(group, of: row)
    }

    func state(of row: HeldRow) -> GroupState { GroupState { [groups] in groups.value($0, of: row) } }

    func set(_ group: GroupState, of row: HeldRow) {
        for (column, value) in group.changes { groups.set(column, value, of: row) }
    }

    // MARK: - Environments and releases

    func see(_ group: Int64, _ job: EventJob, now: Int64) throws(StorageError) {
        let key = RowKey(group, job.environment)
        let seen = order == .time ? job.draft.time : now
        if let row = environments[key] {
            seeEarlier(row, seen, job)
        } else {
            job.decision.isNewEnvironment = true
            job.firstReleaseHere = FirstRelease(former: nil, current: job.release?.id)
            _ = try environments.add(
                key,
                [
                    "group_id": .integer(group), "environment_id": .integer(job.environment),
                    "first_release_id": job.release.map { .integer($0.id) } ?? .null, "first_seen": .timestamp(seen),
                ], in: database)
        }
        if let release = job.release { try see(group, release.id, job) }
    }

    /// An event of history may be earlier than all that were known.
    private func seeEarlier(_ row: HeldRow, _ time: Int64, _ job: EventJob) {
        guard order == .time, let first = environments.value("first_seen", of: row).timestamp, time < first else {
            return
        }
        environments.set("first_seen", .timestamp(time), of: row)
        let former = environments.value("first_release_id", of: row).integer
        guard former != job.release?.id else { return }
        environments.set("first_release_id", job.release.map { .integer($0.id) } ?? .null, of: row)
        job.firstReleaseHere = FirstRelease(former: former, current: job.release?.id)
    }

    private func see(_ group: Int64, _ release: Int64, _ job: EventJob) throws(StorageError) {
        let key = RowKey(group, release, text: job.draft.environment)
        let time = Value.timestamp(job.draft.time)
        guard let row = releases[key] else {
            _ = try releases.add(
                key,
                [
                    "group_id": .integer(group), "release_id": .integer(release),
                    "project_id": .integer(job.project.id),
                    "environment": .text(job.draft.environment), "first_seen": time, "last_seen": time,
                ], in: database)
            return
        }
        let first = releases.value("first_seen", of: row).timestamp ?? job.draft.time
        releases.set("first_seen", .timestamp(order.first(first, job.draft.time)), of: row)
        let last = releases.value("last_seen", of: row).timestamp ?? job.draft.time
        releases.set("last_seen", .timestamp(order.last(last, job.draft.time)), of: row)
    }

    func flush() throws(StorageError) {
        try counters.flush(to: database)
        try groups.flush(to: database)
        try hashes.flush(to: database)
        try assignees.flush(to: database)
        try environments.flush(to: database)
        try releases.flush(to: database)
        try regressions.flush()
    }

    /// Groups as the database has them.
    static func snapshots(
        _ ids: [Int64], _ tables: GroupTableSet, _ database: any Database
    ) throws(StorageError) -> [GroupSnapshot] {
        guard !ids.isEmpty else { return [] }
        let assigned = try database.select(
            Select(
                ["group_id", "user_id", "team_id"], from: tables.assignee,
                where: [.isIn("group_id", ids.map { .integer($0) })]))
        let assignees = Dictionary(assigned.map { ($0[0], $0) }, uniquingKeysWith: { first, _ in first })
        let columns = [
            "id", "project_id", "status", "substatus", "priority", "first_release_id", "first_seen", "num_comments",
        ]
        return try database.select(
            Select(columns, from: tables.group, where: [.isIn("id", ids.map { .integer($0) })])
        ).map { row in
            let assignee = assignees[row[0]]
            return GroupSnapshot(
                project: row[1].number, group: row[0].number, status: row[2].number, substatus: row[3].integer,
                priority: row[4].integer, firstRelease: row[5].integer, firstSeen: row[6].timestamp ?? 0,
                comments: row[7].number, user: assignee?[1].integer, team: assignee?[2].integer)
        }
    }

    /// Groups as the database will have them: what a snapshot for searches tells.
    func snapshot(_ group: Int64) -> GroupSnapshot? {
        guard let row = groups[group] else { return nil }
        func value(_ column: String) -> Value { groups.value(column, of: row) }
        func assignee(_ column: String) -> Int64? {
            assignees[group].flatMap { assignees.value(column, of: $0).integer }
        }
        return GroupSnapshot(
            project: value("project_id").number, group: group, status: value("status").number,
            substatus: value("substatus").integer, priority: value("priority").integer,
            firstRelease: value("first_release_id").integer, firstSeen: value("first_seen").timestamp ?? 0,
            comments: value("num_comments").number, user: assignee("user_id"), team: assignee("team_id"))
    }
}
