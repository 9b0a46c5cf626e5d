package import Catalogue
package import Cutting
package import Queue
package import TaskFormat

/// The import that a verification is about: as Redis remembers it, or as the operator describes it.
package struct VerifiedImport {
    package let id: RelocationID
    package let scope: ImportScope
    /// Those of the verification: the import's, and what it verifies.
    package let options: RelocationOptions
    /// Where the import went; nil if Redis has forgotten it.
    package let destination: DestinationName?
    private let digest: String

    /// What the operator says of the import; what Redis remembers counts more.
    package struct Description: Sendable {
        package var scope: ImportScope?
        package var filter: ExportFilter?
        /// As the command line names it.
        package var destination: DestinationName?
        package var mergeUsers = false
        package var overwriteConfigs = false

        package init() {}
    }

    /// Throws `badData` or `conflict` if the description does not fit what Redis remembers, `notYet` if the import has not
    /// ended, `notFound` if Redis remembers nothing and the description lacks the scope.
    package init(_ id: RelocationID, _ described: Description, repairs: Bool, in queue: RelocationQueue) throws {
        let status = try Self.status(id, queue)
        let known = status.flatMap { RelocationOptions(json: $0.options) }
        guard let scope = status.flatMap({ ImportScope(rawValue: $0.scope) }) ?? described.scope else {
            throw OperationError(
                .notFound,
                "Redis knows no import \(id.text). If it has forgotten it, say what it was with --scope, and its filter and "
                    + "flags; relocation-worker imports lists what the database knows.")
        }
        self.id = id
        self.scope = scope
        destination = try status.map { try DestinationName($0.destinationName) }
        digest = status?.digest ?? ""
        var options = RelocationOptions()
        options.mergeUsers = known?.mergeUsers ?? described.mergeUsers
        options.overwriteConfigs = known?.overwriteConfigs ?? described.overwriteConfigs
        options.hideOrganizations = known?.hideOrganizations ?? false
        options.filter = described.filter?.digest(id.text)
        options.verifies = id.text
        options.repairs = repairs
        self.options = options
        if let status { try requireFit(described, status, known) }
    }

    private static func status(_ id: RelocationID, _ queue: RelocationQueue) throws -> RelocationStatus? {
        do throws(QueueError) { return try queue.status(id.text) } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    private func requireFit(_ described: Description, _ status: RelocationStatus, _ known: RelocationOptions?) throws {
        if let purpose = known?.otherPurpose {
            throw OperationError(.badData, "\(id.text) is \(purpose): give the UUID of an import.")
        }
        guard [.success, .failure].contains(status.status) else {
            throw OperationError(
                .notYet, "The import \(id.text) has not ended (\(status.status.rawValue)): verify it when it has.")
        }
        if status.endedBy == .undo {
            throw OperationError(.badData, "The import \(id.text) was undone: nothing of it is left to verify.")
        }
        if let wanted = described.destination, let destination, wanted != destination {
            throw OperationError(
                .conflict,
                "The import \(id.text) went to the destination \(destination.text), not \(wanted.text): leave --destination "
                    + "out.")
        }
        if let wanted = described.scope, wanted != scope {
            throw OperationError(
                .badData, "The import \(id.text) has the scope \(scope.rawValue), not \(wanted.rawValue).")
        }
        for (flag, isGiven, wasGiven) in [
            ("--merge-users", described.mergeUsers, known?.mergeUsers),
            ("--overwrite-configs", described.overwriteConfigs, known?.overwriteConfigs),
        ] where isGiven && wasGiven == false {
            throw OperationError(.badData, "The import \(id.text) had no \(flag): leave it out.")
        }
        guard options.filter == known?.filter else {
            throw OperationError(
                .badData,
                known?.filter == nil
                    ? "The import \(id.text) had no filter: leave it out."
                    : "The import \(id.text) had a filter: give the same one, with the same option and names.")
        }
    }

    /// Throws unless the file is the import's, as far as Redis remembers.
    package func requireSame(_ survey: ExportSurvey) throws(OperationError) {
        guard !digest.isEmpty, digest != survey.sha256 else { return }
        throw OperationError(
            .badData, "This is another file than the one that the import \(id.text) has read: give that file.")
    }
}
