import Catalogue
import EventFormat
import Events
import ExportFormat
import Import
import Ledger
import Storage
import TaskFormat

/// The destination's rows of what events and groups of the source refer to: projects and their keys, users, teams.
struct EventReferences {
    private let projects: [Int64: Int64]?
    private let map: PrimaryKeyMap?

    /// - Throws: if the destination knows nothing of the relocation that the projects came with
    init(_ options: EventOptions, _ destination: Destination, _ catalogue: Catalogue) throws(ImportFailure) {
        guard let uuid = options.relocation else {
            projects = Dictionary(
                (options.projects ?? [:]).compactMap { source, target in Int64(source).map { ($0, target) } },
                uniquingKeysWith: { first, _ in first })
            map = nil
            return
        }
        projects = nil
        let context = ImportContext(importUUID: uuid, scope: .organizations)
        let map = try RelocationImport(context, into: destination, catalogue: catalogue).map
        guard !map.isEmpty else {
            throw ImportFailure.permanent(
                Finding(
                    kind: .unknown, model: EventsRun.subject,
                    reason: "the destination knows no import \(uuid), whose projects the events belong to"))
        }
        self.map = map
    }

    func project(_ source: Int64) -> Int64? {
        if let projects { return projects[source] }
        return id("sentry.project", source)
    }

    private func id(_ model: String, _ source: Int64) -> Int64? { map?.entries(of: model)[source]?.newPK }

    private func requireProject(_ source: Int64) throws(EventRejection) -> Int64 {
        guard let target = project(source) else {
            throw EventRejection(
                "unknown-project", at: "project", "the project \(source) of the source has none in the destination")
        }
        return target
    }

    /// A body under the destination's ids. A key that was not imported is left out: outcomes name none then.
    func event(_ line: EventLine) throws(EventRejection) -> EventSaving.Input {
        let target = try requireProject(line.project)
        var body = line.body
        body["project"] = .integer(target)
        if body.has("key_id") {
            let key = body["key_id"]
            let source = key.number.flatMap { Int64(exactly: $0) } ?? key.text.flatMap { Int64($0) }
            body["key_id"] = source.flatMap { id("sentry.projectkey", $0) }.map { .integer($0) } ?? .null
        }
        return EventSaving.Input(project: target, body: body)
    }

    /// A group under the destination's ids. Nobody cares for it if whoever did was not imported.
    func group(_ line: GroupLine) throws(EventRejection) -> GroupLine {
        var line = line
        line.project = try requireProject(line.project)
        if let assignee = line.assignee {
            let model = assignee.kind == .user ? "sentry.user" : "sentry.team"
            line.assignee = id(model, assignee.id).map { .init(kind: assignee.kind, id: $0, since: assignee.since) }
        }
        return line
    }
}
