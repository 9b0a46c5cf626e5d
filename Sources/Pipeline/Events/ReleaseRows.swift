import Catalogue
import EventFormat
import Storage

/// The releases, distributions and environments of a chunk's events.
// Nine properties: one set of rows per table, and where they are.
final class ReleaseRows {
    private let database: any Database
    private let order: EventOrder
    private let releases: RowSet<RowKey>
    private let releaseProjects: RowSet<RowKey>
    private let distributions: RowSet<RowKey>
    private let environments: RowSet<RowKey>
    private let environmentProjects: RowSet<RowKey>
    private let releaseEnvironments: RowSet<RowKey>
    private let projectEnvironments: RowSet<RowKey>

    init(_ tables: EventTableSet, _ database: any Database, ids: IDAllocator, order: EventOrder) {
        self.database = database
        self.order = order
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
        try load(versions: Set(jobs.flatMap(\.versions)), of: Set(jobs.map(\.project)))
        let known = releases.all.map(\.id)
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

    func load(versions: Set<String>, of projects: Set<EventProject>) throws(StorageError) {
        let organizations = Set(projects.map(\.organization)).map { Value.integer($0) }
        let versions = versions.sorted().map { Value.text($0) }
        try releases.load(from: database, where: [.isIn("organization_id", organizations), .isIn("version", versions)])
        try releaseProjects.load(
            from: database,
            where: [.isIn("project_id", projects.map { .integer($0.id) }), .isIn("release_id", releases.all.map(\.id))])
    }

    /// Reads what counts issues that may begin earlier than was known.
    func load(firstReleases: Set<Int64>, projects: Set<Int64>) throws(StorageError) {
        guard order == .time else { return }
        let conditions: [Condition] = [
            .isIn("project_id", projects.map { .integer($0) }),
            .isIn("release_id", firstReleases.map { .integer($0) }),
        ]
        try releaseProjects.load(from: database, where: conditions)
        try projectEnvironments.load(from: database, where: conditions)
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
        see("date_added", added, of: row, in: releases)
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
        if let row = distributions[key] { return see("date_added", job.draft.time, of: row, in: distributions) }
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
        see("first_seen", time, of: row, in: rows)
        let last = rows.value("last_seen", of: row).timestamp ?? time
        rows.set("last_seen", .timestamp(order.last(last, time)), of: row)
    }

    /// That something was there at a time.
    private func see(_ column: String, _ time: Int64, of row: HeldRow, in rows: RowSet<RowKey>) {
        let first = rows.value(column, of: row).timestamp ?? time
        rows.set(column, .timestamp(order.first(first, time)), of: row)
    }

    // MARK: - Counters

    /// Counts an issue in its first release, and in the first one of its environment.
    func countIssues(of job: EventJob) {
        let (project, environment) = (job.project.id, job.environment)
        count(job.firstRelease, "new_groups", releaseProjects) { RowKey(project, $0) }
        count(job.firstReleaseHere, "new_issues_count", projectEnvironments) { RowKey(project, $0, environment) }
    }

    /// Counts a group that is removed in its first release no more.
    func uncount(group project: Int64, release: Int64?) {
        count(FirstRelease(former: release, current: nil), "new_groups", releaseProjects) { RowKey(project, $0) }
    }

    /// The same for the first release in an environment.
    func uncount(issue project: Int64, release: Int64?, environment: Int64) {
        count(FirstRelease(former: release, current: nil), "new_issues_count", projectEnvironments) {
            RowKey(project, $0, environment)
        }
    }

    private func count(
        _ change: FirstRelease?, _ column: String, _ rows: RowSet<RowKey>, _ key: (Int64) -> RowKey
    ) {
        for (release, step) in [(change?.former, Int64(-1)), (change?.current, 1)] {
            guard let release, let row = rows[key(release)] else { continue }
            rows.set(column, .integer(max(0, rows.value(column, of: row).number + step)), of: row)
        }
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
