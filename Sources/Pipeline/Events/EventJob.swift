import Catalogue
package import EventFormat
package import ExportFormat
import Storage

/// A project that events are saved into.
package struct EventProject: Sendable, Hashable {
    package let id: Int64
    package let organization: Int64
    let slug: String
    /// Its option `sentry:performance_issue_settings`; null if it has none.
    package let problemOptions: FieldValue

    package func hash(into hasher: inout Hasher) { hasher.combine(id) }

    /// A version with the project's name before it: another form that releases have.
    func prefixed(_ version: String) -> String {
        PythonString.prefix("\(slug)-\(version)", ReleaseVersion.maxLength)
    }
}

/// One event while its chunk is saved.
// Ten properties: what the steps find out about it.
final class EventJob {
    /// Its place in the chunk.
    let place: Int
    let project: EventProject
    var draft: EventDraft
    var release: ReleaseOfEvent?
    var environment: Int64 = 0
    var decision = EventDecision()
    var fate = EventFate.saved
    /// Whether the node store keeps the body that it has, of a later version on another day.
    var keepsNode = false
    /// What it changes of its issue's first release, and of the one in its environment.
    var firstRelease: FirstRelease?
    var firstReleaseHere: FirstRelease?

    init(place: Int, project: EventProject, draft: EventDraft) {
        self.place = place
        self.project = project
        self.draft = draft
    }

    /// The versions that its release may have.
    var versions: [String] {
        guard let release = draft.release, !release.isEmpty else { return [] }
        return [release, project.prefixed(release)]
    }
}

/// What became of an event.
package enum EventFate: Sendable, Equatable {
    /// It is in the node store, and messages tell of it.
    case saved
    /// The same, in the place of an earlier version: it counts no more.
    case replaced
    /// A later version of it is saved already.
    case superseded
    /// Its issue was deleted and discarded.
    case discarded
    /// Its hash belongs to an issue of another kind.
    case otherCategory
    case rejected(EventRejection)
}

/// The tables of event saving.
// One property per table.
struct EventTableSet {
    let project: Table
    let option: Table
    let release: Table
    let releaseProject: Table
    let distribution: Table
    let environment: Table
    let environmentProject: Table
    let releaseEnvironment: Table
    let projectEnvironment: Table
    let node: Table
    let groups: GroupTableSet

    init(_ catalogue: Catalogue) throws(CatalogueGap) {
        func table(_ name: String) throws(CatalogueGap) -> Table { try catalogue.requireTable(name) }
        project = try table("sentry_project")
        option = try table("sentry_projectoptions")
        release = try table("sentry_release")
        releaseProject = try table("sentry_release_project")
        distribution = try table("sentry_distribution")
        environment = try table("sentry_environment")
        environmentProject = try table("sentry_environmentproject")
        releaseEnvironment = try table("sentry_environmentrelease")
        projectEnvironment = try table("sentry_releaseprojectenvironment")
        node = try table("nodestore_node")
        groups = try GroupTableSet(catalogue)
    }

    var all: [Table] {
        [
            project, option, release, releaseProject, distribution, environment, environmentProject, releaseEnvironment,
            projectEnvironment, node,
        ] + groups.all
    }
}

/// The tables of groups.
// One property per table.
struct GroupTableSet {
    let releaseVersion: Table
    let group: Table
    let hash: Table
    let environment: Table
    let release: Table
    let counter: Table
    let assignee: Table
    let activity: Table
    let history: Table
    let resolution: Table

    init(_ catalogue: Catalogue) throws(CatalogueGap) {
        func table(_ name: String) throws(CatalogueGap) -> Table { try catalogue.requireTable(name) }
        releaseVersion = try table("sentry_release")
        group = try table("sentry_groupedmessage")
        hash = try table("sentry_grouphash")
        environment = try table("sentry_groupenvironment")
        release = try table("sentry_grouprelease")
        counter = try table("sentry_projectcounter")
        assignee = try table("sentry_groupasignee")
        activity = try table("sentry_activity")
        history = try table("sentry_grouphistory")
        resolution = try table("sentry_groupresolution")
    }

    var all: [Table] { [group, hash, environment, release, counter, assignee, activity, history, resolution] }
}
