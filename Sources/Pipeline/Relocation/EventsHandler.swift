import Catalogue
package import EventFormat
import ExportFormat
import Import
import Queue
import TaskFormat

/// `events`: saves a chunk of events. ``EventsRun`` of the worker does it; here the chunk is only read.
struct EventsHandler: TaskHandler {
    let kind = TaskKind.events

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        do {
            return EventsWork(chunk: try EventsChunk(task.payload, firstOrdinal: task.task.minOrdinal))
        } catch {
            throw OpenedTask.malformed(task.task.name, error.message)
        }
    }
}

/// The events of one task, before their projects are known.
package struct EventsChunk: Sendable {
    /// The number of the first line.
    package let firstOrdinal: Int64
    package let ordinals: [Int64]
    /// One per line: the source's project and the body, or why there is none.
    package let lines: [Result<EventLine, EventRejection>]
    package let digest: String

    init(_ payload: [UInt8], firstOrdinal: Int64) throws(TaskFormatError) {
        let packed = try ChunkCodec.unpack(payload, limits: .events)
        let reader = ValueReader(maxDepth: EventLine.maxDepth)
        self.firstOrdinal = firstOrdinal
        ordinals = packed.rows.map(\.ordinal)
        lines = packed.rows.map { row in
            Result { () throws(EventRejection) in try EventLine(Array(packed.body[row.text]), reader) }
        }
        let digest = TextDigest()
        packed.body.withUnsafeBytes { digest.update($0) }
        self.digest = digest.hexadecimal()
    }
}

struct EventsWork: TaskWork {
    let chunk: EventsChunk

    var rowCount: Int { chunk.lines.count }

    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        throw OpenedTask.malformed("event", "a task of events stands in the list of an import of rows")
    }
}

extension PreparedTask {
    /// The events of a task; throws for one that cannot be read, nil for one of another kind.
    package func events() throws -> EventsChunk? { (try work.get() as? EventsWork)?.chunk }
}
