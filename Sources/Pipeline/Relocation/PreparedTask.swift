package import Catalogue
import Cutting
package import Import
package import Queue

/// A task that is opened and decoded: all that can be done before its turn.
package struct PreparedTask: Sendable {
    package let element: TaskElement
    /// The work; for an unreadable task, the error that `perform` throws at its turn.
    let work: Result<any TaskWork, any Error>

    /// The most rows that the task writes.
    package var rowCount: Int { if case .success(let work) = work { work.rowCount } else { 0 } }

    /// Whether the task could be read.
    package var isReadable: Bool { if case .success = work { true } else { false } }

    /// Performs the task, whatever its kind.
    package func perform(_ work: RelocationImport) throws -> TaskOutcome { try self.work.get().perform(work) }

    /// Imports some rows of a verification's task.
    ///
    /// - Parameter ordinals: those of the rows
    package func importRows(_ work: RelocationImport, only ordinals: Set<Int64>) throws -> ChunkOutcome? {
        try (self.work.get() as? VerifyWork)?.importRows(work, only: ordinals)
    }

    /// Rows of a verification's task, by their ordinals.
    package func verifiedRows(_ ordinals: Set<Int64>) -> [Row] {
        ((try? work.get() as? VerifyWork)?.chunk.contents.rows ?? []).filter { ordinals.contains($0.ordinal) }
    }

    /// The task of a relocation with steps; nil for any other. Throws what made it unreadable.
    package func flow() throws -> FlowWork? { try work.get() as? FlowWork }

    /// The rows of a chunk; nil for a task without rows.
    package var chunk: (model: Model, rows: [Row], hidden: [String: Int64])? {
        guard case .success(let work) = work, let chunk = work as? ChunkWork else { return nil }
        return (chunk.model, chunk.contents.rows, chunk.contents.hidden)
    }

    /// The model of a verification's task.
    package var verifiedModel: Model? { (try? work.get() as? VerifyWork)?.chunk.model }
}
