import Catalogue
import EventFormat
import ExportFormat
import Storage

/// Resolved groups in which an error occurs again.
// Eight properties: what is read and written.
final class Regressions {
    private let database: any Database
    private let ids: IDAllocator
    private let tables: GroupTableSet
    private var activities: [[Value]] = []
    private var histories: [[Value]] = []

    /// An error may be as much older than the resolution, and counts as before it.
    private static let tolerance: Int64 = 5_000_000
    private static let activityRegression: Int64 = 6
    private static let activityResolvedInRelease: Int64 = 13
    private static let historyRegressed: Int64 = 7

    init(_ tables: GroupTableSet, _ database: any Database, ids: IDAllocator) {
        self.tables = tables
        self.database = database
        self.ids = ids
    }

    /// Whether the event makes the group unresolved again.
    func regress(
        _ group: inout GroupState, _ id: Int64, _ job: EventJob, now: Int64
    ) throws(StorageError) -> Bool {
        guard group["status"].integer == GroupColumns.resolved,
            (group["active_at"].timestamp ?? 0) < job.draft.time - Self.tolerance
        else { return false }
        let resolution = try GroupResolution(of: id, in: tables, database)
        if let resolution, try resolution.covers(job, in: tables, database) { return false }
        group["status"] = .integer(GroupColumns.unresolved)
        group["substatus"] = .integer(GroupColumns.substatusRegressed)
        group["active_at"] = .timestamp(max(job.draft.time, group["last_seen"].timestamp ?? 0))
        if let resolution { try withdraw(resolution, job) }
        try note(id, job, resolution, now: now)
        return true
    }

    /// The group is no longer resolved in a release; what said so in its history gets the release of the event.
    private func withdraw(_ resolution: GroupResolution, _ job: EventJob) throws(StorageError) {
        try database.delete(from: tables.resolution, where: [.equals("id", .integer(resolution.id))])
        let found = try database.select(
            Select(
                ["id"], from: tables.activity,
                where: [
                    .equals("group_id", .integer(resolution.group)),
                    .equals("type", .integer(Self.activityResolvedInRelease)),
                    .equals("ident", .text(String(resolution.id))),
                ]))
        guard let row = found.last, let release = job.release else { return }
        let data = FieldValue.object([.init("version", .text(release.version))])
        try database.update(
            Update(tables.activity, set: ["data"], rows: [[row[0], .text(EventText.message(data))]]))
    }

    private func note(
        _ group: Int64, _ job: EventJob, _ resolution: GroupResolution?, now: Int64
    ) throws(StorageError) {
        let version = job.release?.version ?? ""
        var data = [FieldValue.Member("event_id", .text(job.draft.id)), .init("version", .text(version))]
        if let resolution {
            data.append(.init("follows_semver", .bool(resolution.followsSemver(version))))
            data.append(.init("resolved_in_version", .text(version)))
        }
        activities.append([
            .integer(job.project.id), .integer(group), .integer(Self.activityRegression), .timestamp(now),
            .text(EventText.message(.object(data))),
        ])
        let release: Value = job.release.map { .integer($0.id) } ?? .null
        histories.append([
            .integer(job.project.organization), .integer(group), .integer(job.project.id), release,
            .integer(Self.historyRegressed), .timestamp(now),
        ])
    }

    func flush() throws(StorageError) {
        try insert(tables.activity, ["project_id", "group_id", "type", "datetime", "data"], activities)
        try insert(
            tables.history, ["organization_id", "group_id", "project_id", "release_id", "status", "date_added"],
            histories)
        activities = []
        histories = []
    }

    private func insert(_ table: Table, _ columns: [String], _ rows: [[Value]]) throws(StorageError) {
        guard !rows.isEmpty else { return }
        let fresh = try ids.take(rows.count, for: table, from: database)
        try database.insert(
            Insert(into: table, columns: ["id"] + columns, rows: zip(fresh, rows).map { [.integer($0)] + $1 }))
    }
}
