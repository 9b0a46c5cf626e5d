import Failpoints
import Glibc
import Intake
import Queue
import TaskFormat

/// The enqueuer's queue. It repeats a call if Redis does not answer; each call is safe to repeat on the same
/// `RelocationQueue`.
struct RetryingQueue {
    let queue: RelocationQueue
    /// Milliseconds for which Redis may be unreachable.
    let limitMilliseconds: Int64
    /// Whether to stop; asked before each repetition.
    let isInterrupted: () -> Bool

    init(_ queue: RelocationQueue, limitMilliseconds: Int?, isInterrupted: @escaping () -> Bool) {
        let lease = queue.configuration.timeouts.uploadLeaseMilliseconds
        self.queue = queue
        // One more timeout, so that a last call follows an outage as long as the lease.
        let limit = limitMilliseconds ?? lease + queue.configuration.timeouts.commandMilliseconds
        self.limitMilliseconds = Int64(limit)
        self.isInterrupted = isInterrupted
    }

    func serverReport() throws -> ServerReport {
        try repeating { () throws(QueueError) in try queue.serverReport() }
    }

    func earlier(than uuid: String, digest: String) throws -> RelocationStatus? {
        try repeating { () throws(QueueError) in try queue.earlier(than: uuid, digest: digest) }
    }

    func destination(_ name: DestinationName) throws -> DestinationEntry? {
        try repeating { () throws(QueueError) in try queue.destination(name) }
    }

    /// Nil for an unknown UUID.
    func status(_ uuid: String) throws -> RelocationStatus? {
        try repeating { () throws(QueueError) in
            do throws(QueueError) { return try queue.status(uuid) } catch {
                guard error.kind == .notFound else { throw error }
                return nil
            }
        }
    }

    func writtenRows(_ uuid: String) throws -> [String: String] {
        try repeating { () throws(QueueError) in try queue.writtenRows(uuid) }
    }

    /// A `begin` whose answer was lost may have taken effect. Until its upload lease ends, the next `begin` is refused
    /// because another enqueuer seems to be at work.
    func begin(_ relocation: NewRelocation, replacing: Bool = false) throws -> Begin {
        try repeating(waitsOutLostUpload: true) { () throws(QueueError) in
            try queue.begin(relocation, replacing: replacing)
        }
    }

    /// Collects the tasks of an upload and pushes many at a time.
    func batch(of uuid: String, _ token: Int64, _ keyring: PayloadKeyring?) -> TaskBatch {
        TaskBatch(of: uuid, keyring) { tasks in
            try push(tasks, uuid: uuid, token: token)
            try Failpoint.reach("enqueue.push.after")
        }
    }

    func push(_ tasks: [QueueTask], uuid: String, token: Int64) throws {
        try repeating { () throws(QueueError) in try queue.push(tasks, uuid: uuid, token: token) }
    }

    func list(leftOut rows: [String], uuid: String, token: Int64) throws {
        try repeating { () throws(QueueError) in try queue.list(leftOut: rows, uuid: uuid, token: token) }
    }

    func publish(uuid: String, token: Int64, chunksTotal: Int) throws {
        let unknown = "It is unknown whether the import was queued."
        try repeating(whenOver: unknown) { () throws(QueueError) in
            try queue.publish(uuid: uuid, token: token, chunksTotal: chunksTotal)
        }
    }

    /// - Parameters:
    ///   - waitsOutLostUpload: whether a conflict after a lost answer is repeated until the upload lease has ended
    ///   - whenOver: what the operator must know if Redis stays unreachable
    private func repeating<Result>(
        waitsOutLostUpload: Bool = false, whenOver: String = "Nothing was queued.",
        _ call: () throws(QueueError) -> Result
    ) throws -> Result {
        var outage = RetryBackoff(limitMilliseconds: limitMilliseconds)
        var lostUpload = RetryBackoff(limitMilliseconds: limitMilliseconds)
        var hasLostAnswer = false
        while true {
            do throws(QueueError) {
                return try call()
            } catch {
                // A full or read-only Redis is not an outage: the error goes to the operator at once.
                let isOutage = error.kind == .unavailable
                hasLostAnswer = hasLostAnswer || isOutage
                if isOutage {
                    guard let delay = outage.delayAfterFailure(at: Self.now()) else { throw over(error, whenOver) }
                    try wait(delay)
                } else {
                    guard waitsOutLostUpload, hasLostAnswer, error.kind == .conflict,
                        let delay = lostUpload.delayAfterFailure(at: Self.now())
                    else { throw error }
                    try wait(delay)
                }
            }
        }
    }

    private func over(_ error: QueueError, _ consequence: String) -> QueueError {
        guard limitMilliseconds > 0 else { return error }
        return QueueError(
            .unavailable, "\(error.message) It stayed away for \(limitMilliseconds / 1_000) s. \(consequence)",
            remedy: "\(error.remedy) Then enqueue the file again under the same UUID: it is imported once.")
    }

    private func wait(_ milliseconds: Int64) throws {
        if isInterrupted() { throw OperationError.interruptedEnqueue }
        usleep(UInt32(milliseconds) * 1_000)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension OperationError {
    static let interruptedEnqueue = OperationError(.interrupted, "Interrupted: nothing was queued.")
}
