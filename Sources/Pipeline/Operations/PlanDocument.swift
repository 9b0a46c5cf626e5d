internal import Adaptation
package import Catalogue
package import Cutting
package import Queue
package import Reporting
package import TaskFormat

internal import FoundationEssentials

/// A plan as a file: what an import would do, and of which file, with which flags, in which destination. `--plan` reads it
/// again.
// More than eight properties: one per member of the file.
package struct PlanDocument: Sendable, Equatable, Codable {
    /// The version of the file's form.
    package var format = 1
    /// That of the plan's own relocation: an import that holds to it gives the names that follow from it.
    package var uuid: String
    package var createdAt: String
    package var toolVersion: String
    package var scope: String
    package var options: RelocationOptions
    package var source: Source
    package var destination: Place
    package var possible: Bool
    /// Objects in the form of a findings file.
    package var findings: [JSONValue]
    package var plan: ImportPlan
    /// What Sentry's own import would lose without a word.
    package var losses: [String]
    /// What is adapted → rows.
    package var adapted: [String: Int]
    package var warnings: [String]

    package struct Source: Sendable, Equatable, Codable {
        package var name: String
        package var sha256: String
        package var rows: Int
    }

    package struct Place: Sendable, Equatable, Codable {
        package var name: String
        /// Without secrets.
        package var url: String
    }

    /// - Parameters:
    ///   - status: the plan's relocation, which has ended
    ///   - keyring: opens what is sealed
    package init(_ status: RelocationStatus, _ survey: ExportSurvey, keyring: PayloadKeyring?) throws(OperationError) {
        let json: String
        do { json = try PlanText.json(status.plan.text, of: status.uuid, with: keyring) } catch {
            throw OperationError(.badData, "The plan \(status.uuid) cannot be read: \(error.description)")
        }
        guard let plan = ImportPlan(json: json), let options = RelocationOptions(json: status.options) else {
            throw OperationError(
                .badData,
                "There is no plan \(status.uuid): \(status.failureReason). Plan again: plan \(status.scope) FILE")
        }
        self.plan = plan
        self.options = options
        uuid = status.uuid
        createdAt = Timestamp.text(status.completedAt)
        toolVersion = ToolVersion.current
        scope = status.scope
        source = Source(name: status.sourceName, sha256: survey.sha256, rows: status.rowsSource)
        destination = Place(name: status.destinationName, url: status.destinationAddress)
        possible = status.status == .success
        findings = status.findings.map(JSONValue.init(embedding:))
        losses = survey.losses
        adapted = survey.adapted.counts
        warnings = survey.warnings
        // What the file leaves out, no task holds.
        self.plan.add(survey.leftOut)
    }

    /// Reads a file; nil if it is no plan.
    package init?(json: String) {
        // The caller names the file.
        guard let document = try? JSONDecoder().decode(PlanDocument.self, from: Data(json.utf8)) else { return nil }
        self = document
    }

    /// The text of the file, with a final line end.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        // Texts and numbers always encode.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "{}\n"
    }

    private static func command(_ options: RelocationOptions, _ scope: String) -> String {
        options.relocate == nil ? scope : "relocate"
    }

    private static func words(_ references: [String: String]?) -> String {
        let words = (references ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return words.isEmpty ? "none" : words.joined(separator: " ")
    }

    // MARK: Before an import that holds to it

    /// What a worker compares: the rows of the tasks, without those that the file leaves out.
    func taskPlan(_ survey: ExportSurvey) -> ImportPlan {
        var plan = plan
        plan.remove(survey.leftOut)
        return plan
    }

    /// Why the import is another one than the plan's; empty if it is the same.
    package func differences(from job: EnqueueJob, _ survey: ExportSurvey) -> [String] {
        var out: [String] = []
        func compare(_ what: String, _ planned: String, _ now: String) {
            if planned != now { out.append("\(what): \(now), planned was \(planned)") }
        }
        compare("command", Self.command(options, scope), Self.command(job.options, job.scope.rawValue))
        compare("destination", destination.name, job.destination.text)
        compare("--merge-users", "\(options.mergeUsers)", "\(job.options.mergeUsers)")
        compare("--overwrite-configs", "\(options.overwriteConfigs)", "\(job.options.overwriteConfigs)")
        compare("versions", options.versions ?? "adapted", job.versions.text)
        compare("owner", options.relocate?.owner ?? "", job.options.relocate?.owner ?? "")
        compare("--learn", "\(options.learn != nil)", "\(job.learns && !survey.learned.isEmpty)")
        compare(
            "--learn-reference", Self.words(options.learnReferences),
            Self.words(survey.learned.isEmpty ? nil : job.learnReferences))
        if source.sha256 != survey.sha256 { out.append("the file is another one than \(source.name) was") }
        if options.filter != job.filter?.digest(uuid) { out.append("the filter is another one") }
        return out
    }

    /// Throws unless the plan is one of this import, and says that it is possible.
    package func requireFit(_ job: EnqueueJob, _ survey: ExportSurvey) throws(OperationError) {
        guard possible else {
            throw OperationError(.badData, "The plan \(uuid) says that the import would fail: nothing is queued.")
        }
        let differences = differences(from: job, survey)
        guard !differences.isEmpty else { return }
        throw OperationError(
            .badData,
            "The plan \(uuid) is one of another import, and nothing is queued:\n  "
                + differences.joined(separator: "\n  "))
    }
}
