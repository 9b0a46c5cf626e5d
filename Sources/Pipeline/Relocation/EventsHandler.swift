import Catalogue
package import EventFormat
import ExportFormat
import Import
import Queue
import TaskFormat

/// `events`: saves a chunk of events or groups. ``EventsRun`` of the worker does it; here the chunk is only read.
struct EventsHandler: TaskHandler {
    let kind = TaskKind.events

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        do {
            return EventsWork(chunk: try EventsChunk(task.payload, task.task))
        } catch {
            throw OpenedTask.malformed(task.task.name, error.message)
        }
    }
}

/// The lines of one task, before their projects are known.
package struct EventsChunk: Sendable {
    /// The number of the first line.
    package let firstOrdinal: Int64
    package let ordinals: [Int64]
    package let lines: Lines
    package let digest: String

    /// One per line: what it holds, under the source's ids, or why there is nothing.
    package enum Lines: Sendable {
        case events([Result<EventLine, EventRejection>])
        case groups([Result<GroupLine, EventRejection>])
    }

    init(_ payload: [UInt8], _ task: QueueTask) throws(TaskFormatError) {
        let packed = try ChunkCodec.unpack(payload, limits: .events)
        let reader = ValueReader(maxDepth: EventLine.maxDepth)
        firstOrdinal = task.minOrdinal
        ordinals = packed.rows.map(\.ordinal)
        let texts = packed.rows.map { Array(packed.body[$0.text]) }
        if task.name == EventLine.group {
            lines = .groups(
                texts.map { text in Result { () throws(EventRejection) in try GroupLine(text, reader) } })
        } else {
            lines = .events(
                texts.map { text in Result { () throws(EventRejection) in try EventLine(text, reader) } })
        }
        let digest = TextDigest()
        packed.body.withUnsafeBytes { digest.update($0) }
        self.digest = digest.hexadecimal()
    }
}

struct EventsWork: TaskWork {
    let chunk: EventsChunk

    var rowCount: Int { chunk.ordinals.count }

    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        throw OpenedTask.malformed("event", "a task of events stands in the list of an import of rows")
    }
}

extension PreparedTask {
    /// The events of a task; throws for one that cannot be read, nil for one of another kind.
    package func events() throws -> EventsChunk? { (try work.get() as? EventsWork)?.chunk }
}
