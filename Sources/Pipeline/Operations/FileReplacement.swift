import Catalogue
import Cutting
import ExportFormat
import Queue
import Reporting

/// Another file under a UUID that belongs to an earlier one: a relocation that has failed or is paused goes on with it. What
/// Redis knows of the rows that are written is compared here; a worker compares with all that the destination knows before it
/// writes.
struct FileReplacement {
    let queue: RetryingQueue
    let uuid: String
    let source: ExportSource
    let survey: ExportSurvey

    /// Throws if the file cannot take the place of the earlier one. Returns what the record says of that one.
    ///
    /// - Parameter status: of the relocation; nil if Redis does not know it
    func accepted(_ status: RelocationStatus?) throws -> String {
        if let status { try Self.requireEnded(status) }
        let written = try queue.writtenRows(uuid).compactMap { WrittenRows(name: $0.key, text: $0.value) }
        try source.requireWritten(written, survey)
        let earlier = status?.replacedDigest ?? ""
        return earlier.isEmpty ? NewRelocation.unknownFile : earlier
    }

    static func requireEnded(_ status: RelocationStatus) throws(OperationError) {
        switch status.status {
        case .failure, .paused: return
        // What was not published is begun again if its enqueuer is gone.
        case .inProgress where status.isUploading: return
        case .success:
            throw OperationError(
                .conflict,
                "The relocation \(status.uuid) has succeeded: nothing of it is left to go on with. Import the file without "
                    + "--import-uuid.")
        case .inProgress, .unknown:
            throw OperationError(
                .conflict,
                "The relocation \(status.uuid) goes on with its own file (\(PlainText.line(status.status.rawValue))). Pause or "
                    + "cancel it first: relocation-enqueue pause \(status.uuid)")
        }
    }
}

extension RelocationStatus {
    /// The digest of the file that the written rows come from; empty if it is not known.
    var replacedDigest: String {
        if replaces.isEmpty { return digest }
        return replaces == NewRelocation.unknownFile ? "" : replaces
    }
}
