import Queue

/// Empty tasks through the whole queue, as the two programs use it: `QueueRate REDIS-URL TASKS BATCH` stages and
/// publishes so many tasks, claims the relocation, takes them in order, acknowledges them by the batch under the
/// fencing token, and completes. Prints tasks a second: pushing, working, and both together.
@main struct QueueRate {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 4, let tasks = Int(words[2]), let batch = Int(words[3]) else { throw Usage() }
        let queue = try RelocationQueue(QueueConfiguration(url: RedisURL(words[1]), prefix: "rate"))
        let clock = ContinuousClock()
        let start = clock.now
        let uuid = try push(tasks, queue)
        let pushed = clock.now
        try work(uuid, batch, queue)
        let end = clock.now
        print(rate(tasks, pushed - start), rate(tasks, end - pushed), rate(tasks, end - start))
    }

    struct Usage: Error {}

    static func push(_ tasks: Int, _ queue: RelocationQueue) throws -> String {
        let uuid = "00000000-0000-4000-8000-\(String(tasks + 100_000_000_000))"
        guard case .staged(let token) = try queue.begin(NewRelocation(uuid: uuid, scope: "users")) else { throw Usage() }
        let empty = QueueTask(kind: "chunk", name: "", minOrdinal: 0, rows: 0, sourceBytes: 0, payload: [])
        // As many at a time as the enqueuer pushes.
        for start in stride(from: 0, to: tasks, by: 256) {
            try queue.push(Array(repeating: empty, count: min(256, tasks - start)), uuid: uuid, token: token)
        }
        try queue.publish(uuid: uuid, token: token, chunksTotal: tasks)
        return uuid
    }

    private static let bench = ServedDestination(identity: "bench")

    static func work(_ uuid: String, _ batch: Int, _ queue: RelocationQueue) throws {
        guard case .claimed(let claim) = try queue.claim(worker: "bench", destination: bench), claim.uuid == uuid
        else { throw Usage() }
        try queue.bind(claim, destination: bench)
        while true {
            let elements = try queue.tasks(claim, from: 0, count: batch, maxBytes: 4 << 20).elements
            if elements.isEmpty { break }
            _ = try queue.acknowledge(
                claim, tasks: elements.count, counters: ["sentry.user|inserted": elements.count], listed: [])
        }
        try queue.complete(claim)
    }

    static func rate(_ tasks: Int, _ time: Duration) -> Int {
        Int(Double(tasks) / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18))
    }
}
