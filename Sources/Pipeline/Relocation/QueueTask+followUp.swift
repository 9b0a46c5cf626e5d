package import Queue
package import TaskFormat

extension QueueTask {
    /// A task without rows that a worker adds. Its payload is empty: there is nothing to seal.
    package static func following(_ kind: TaskKind, _ name: String) -> QueueTask {
        QueueTask(kind: kind.rawValue, name: name, minOrdinal: 0, rows: 0, sourceBytes: 0, payload: [])
    }

    /// The same task with another kind.
    func `as`(_ kind: TaskKind) -> QueueTask {
        QueueTask(
            kind: kind.rawValue, name: name, minOrdinal: minOrdinal, rows: rows, sourceBytes: sourceBytes,
            payload: payload)
    }
}
