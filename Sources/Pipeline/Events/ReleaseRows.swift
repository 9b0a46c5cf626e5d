import Catalogue
import EventFormat
import Storage

/// The releases, distributions and environments of a chunk's events.
// Nine properties: one set of rows per table, and where they are.
final class ReleaseRows {
    private let database: any Database
    private let releases: RowSet<RowKey>
    private let releaseProjects: RowSet<RowKey>
    private let distributions: RowSet<RowKey>
    private let environments: RowSet<RowKey>
    private let environmentProjects: RowSet<RowKey>
    private let releaseEnvironments: RowSet<RowKey>
    private let projectEnvironments: RowSet<RowKey>

    /// A row's last sight is told again if it is older than that.
    static let lastSeenPause: Int64 = 60_000_000

    init(_ tables: EventTableSet, _ database: any Database, ids: IDAllocator) {
        self.database = database
        releases = RowSet(tables.release, Self.releaseColumns, ids: ids) { row in
            RowKey(row[0].number, text: row[1].text ?? "")
        }
        releaseProjects = RowSet(tables.releaseProject, ["project_id", "release_id", "new_groups"], ids: ids) {
            RowKey($0[0].number, $0[1].number)
        }
        distributions = RowSet(
            tables.distribution, ["release_id", "name", "organization_id", "date_added"], ids: ids
        ) { RowKey($0[0].number, text: $0[1].text ?? "") }
        environments = RowSet(tables.environment, ["organization_id", "name", "date_added"], ids: ids) {
            RowKey($0[0].number, text: $0[1].text ?? "")
        }
        environmentProjects = RowSet(tables.environmentProject, ["project_id", "environment_id"], ids: ids) {
            RowKey($0[0].number, $0[1].number)
        }
        releaseEnvironments = RowSet(
            tables.releaseEnvironment, ["organization_id", "release_id", "environment_id", "first_seen", "last_seen"],
            ids: ids
        ) { RowKey($0[0].number, $0[1].number, $0[2].number) }
        projectEnvironments = RowSet(
            tables.projectEnvironment,
            ["project_id", "release_id", "environment_id", "first_seen", "last_seen", "new_issues_count"], ids: ids
        ) { RowKey($0[0].number, $0[1].number, $0[2].number) }
    }

    private static let releaseColumns = [
        "organization_id", "version", "date_added", "data", "new_groups", "commit_count", "authors", "total_deploys",
        "status", "package", "major", "minor", "patch", "revision", "prerelease", "build_code", "build_number",
    ]

    // MARK: - Reading

    /// Reads what the events of a chunk may meet.
    func load(_ jobs: [EventJob]) throws(StorageError) {
        let projects = Set(jobs.map(\.draft.project)).map { Value.integer($0) }
        let organizations = Set(jobs.map(\.project.organization)).map { Value.integer($0) }
        let versions = Set(jobs.flatMap(\.versions)).map { Value.text($0) }
        try releases.load(from: database, where: [.isIn("organization_id", organizations), .isIn("version", versions)])
        let known = releases.all.map(\.id)
        try releaseProjects.load(from: database, where: [.isIn("project_id", projects), .isIn("release_id", known)])
        try distributions.load(from: database, where: [.isIn("release_id", known)])
        let names = Set(jobs.map(\.draft.environment)).map { Value.text($0) }
        try environments.load(from: database, where: [.isIn("organization_id", organizations), .isIn("name", names)])
        let places = environments.all.map(\.id)
        try environmentProjects.load(
            from: database, where: [.isIn("project_id", projects), .isIn("environment_id", places)])
        try releaseEnvironments.load(
            from: database, where: [.isIn("release_id", known), .isIn("environment_id", places)])
        try projectEnvironments.load(
            from: database,
            where: [.isIn("project_id", projects), .isIn("release_id", known), .isIn("environment_id", places)])
    }

    // MARK: - Releases

    /// The id and the version of an event's release, which may have the project's name before it.
    ///
    /// - Parameter added: when a new one is said to have been added
    func release(_ version: String, _ project: EventProject, added: Int64) throws(StorageError) -> ReleaseOfEvent {
        let own = [project.prefixed(version), version].first { candidate in
            releases.id(RowKey(project.organization, text: candidate)).map {
                releaseProjects[RowKey(project.id, $0)] != nil
            } ?? false
        }
        let version = own ?? version
        let key = RowKey(project.organization, text: version)
        let row = try releases.row(key, orAdd: Self.newRelease(version, project, added), in: database)
        let isNewHere = try addToProject(row.id.number, project)
        return ReleaseOfEvent(
            id: row.id.number, version: version, added: releases.value("date_added", of: row).timestamp ?? added,
            isNewInProject: isNewHere)
    }

    private func addToProject(_ release: Int64, _ project: EventProject) throws(StorageError) -> Bool {
        let key = RowKey(project.id, release)
        guard releaseProjects[key] == nil else { return false }
        _ = try releaseProjects.add(
            key, ["project_id": .integer(project.id), "release_id": .integer(release), "new_groups": .integer(0)],
            in: database)
        return true
    }

    private static func newRelease(_ version: String, _ project: EventProject, _ added: Int64) -> [String: Value] {
        var values: [String: Value] = [
            "organization_id": .integer(project.organization), "version": .text(version),
            "date_added": .timestamp(added), "data": .text("{}"), "new_groups": .integer(0),
            "commit_count": .integer(0), "authors": .textArray([]), "total_deploys": .integer(0),
            "status": .integer(0),
        ]
        guard let parts = ReleaseVersion(version) else { return values }
        values["package"] = .text(parts.package)
        values["major"] = .integer(parts.major)
        values["minor"] = .integer(parts.minor)
        values["patch"] = .integer(parts.patch)
        values["revision"] = .integer(parts.revision)
        values["prerelease"] = .text(parts.prerelease)
        values["build_code"] = parts.buildCode.map { .text($0) } ?? .null
        values["build_number"] = parts.buildNumber.map { .integer($0) } ?? .null
        return values
    }

    func addDistribution(_ name: String, of release: Int64, _ job: EventJob) throws(StorageError) {
        let key = RowKey(release, text: name)
        guard distributions[key] == nil else { return }
        _ = try distributions.add(
            key,
            [
                "release_id": .integer(release), "name": .text(name),
                "organization_id": .integer(job.project.organization), "date_added": .timestamp(job.draft.time),
            ], in: database)
    }

    // MARK: - Environments

    func environment(_ job: EventJob, now: Int64) throws(StorageError) -> Int64 {
        let key = RowKey(job.project.organization, text: job.draft.environment)
        let row = try environments.row(
            key,
            orAdd: [
                "organization_id": .integer(job.project.organization), "name": .text(job.draft.environment),
                "date_added": .timestamp(now),
            ], in: database)
        let pair = RowKey(job.project.id, row.id.number)
        if environmentProjects[pair] == nil {
            _ = try environmentProjects.add(
                pair, ["project_id": .integer(job.project.id), "environment_id": row.id], in: database)
        }
        return row.id.number
    }

    /// That a release was seen in an environment.
    func see(_ release: Int64, _ environment: Int64, _ job: EventJob) throws(StorageError) {
        let time = Value.timestamp(job.draft.time)
        let pair: [String: Value] = [
            "release_id": .integer(release), "environment_id": .integer(environment), "first_seen": time,
            "last_seen": time,
        ]
        try see(
            releaseEnvironments, RowKey(job.project.organization, release, environment),
            pair.merging(["organization_id": .integer(job.project.organization)]) { $1 }, job.draft.time)
        try see(
            projectEnvironments, RowKey(job.project.id, release, environment),
            pair.merging(["project_id": .integer(job.project.id), "new_issues_count": .integer(0)]) { $1 },
            job.draft.time)
    }

    private func see(
        _ rows: RowSet<RowKey>, _ key: RowKey, _ values: [String: Value], _ time: Int64
    ) throws(StorageError) {
        guard let row = rows[key] else {
            _ = try rows.add(key, values, in: database)
            return
        }
        let last = rows.value("last_seen", of: row).timestamp ?? time
        if last < time - Self.lastSeenPause { rows.set("last_seen", .timestamp(time), of: row) }
    }

    // MARK: - Counters

    /// Counts a new group in its release.
    func countNewGroup(_ release: Int64, _ project: Int64) {
        count("new_groups", releaseProjects, RowKey(project, release))
    }

    /// Counts an issue that is new in an environment.
    func countNewIssue(_ release: Int64, _ project: Int64, _ environment: Int64) {
        count("new_issues_count", projectEnvironments, RowKey(project, release, environment))
    }

    private func count(_ column: String, _ rows: RowSet<RowKey>, _ key: RowKey) {
        guard let row = rows[key] else { return }
        rows.set(column, .integer(rows.value(column, of: row).number + 1), of: row)
    }

    func flush() throws(StorageError) {
        try releases.flush(to: database)
        try releaseProjects.flush(to: database)
        try distributions.flush(to: database)
        try environments.flush(to: database)
        try environmentProjects.flush(to: database)
        try releaseEnvironments.flush(to: database)
        try projectEnvironments.flush(to: database)
    }
}

/// An event's release as the installation has it.
struct ReleaseOfEvent {
    let id: Int64
    let version: String
    /// Microseconds since 1970.
    let added: Int64
    /// Whether the project has it from this event on.
    let isNewInProject: Bool
}
