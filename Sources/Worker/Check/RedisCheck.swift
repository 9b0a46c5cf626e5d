import CommandLine
import Queue
import Reporting

/// Looks at the Redis of a queue.
struct RedisCheck {
    private(set) var items: [ReadinessItem] = []
    private(set) var clocks: [ClockDifference] = []
    /// Nil if Redis cannot be used.
    private(set) var queue: RelocationQueue?

    init(_ configuration: QueueConfiguration) {
        do throws(QueueError) {
            let queue = try RelocationQueue(configuration)
            let report = try queue.serverReport()
            items = RedisReadiness.items(report)
            // A replica refuses every write; that is said already.
            if !report.isReadOnly { tryCommands(queue) }
            self.queue = queue
        } catch {
            items.append(.problem("redis.reachable", CommandFailure(error)))
        }
    }

    private mutating func tryCommands(_ queue: RelocationQueue) {
        let asked = Timestamp.now()
        do throws(QueueError) {
            let probe = try queue.probe()
            items.append(RedisReadiness.commands(probe, prefix: queue.configuration.prefix))
            if let now = probe.now {
                clocks = [ClockDifference("Redis", said: now, asked: asked, answered: Timestamp.now())]
            }
        } catch {
            items.append(RedisReadiness.refusal(error))
        }
    }
}
