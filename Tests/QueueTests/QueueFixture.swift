import Queue
import TestSupport

/// A server with queues on it. Each test has its own.
struct QueueFixture {
    let server: RedisServer

    init(_ lines: [String] = [], tcp: Bool = false) throws { server = try RedisServer(lines, tcp: tcp) }

    /// - Parameter timeout: milliseconds on a quiet machine
    func queue(
        prefix: String = "test", lease: Int = 60_000, uploadLease: Int = 60_000, timeout: Int = 1_000,
        retention: Int = 3_600, url: String? = nil
    ) throws -> RelocationQueue {
        var timeouts = QueueTimeouts()
        timeouts.uploadLeaseMilliseconds = uploadLease
        let limit = max(timeout, min(Int(Double(timeout) * patience), 5_000))
        timeouts.connectMilliseconds = limit
        timeouts.commandMilliseconds = limit
        return try RelocationQueue(
            QueueConfiguration(
                url: RedisURL(url ?? server.url), prefix: prefix, leaseMilliseconds: lease, retentionSeconds: retention,
                timeouts: timeouts))
    }
}

/// A valid UUID that ends in a number.
func uuid(_ number: Int) -> String {
    let digits = String(number)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
}

func task(_ number: Int, payload: [UInt8] = [1, 2, 3]) -> QueueTask {
    QueueTask(
        kind: "chunk", name: "sentry.user", minOrdinal: Int64(number), rows: 1, sourceBytes: 10, payload: payload)
}

extension RelocationQueue {
    /// Enqueues a whole relocation of so many tasks, ordinals from 1.
    func enqueue(
        _ uuid: String, tasks count: Int = 3, counters: [String: Int] = [:],
        for destination: DestinationName = .standard
    ) throws {
        let token = try stage(uuid, tasks: count, counters: counters, for: destination)
        try publish(uuid: uuid, token: token, chunksTotal: count)
    }

    /// Everything but `publish`.
    func stage(
        _ uuid: String, tasks count: Int = 3, counters: [String: Int] = [:],
        for destination: DestinationName = .standard
    ) throws -> Int64 {
        var relocation = NewRelocation(uuid: uuid, scope: "users")
        relocation.destination = destination
        relocation.rowsSource = count
        relocation.counters = counters
        guard case .staged(let token) = try begin(relocation, replacing: true) else { throw Unexpected() }
        try push((0..<count).map { task($0 + 1) }, uuid: uuid, token: token)
        return token
    }

    /// Claims for the database of that identity, under the standard name.
    func claim(
        worker: String, destination: String, knownKinds: Set<String>? = nil
    ) throws(QueueError) -> ClaimResult {
        try claim(worker: worker, destination: ServedDestination(identity: destination), knownKinds: knownKinds)
    }

    @discardableResult
    func bind(_ claim: Claim, destination: String) throws(QueueError) -> OperatorRequest {
        try bind(claim, destination: ServedDestination(identity: destination))
    }

    func claimed(_ worker: String = "w1", destination: String = "here") throws -> Claim {
        guard case .claimed(let claim) = try claim(worker: worker, destination: destination) else { throw Unexpected() }
        return claim
    }

    /// Claims until something can be claimed.
    func eventualClaim(_ worker: String = "heir") throws -> Claim {
        var found: Claim?
        _ = try eventually(within: 10) {
            if case .claimed(let claim) = try claim(worker: worker, destination: "here") { found = claim }
            return found != nil
        }
        guard let found else { throw Unexpected() }
        return found
    }

    func idle(_ worker: String = "w1", destination: String = "here") throws -> ClaimResult.Idle {
        guard case .idle(let idle) = try claim(worker: worker, destination: destination) else { throw Unexpected() }
        return idle
    }

    /// Retries every failed relocation; gives the UUIDs of those that go on.
    func retryAll() throws -> [String] {
        try find().relocations.filter { $0.status == .failure }.map(\.uuid).filter { uuid in
            do throws(QueueError) { try retry(uuid) } catch {
                guard error.kind == .conflict else { throw error }
                return false
            }
            return true
        }
    }

    /// Claims and finishes one relocation.
    func finish(_ worker: String = "w1", destination: String = "here") throws -> Claim {
        let claim = try claimed(worker, destination: destination)
        _ = try acknowledge(claim, tasks: claim.status.chunksTotal - claim.status.chunksDone)
        try complete(claim)
        return claim
    }
}

struct Unexpected: Error {}

/// The kind of the queue error that a call throws; nil when it throws none.
func kind(of call: () throws -> Void) -> QueueError.Kind? {
    do { try call() } catch { return (error as? QueueError)?.kind }
    return nil
}
