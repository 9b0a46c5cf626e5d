import Catalogue
import Export
import Failpoints
import Import
import Queue

/// Does what one task says, whatever its kind.
struct TaskPerformer {
    let work: RelocationImport
    /// Opens sealed tasks; nil where no key is configured.
    let keyring: PayloadKeyring?

    /// A sealed task whose key this worker does not have: another worker, or this one with the key, can go on.
    struct KeyMissing: Error {
        let reason: String
    }

    /// What became of a task's rows; empty for a task that carries none.
    func perform(_ element: TaskElement) throws -> ChunkOutcome {
        switch element {
        case .malformed(let reason): throw Self.malformed(nil, "a task in Redis cannot be read: \(reason)")
        case .task(let task): return try perform(task)
        }
    }

    private func perform(_ task: QueueTask) throws -> ChunkOutcome {
        guard let kind = TaskKind(rawValue: task.kind) else {
            throw Self.malformed(task.name, "a task of the kind \"\(task.kind)\" is not known to this worker")
        }
        let payload = try payload(of: task, kind)
        switch kind {
        case .chunk: return try importChunk(task, payload)
        case .provision: try work.provisionSlugs()
        case .derive: try work.derive(try model(of: task))
        }
        return ChunkOutcome()
    }

    /// The payload in the open.
    private func payload(of task: QueueTask, _ kind: TaskKind) throws -> [UInt8] {
        let identity = PayloadIdentity(
            uuid: work.context.importUUID, kind: kind, model: task.name, minOrdinal: task.minOrdinal, rows: task.rows)
        do {
            return try SealedPayload.open(task.payload, as: identity, with: keyring)
        } catch {
            switch error {
            case .keyMissing: throw KeyMissing(reason: error.description)
            case .damaged(let reason): throw Self.malformed(task.name, reason)
            }
        }
    }

    private func importChunk(_ task: QueueTask, _ payload: [UInt8]) throws(ImportFailure) -> ChunkOutcome {
        let model = try model(of: task)
        let now = Clock.now()
        let contents: ChunkContents
        do {
            contents = try ChunkCodec.contents(of: payload, model: model, now: now)
        } catch {
            throw error.finding.map { .lasting($0) } ?? Self.malformed(task.name, error.message)
        }
        return try work.importChunk(
            model: model, minOrdinal: task.minOrdinal, rows: contents.rows, hidden: contents.hidden, now: now)
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
