import Catalogue
package import EventFormat
import ExportFormat
import TaskFormat

/// What a file of events holds, before anything is queued.
package struct EventsReport {
    /// Events of one project of the source.
    package struct Project: Sendable, Equatable {
        package internal(set) var events = 0
        package internal(set) var types: [String: Int] = [:]
        /// `2026-11-20` → events.
        package internal(set) var days: [String: Int] = [:]
        /// Grouping configurations of errors.
        package internal(set) var groupings: [String: Int] = [:]
        /// Groups whose state a file tells.
        package internal(set) var groups = 0

        /// The grouping configuration of most of its errors.
        var grouping: String? {
            groupings.filter { $0.key != EventsReport.unknownGrouping }.max { ($0.value, $1.key) < ($1.value, $0.key) }?
                .key
        }
    }

    private static let unknownGrouping = "unknown"

    package private(set) var projects: [Int64: Project] = [:]
    /// Kind → events that will not be saved.
    package private(set) var rejected: [String: Int] = [:]
    /// The first of them.
    package private(set) var examples: [Example] = []
    package internal(set) var digest = ""
    private let reader = ValueReader(maxDepth: EventLine.maxDepth)

    /// An event that will not be saved, and why.
    package struct Example: Sendable, Equatable {
        package let file: EventSources.Kind
        package let line: Int64
        package let rejection: EventRejection
    }

    private static let maxExamples = 100

    package var accepted: Int { projects.values.reduce(0) { $0 + $1.events } }
    package var groups: Int { projects.values.reduce(0) { $0 + $1.groups } }
    /// Lines of all files.
    package var total: Int { accepted + groups + rejected.values.reduce(0, +) }

    /// Project of the source → the grouping configuration under which its issues are to be found.
    package var groupings: [String: String] {
        Dictionary(
            uniqueKeysWithValues: projects.compactMap { id, project in project.grouping.map { (String(id), $0) } })
    }

    mutating func take(_ text: [UInt8], _ kind: EventSources.Kind, line number: Int64, _ options: EventOptions) {
        do throws(EventRejection) {
            switch kind {
            case .events:
                let line = try EventLine(text, reader)
                try options.require(line.project)
                count(try EventDraft(line.body, project: line.project, now: WallClock.now()))
            case .groups:
                let line = try GroupLine(text, reader)
                try options.require(line.project)
                projects[line.project, default: Project()].groups += 1
            }
        } catch {
            reject(error, kind, line: number)
        }
    }

    private mutating func count(_ draft: EventDraft) {
        var project = projects.removeValue(forKey: draft.project) ?? Project()
        project.events += 1
        project.types[draft.type, default: 0] += 1
        project.days[String(PythonTime.text(draft.time).prefix(10)), default: 0] += 1
        if draft.isError {
            project.groupings[draft.body.at("grouping_config", "id").text ?? Self.unknownGrouping, default: 0] += 1
        }
        projects[draft.project] = project
    }

    mutating func reject(_ rejection: EventRejection, _ file: EventSources.Kind, line: Int64) {
        rejected[rejection.kind, default: 0] += 1
        guard examples.count < Self.maxExamples else { return }
        examples.append(Example(file: file, line: line, rejection: rejection))
    }

    // MARK: - As text

    package var json: String {
        func counts(_ counts: [String: Int]) -> FieldValue {
            .object(sorting: counts.map { .init($0.key, .integer(Int64($0.value))) })
        }
        let projects = projects.sorted { $0.key < $1.key }.map { id, project in
            FieldValue.Member(
                String(id),
                .object([
                    .init("events", .integer(Int64(project.events))), .init("types", counts(project.types)),
                    .init("days", counts(project.days)), .init("groupings", counts(project.groupings)),
                    .init("groups", .integer(Int64(project.groups))),
                ]))
        }
        let examples = examples.map { example in
            FieldValue.object([
                .init("file", .text(example.file.rawValue)), .init("line", .integer(example.line)),
                .init("kind", .text(example.rejection.kind)),
                .init("place", .text(example.rejection.place)), .init("reason", .text(example.rejection.reason)),
            ])
        }
        return FieldValue.object([
            .init("lines", .integer(Int64(total))), .init("accepted", .integer(Int64(accepted))),
            .init("groups", .integer(Int64(groups))),
            .init("projects", .object(projects)), .init("rejected", counts(rejected)),
            .init("rejections", .list(examples)),
        ]).json
    }

    /// For people, one fact a line.
    package var lines: [String] {
        var out = ["\(total) lines: \(accepted) events and the state of \(groups) issues can be saved"]
        for (id, project) in projects.sorted(by: { $0.key < $1.key }) {
            out.append("project \(id): \(project.events) events, the state of \(project.groups) issues")
            if !project.types.isEmpty { out.append("  types: \(Self.words(project.types))") }
            if !project.days.isEmpty { out.append("  days: \(Self.words(project.days))") }
            if !project.groupings.isEmpty {
                out.append(
                    "  grouped by \(Self.words(project.groupings)): new events continue these issues if the destination's "
                        + "project has the same grouping configuration; else give --continue-issues")
            }
        }
        if !rejected.isEmpty { out.append("rejected: \(Self.words(rejected))") }
        for example in examples.prefix(10) {
            let place = example.rejection.place.isEmpty ? "" : "\(example.rejection.place) "
            out.append("  \(example.file) line \(example.line): \(place)\(example.rejection.reason)")
        }
        return out
    }

    private static func words(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}

extension EventOptions {
    /// Refuses a project that a map of the operator's does not name.
    fileprivate func require(_ project: Int64) throws(EventRejection) {
        guard let projects, projects[String(project)] == nil else { return }
        throw EventRejection("unknown-project", at: "project", "the map names no project \(project)")
    }
}
