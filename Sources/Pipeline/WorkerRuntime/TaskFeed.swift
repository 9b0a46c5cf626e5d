import Queue
import Relocation

/// A relocation's tasks in order. It fetches them from Redis in pages and prepares them ahead of use. Tasks stay in the
/// list until they are acknowledged.
final class TaskFeed {
    private let queue: RelocationQueue
    private let claim: Claim
    private let prefetcher: Prefetcher
    /// Tasks that were handed out and are still in the list.
    private(set) var unacknowledged = 0
    private var isAtEnd = false

    /// Tasks of one page, and their bytes.
    private static let fetchCount = 128
    private static let fetchBytes = 4 << 20

    init(_ queue: RelocationQueue, _ claim: Claim, _ preparer: TaskPreparer) {
        self.queue = queue
        self.claim = claim
        prefetcher = Prefetcher(preparer)
    }

    /// Bytes of the tasks that are fetched and not handed out.
    var waitingBytes: Int { prefetcher.waitingBytes }

    /// Whether the list has ended with the tasks that were handed out, as far as is known.
    var isDrained: Bool { isAtEnd && prefetcher.waiting == 0 }

    /// The next task; nil at the end of the list.
    func next() throws(QueueError) -> PreparedTask? {
        if prefetcher.waiting < Self.fetchCount / 2, prefetcher.waitingBytes < Self.fetchBytes / 2, !isAtEnd {
            try fetch()
        }
        guard let task = prefetcher.next() else { return nil }
        unacknowledged += 1
        return task
    }

    private func fetch() throws(QueueError) {
        let elements = try queue.tasks(
            claim, from: unacknowledged + prefetcher.waiting, count: Self.fetchCount, maxBytes: Self.fetchBytes
        ).elements
        if elements.isEmpty { isAtEnd = true } else { prefetcher.submit(elements) }
    }

    /// An acknowledgement has removed `count` tasks from the start of the list and appended `added`.
    func acknowledged(_ count: Int, added: Int) {
        unacknowledged -= count
        if added > 0 { isAtEnd = false }
    }
}
