import Flow
package import Queue
package import TaskFormat

/// A failed relocation that is to be made again, under another UUID.
package struct RelocationAgain {
    package let request: RelocateRequest
    private let digest: String
    private let id: RelocationID

    /// Throws `conflict` if it has not failed, `badData` for a plain import.
    package init(_ id: RelocationID, in queue: RelocationQueue) throws {
        let status = try OperationError.refusing { try queue.status(id.text) }
        do throws(FlowCommand.Refusal) { _ = try FlowCommand.again.applied(to: FlowRecord(status)) } catch {
            throw OperationError(.conflict, error.reason)
        }
        guard let request = RelocationOptions(json: status.options)?.relocate else {
            throw OperationError(.badData, "\(id.text) is a plain import: enqueue its file again instead.")
        }
        self.id = id
        self.request = request
        digest = status.digest
    }

    /// Throws unless the file is that of the failed relocation, as far as that is known.
    package func requireSame(_ sha256: String) throws(OperationError) {
        guard !digest.isEmpty, digest != sha256 else { return }
        throw OperationError(
            .badData, "This is another file than the one of the relocation \(id.text): give that file, or no --again.")
    }
}
