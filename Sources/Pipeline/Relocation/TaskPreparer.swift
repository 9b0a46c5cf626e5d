package import Catalogue
import Import
package import Queue
package import TaskFormat

/// Opens and decodes tasks. Knows no connection, so that it may run ahead of the import on another thread.
package struct TaskPreparer: Sendable {
    private let importUUID: String
    private let keyring: PayloadKeyring?
    private let options: RelocationOptions
    private let catalogue: Catalogue

    /// A sealed task whose key this worker does not have: another worker, or this one with the key, can go on.
    package struct KeyMissing: Error {
        package let reason: String
    }

    /// A task of a newer version: a worker of that version can go on.
    package struct UnknownTask: Error {
        /// What a worker must name when it claims.
        package let kind: String
        package let reason: String
    }

    /// - Parameter keyring: opens sealed tasks; nil where no key is configured.
    package init(
        importUUID: String, keyring: PayloadKeyring?, options: RelocationOptions = RelocationOptions(),
        catalogue: Catalogue
    ) {
        self.importUUID = importUUID
        self.keyring = keyring
        self.options = options
        self.catalogue = catalogue
    }

    /// The kinds of tasks that this version works.
    package static var knownKinds: Set<String> { TaskHandlers.kinds }

    package func prepare(_ element: TaskElement) -> PreparedTask {
        PreparedTask(element: element, work: Result { try work(of: element) })
    }

    private func work(of element: TaskElement) throws -> any TaskWork {
        switch element {
        case .malformed(let reason):
            throw OpenedTask.malformed(nil, "a task in Redis cannot be read: \(reason)")
        case .newer(let version):
            throw UnknownTask(
                kind: "frame:\(version)",
                reason: "a task was written by a newer version (frame \(version)): run a worker of that version")
        case .task(let task):
            guard let handler = TaskHandlers.handler(of: task.kind) else {
                throw UnknownTask(
                    kind: task.kind,
                    reason:
                        "this worker does not know tasks of the kind \"\(task.kind)\": run a worker of a newer version")
            }
            let payload = try payload(of: task, handler.kind)
            return try handler.prepare(
                OpenedTask(task: task, payload: payload, options: options, catalogue: catalogue))
        }
    }

    /// The payload in the open.
    private func payload(of task: QueueTask, _ kind: TaskKind) throws -> [UInt8] {
        let identity = PayloadIdentity(
            uuid: importUUID, kind: kind.sealedKind, model: task.name, minOrdinal: task.minOrdinal, rows: task.rows)
        do {
            return try SealedPayload.open(task.payload, as: identity, with: keyring)
        } catch {
            switch error {
            case .keyMissing: throw KeyMissing(reason: error.description)
            case .damaged(let reason): throw OpenedTask.malformed(task.name, reason)
            }
        }
    }
}
