import Catalogue
import Cutting
import ExportFormat
import TaskFormat
import Import
import Queue

/// Opens and decodes tasks. Knows no connection, so that it may run ahead of the import on another thread.
struct TaskPreparer: Sendable {
    let importUUID: String
    /// Opens sealed tasks; nil where no key is configured.
    let keyring: PayloadKeyring?

    /// A sealed task whose key this worker does not have: another worker, or this one with the key, can go on.
    struct KeyMissing: Error {
        let reason: String
    }

    func prepare(_ element: TaskElement) -> PreparedTask {
        do {
            return PreparedTask(element: element, work: try work(of: element))
        } catch {
            return PreparedTask(element: element, work: .unreadable(error))
        }
    }

    private func work(of element: TaskElement) throws -> PreparedTask.Work {
        switch element {
        case .malformed(let reason): throw Self.malformed(nil, "a task in Redis cannot be read: \(reason)")
        case .newer(let version):
            throw Self.malformed(nil, "a task in Redis was written by a newer version (frame \(version))")
        case .task(let task): return try work(of: task)
        }
    }

    private func work(of task: QueueTask) throws -> PreparedTask.Work {
        guard let kind = TaskKind(rawValue: task.kind) else {
            throw Self.malformed(task.name, "a task of the kind \"\(task.kind)\" is not known to this worker")
        }
        let payload = try payload(of: task, kind)
        switch kind {
        case .chunk: return try chunk(task, payload)
        case .provision: return .provision
        case .derive: return .derive(try model(of: task))
        }
    }

    /// The payload in the open.
    private func payload(of task: QueueTask, _ kind: TaskKind) throws -> [UInt8] {
        let identity = PayloadIdentity(
            uuid: importUUID, kind: kind, model: task.name, minOrdinal: task.minOrdinal, rows: task.rows)
        do {
            return try SealedPayload.open(task.payload, as: identity, with: keyring)
        } catch {
            switch error {
            case .keyMissing: throw KeyMissing(reason: error.description)
            case .damaged(let reason): throw Self.malformed(task.name, reason)
            }
        }
    }

    private func chunk(_ task: QueueTask, _ payload: [UInt8]) throws(ImportFailure) -> PreparedTask.Work {
        let model = try model(of: task)
        let now = Clock.now()
        do {
            let contents = try ChunkDecoder.contents(of: payload, model: model, now: now, catalogue: .standard)
            return .chunk(model, minOrdinal: task.minOrdinal, contents: contents, now: now)
        } catch {
            throw error.finding.map { .lasting($0) } ?? Self.malformed(task.name, error.message)
        }
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
