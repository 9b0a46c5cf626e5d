package import Queue
package import TaskFormat

/// Seals tasks, collects them and hands many at a time on.
package struct TaskBatch {
    private let uuid: String
    private let keyring: PayloadKeyring?
    private let push: ([QueueTask]) throws -> Void
    private var tasks: [QueueTask] = []
    private var bytes = 0
    private var total = 0

    private static let maxBytes = 1 << 20
    private static let maxTasks = 256

    /// - Parameters:
    ///   - uuid: the relocation that the tasks belong to
    ///   - push: takes the next tasks, in order
    package init(of uuid: String, _ keyring: PayloadKeyring?, push: @escaping ([QueueTask]) throws -> Void) {
        self.uuid = uuid
        self.keyring = keyring
        self.push = push
    }

    /// Adds a task; one without a payload has no rows.
    package mutating func add(
        _ kind: TaskKind, _ name: String, minOrdinal: Int64 = 0, rows: Int = 0, sourceBytes: Int = 0,
        payload: [UInt8] = []
    ) throws {
        var payload = payload
        if let keyring {
            let identity = PayloadIdentity(
                uuid: uuid, kind: kind.sealedKind, model: name, minOrdinal: minOrdinal, rows: rows)
            payload = try SealedPayload.seal(payload, as: identity, with: keyring)
        }
        tasks.append(
            QueueTask(
                kind: kind.rawValue, name: name, minOrdinal: minOrdinal, rows: rows, sourceBytes: sourceBytes,
                payload: payload))
        bytes += payload.count
        if tasks.count >= Self.maxTasks || bytes >= Self.maxBytes { try flush() }
    }

    /// Adds a chunk of rows or events.
    package mutating func add(_ kind: TaskKind, _ chunk: Chunk) throws {
        try add(
            kind, chunk.model, minOrdinal: chunk.minOrdinal, rows: chunk.rows, sourceBytes: chunk.sourceBytes,
            payload: chunk.payload)
    }

    /// Hands the rest on. Returns the total number of tasks.
    package mutating func finish() throws -> Int {
        try flush()
        return total
    }

    private mutating func flush() throws {
        guard !tasks.isEmpty else { return }
        try push(tasks)
        total += tasks.count
        tasks = []
        bytes = 0
    }
}
