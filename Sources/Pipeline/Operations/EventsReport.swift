import Catalogue
package import EventFormat
import ExportFormat
import TaskFormat

/// What a file of events holds, before anything is queued.
package struct EventsReport: Sendable {
    /// Events of one project of the source.
    package struct Project: Sendable, Equatable {
        package internal(set) var events = 0
        package internal(set) var types: [String: Int] = [:]
        /// `2026-11-20` → events.
        package internal(set) var days: [String: Int] = [:]
        /// Grouping configurations of errors.
        package internal(set) var groupings: [String: Int] = [:]
    }

    package private(set) var projects: [Int64: Project] = [:]
    /// Kind → events that will not be saved.
    package private(set) var rejected: [String: Int] = [:]
    /// The first of them.
    package private(set) var examples: [Example] = []
    package internal(set) var digest = ""

    /// An event that will not be saved, and why.
    package struct Example: Sendable, Equatable {
        package let line: Int64
        package let rejection: EventRejection
    }

    private static let maxExamples = 100

    package var accepted: Int { projects.values.reduce(0) { $0 + $1.events } }
    package var total: Int { accepted + rejected.values.reduce(0, +) }

    mutating func take(_ text: [UInt8], line number: Int64, _ reader: ValueReader, _ options: EventOptions) {
        do throws(EventRejection) {
            let line = try EventLine(text, reader)
            try options.require(line.project)
            let draft = try EventDraft(line.body, project: line.project, now: WallClock.now())
            count(draft)
        } catch {
            reject(error, line: number)
        }
    }

    private mutating func count(_ draft: EventDraft) {
        var project = projects[draft.project] ?? Project()
        project.events += 1
        project.types[draft.type, default: 0] += 1
        project.days[String(PythonTime.text(draft.time).prefix(10)), default: 0] += 1
        if draft.isError {
            project.groupings[draft.body.at("grouping_config", "id").text ?? "unknown", default: 0] += 1
        }
        projects[draft.project] = project
    }

    mutating func reject(_ rejection: EventRejection, line: Int64) {
        rejected[rejection.kind, default: 0] += 1
        if examples.count < Self.maxExamples { examples.append(Example(line: line, rejection: rejection)) }
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
                ]))
        }
        let examples = examples.map { example in
            FieldValue.object([
                .init("line", .integer(example.line)), .init("kind", .text(example.rejection.kind)),
                .init("place", .text(example.rejection.place)), .init("reason", .text(example.rejection.reason)),
            ])
        }
        return FieldValue.object([
            .init("events", .integer(Int64(total))), .init("accepted", .integer(Int64(accepted))),
            .init("projects", .object(projects)), .init("rejected", counts(rejected)),
            .init("rejections", .list(examples)),
        ]).json
    }

    /// For people, one fact a line.
    package var lines: [String] {
        var out = ["\(total) events, \(accepted) of them can be saved"]
        for (id, project) in projects.sorted(by: { $0.key < $1.key }) {
            let days = project.days.keys.sorted()
            out.append(
                "project \(id): \(project.events) events (\(Self.words(project.types))), "
                    + "\(days.first ?? "") to \(days.last ?? "")")
            if !project.groupings.isEmpty {
                out.append(
                    "  grouped by \(Self.words(project.groupings)): new events continue these issues if the destination's "
                        + "project has the same grouping configuration")
            }
        }
        if !rejected.isEmpty { out.append("rejected: \(Self.words(rejected))") }
        for example in examples.prefix(10) {
            let place = example.rejection.place.isEmpty ? "" : "\(example.rejection.place) "
            out.append("  line \(example.line): \(place)\(example.rejection.reason)")
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
