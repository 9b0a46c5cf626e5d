import Catalogue
import EventFormat
import Storage

/// That a group is resolved in a release, or in the one after it.
struct GroupResolution {
    let id: Int64
    let group: Int64
    private let type: Int64?
    private let release: Int64
    private let version: String
    private let added: Int64
    /// The newest release when the group was resolved in the next one.
    private let currentVersion: String?

    private static let inRelease: Int64 = 0

    /// nil if the group has none.
    init?(of group: Int64, in tables: GroupTableSet, _ database: any Database) throws(StorageError) {
        let found = try database.select(
            Select(
                ["id", "type", "release_id", "current_release_version"], from: tables.resolution,
                where: [.equals("group_id", .integer(group))]))
        guard let row = found.first else { return nil }
        let releases = try database.select(
            Select(["version", "date_added"], from: tables.releaseVersion, where: [.equals("id", row[2])]))
        id = row[0].number
        self.group = group
        type = row[1].integer
        release = row[2].number
        version = releases.first?[0].text ?? ""
        added = releases.first?[1].timestamp ?? 0
        currentVersion = row[3].text
    }

    func followsSemver(_ other: String) -> Bool {
        ReleaseVersion(other) != nil && ReleaseVersion(currentVersion ?? version) != nil
    }

    /// Whether an event of its release is no regression: the release may still have the fault.
    func covers(_ job: EventJob, in tables: GroupTableSet, _ database: any Database) throws(StorageError) -> Bool {
        guard let seen = job.release else { return true }
        let seenVersion = ReleaseVersion(seen.version)
        if let currentVersion {
            if let seenVersion, let current = ReleaseVersion(currentVersion) { return !(current < seenVersion) }
            let found = try database.select(
                Select(
                    ["id", "date_added"], from: tables.releaseVersion,
                    where: [
                        .equals("organization_id", .integer(job.project.organization)),
                        .equals("version", .text(currentVersion)),
                    ]))
            if let row = found.first {
                return row[0].number == seen.id || (row[1].timestamp ?? 0) > seen.added
            }
        }
        guard type == Self.inRelease else { return release == seen.id || added > seen.added }
        if release == seen.id { return false }
        if let seenVersion, let resolved = ReleaseVersion(version) { return seenVersion < resolved }
        return added >= seen.added
    }
}
