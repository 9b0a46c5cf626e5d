package import Catalogue
import EventFormat
import ExportFormat
package import Storage

/// Reads the events of some projects from an installation's node store, which knows no projects: every row is read, in pages.
package struct EventScan {
    package var projects: Set<Int64>
    /// Microseconds since 1970: of the events' own times, from the first on and before the second; nil without a limit.
    package var since: Int64?
    package var until: Int64?
    /// nil for all.
    package var types: Set<String>?

    private static let pageRows = 200

    package init(projects: Set<Int64>) { self.projects = projects }

    /// What was found.
    package struct Summary: Sendable, Equatable {
        package internal(set) var rows = 0
        package internal(set) var projects: [Int64: Project] = [:]
        /// Rows whose key is not that of their body.
        package internal(set) var foreign = 0
        /// Rows that cannot be read.
        package internal(set) var unreadable = 0

        package var total: Int { projects.values.reduce(0) { $0 + $1.events } }

        /// Counts a row; returns the event that it holds.
        fileprivate mutating func take(_ content: Content) -> Found? {
            rows += 1
            switch content {
            case .event(let event):
                projects[event.project, default: Project()].count(event)
                return event
            case .other: break
            case .foreign: foreign += 1
            case .unreadable: unreadable += 1
            }
            return nil
        }
    }

    /// What was found of one project.
    package struct Project: Sendable, Equatable {
        package internal(set) var events = 0
        package internal(set) var types: [String: Int] = [:]
        /// `2026-11-20` → events.
        package internal(set) var days: [String: Int] = [:]
        /// Grouping configurations of errors.
        package internal(set) var groupings: [String: Int] = [:]

        fileprivate mutating func count(_ event: Found) {
            events += 1
            types[event.type, default: 0] += 1
            days[event.day, default: 0] += 1
            guard event.type != "transaction", event.type != "generic" else { return }
            groupings[event.members.at("grouping_config", "id").text ?? "unknown", default: 0] += 1
        }
    }

    /// Hands over each event as a line: `{"project":12,"body":{…}}`.
    ///
    /// - Parameter groups: notes the groups of the events
    package func run(
        _ database: any Database, _ catalogue: Catalogue, groups: GroupScan? = nil,
        _ deliver: ([UInt8]) throws -> Void
    ) throws -> Summary {
        let table = try catalogue.requireTable("nodestore_node")
        // One for each thread.
        let nodes = (0..<Parallel.lanes).map { _ in NodeText() }
        var summary = Summary()
        func take(_ page: [[Value]]) throws {
            let rows = Parallel.map(page) { lane, row in content(row[0].text ?? "", row[1].text ?? "", nodes[lane]) }
            let events = rows.compactMap { summary.take($0) }
            for event in events { try deliver(event.line) }
            try groups?.note(events.map { ($0.project, $0.members) })
        }
        var failure: (any Error)?
        do throws(StorageError) {
            // Groups are looked up over the same connection; without them the database makes the next page meanwhile.
            let read = groups == nil ? database.stream : database.read
            try read(Select(["id", "data"], from: table), Self.pageRows) { page throws(StorageError) in
                do { try take(page) } catch {
                    failure = error
                    throw StorageError(.other, "the events cannot be written")
                }
            }
        } catch {
            throw failure ?? error
        }
        return summary
    }

    /// One event as it was found.
    fileprivate struct Found {
        let project: Int64
        let type: String
        let day: String
        let line: [UInt8]
        let members: FieldValue
    }

    /// What a row of the node store holds.
    fileprivate enum Content {
        case event(Found)
        /// Something else, or an event that is not asked for.
        case other
        case foreign
        case unreadable
    }

    /// What is to be known of each event.
    private static let keys: Set = [
        "project", "event_id", "timestamp", "type", "grouping_config", "hashes", "hierarchical_hashes",
    ]

    private func content(_ id: String, _ data: String, _ nodes: NodeText) -> Content {
        // Rows of other things have names with colons; random keys of old versions are shorter.
        guard id.utf8.count == 32 || id.utf8.count == 24, !id.utf8.contains(UInt8(ascii: ":")) else { return .other }
        guard let text = nodes.inflated(data), let (body, members) = nodes.body(text, Self.keys) else {
            return .unreadable
        }
        guard case .integer(let project) = members["project"], let event = members["event_id"].text,
            let seconds = members["timestamp"].number
        else { return .other }
        guard id.utf8.count == 24 || EventHash.nodeID(project: project, event: event) == id else { return .foreign }
        let time = PythonTime.microseconds(min(max(seconds, 0), 1e11))
        let type = EventMetadata.type(of: members)
        guard projects.contains(project), since.map({ time >= $0 }) ?? true, until.map({ time < $0 }) ?? true,
            types?.contains(type) ?? true
        else { return .other }
        // With the body as it is stored.
        let line = Array(#"{"project":\#(project),"body":"#.utf8) + body + Array("}\n".utf8)
        let day = String(PythonTime.text(time).prefix(10))
        return .event(Found(project: project, type: type, day: day, line: line, members: members))
    }

    /// The ids of projects given by slug or id; throws for one that does not exist, or whose slug several have.
    package static func projects(
        _ names: [String], in database: any Database, _ catalogue: Catalogue
    ) throws -> Set<Int64> {
        let table = try catalogue.requireTable("sentry_project")
        let rows = try database.select(Select(["id", "slug"], from: table))
        return try Set(
            names.map { name in
                let found = rows.filter { $0[1].text == name || $0[0].integer == Int64(name) }
                guard found.count == 1, let id = found[0][0].integer else {
                    throw UnknownProject(name: name, isAmbiguous: found.count > 1)
                }
                return id
            })
    }

    /// A name that stands for no project, or for several.
    package struct UnknownProject: Error {
        package let name: String
        package let isAmbiguous: Bool
    }
}
