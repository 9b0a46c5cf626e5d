package import Import
package import Queue

/// A task opened and decoded: all that can be done before it is its turn.
package struct PreparedTask: Sendable {
    package let element: TaskElement
    /// The error of one that cannot be read is thrown when its turn comes.
    let work: Result<any TaskWork, any Error>

    /// Rows that it may write.
    package var rowCount: Int { if case .success(let work) = work { work.rowCount } else { 0 } }

    /// Whether it can be done.
    package var isReadable: Bool { if case .success = work { true } else { false } }

    /// Does what the task says, whatever its kind.
    package func perform(_ work: RelocationImport) throws -> TaskOutcome { try self.work.get().perform(work) }
}
