import Failpoints
import Queue
import TaskFormat

/// Seals tasks, collects them and pushes many at a time.
struct TaskBatch {
    let queue: RetryingQueue
    let uuid: String
    let token: Int64
    let keyring: PayloadKeyring?
    private var tasks: [QueueTask] = []
    private var bytes = 0
    private var total = 0

    private static let maxBytes = 1 << 20
    private static let maxTasks = 256

    init(queue: RetryingQueue, uuid: String, token: Int64, keyring: PayloadKeyring?) {
        self.queue = queue
        self.uuid = uuid
        self.token = token
        self.keyring = keyring
    }

    /// Adds a task; one without a payload has no rows.
    mutating func add(
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
        if tasks.count >= Self.maxTasks || bytes >= Self.maxBytes { try push() }
    }

    /// Pushes the rest. Returns the total number of tasks.
    mutating func finish() throws -> Int {
        try push()
        return total
    }

    private mutating func push() throws {
        guard !tasks.isEmpty else { return }
        try queue.push(tasks, uuid: uuid, token: token)
        try Failpoint.reach("enqueue.push.after")
        total += tasks.count
        tasks = []
        bytes = 0
    }
}
