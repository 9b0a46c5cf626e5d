import Catalogue
import Cutting
import ExportFormat
import TaskFormat
import Import
import Queue

/// A task opened and decoded: all that can be done before it is its turn.
struct PreparedTask: Sendable {
    enum Work: Sendable {
        case chunk(Model, minOrdinal: Int64, contents: ChunkContents, now: Int64)
        case provision
        case derive(Model)
        /// It cannot be read; the error is thrown when its turn comes.
        case unreadable(any Error)
    }

    let element: TaskElement
    let work: Work

    /// Rows that it may write.
    var rowCount: Int { if case .chunk(_, _, let contents, _) = work { contents.rows.count } else { 0 } }
}
