import Catalogue
import Export
import Failpoints
import Import
import Queue

/// Does what one task says, whatever its kind.
struct TaskPerformer {
    let work: RelocationImport

    /// What became of a task's rows; empty for a task that carries none.
    func perform(_ element: TaskElement) throws(ImportFailure) -> ChunkOutcome {
        switch element {
        case .malformed(let reason): throw Self.malformed(nil, "a task in Redis cannot be read: \(reason)")
        case .task(let task): return try perform(task)
        }
    }

    private func perform(_ task: QueueTask) throws(ImportFailure) -> ChunkOutcome {
        switch TaskKind(rawValue: task.kind) {
        case .chunk: return try importChunk(task)
        case .provision:
            try work.provisionSlugs()
            return ChunkOutcome()
        case .derive:
            try work.derive(try model(of: task))
            return ChunkOutcome()
        case nil:
            throw Self.malformed(task.name, "a task of the kind \"\(task.kind)\" is not known to this worker")
        }
    }

    private func importChunk(_ task: QueueTask) throws(ImportFailure) -> ChunkOutcome {
        let model = try model(of: task)
        let now = Clock.now()
        let rows: [Row]
        do {
            rows = try ChunkCodec.decode(task.payload, model: model, now: now)
        } catch {
            throw error.finding.map { .lasting($0) } ?? Self.malformed(task.name, error.message)
        }
        return try work.importChunk(model: model, minOrdinal: task.minOrdinal, rows: rows, now: now)
    }

    private func model(of task: QueueTask) throws(ImportFailure) -> Model {
        guard let model = Catalogue.standard.model(task.name) else {
            throw .lasting(
                Finding(kind: .unknownModel, model: task.name, reason: "the model \(task.name) is not in the catalogue")
            )
        }
        return model
    }

    private static func malformed(_ model: String?, _ reason: String) -> ImportFailure {
        .lasting(Finding(kind: .deserializationFailed, model: model, reason: reason))
    }
}
