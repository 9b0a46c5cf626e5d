internal import Queue
internal import Reporting

/// What all pages are made of: one picture of Redis, at most a second old, shared by all requests. It reads all relocations
/// once, and afterwards those that have changed.
actor RelocationView {
    /// One moment.
    struct Picture: Sendable {
        var index = RelocationIndex()
        var workforce = Workforce(now: 0)
        var destinations: [DestinationEntry] = []
        var trend = Trend()
    }

    private let executor = BlockingExecutor(label: "relocation.http.view")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let configuration: QueueConfiguration
    private var queue: RelocationQueue?
    private var picture = Picture()
    /// On this machine's clock.
    private var (readAt, readWholeAt): (Int64, Int64) = (0, 0)

    /// Milliseconds for which a picture is good enough.
    private static let keptMilliseconds: Int64 = 1_000
    /// Milliseconds after which all relocations are read again: some may be forgotten.
    private static let wholeMilliseconds: Int64 = 600_000
    /// Milliseconds that a change may be older than the moment at which it is seen.
    private static let overlapMilliseconds: Int64 = 1_000

    init(_ configuration: QueueConfiguration) { self.configuration = configuration }

    /// The picture, read anew if it is old.
    func current() throws -> Picture {
        let now = Timestamp.now()
        guard abs(now - readAt) >= Self.keptMilliseconds else { return picture }
        let queue = try connection()
        let (workforce, destinations) = (try queue.workforce(), try queue.destinations())
        if abs(now - readWholeAt) >= Self.wholeMilliseconds {
            picture.index.replace(try queue.find(query(changedSince: 0)).relocations)
            readWholeAt = now
        } else {
            let since = picture.workforce.now - Self.overlapMilliseconds
            picture.index.update(try queue.find(query(changedSince: since)).relocations)
        }
        (picture.workforce, picture.destinations, readAt) = (workforce, destinations, now)
        return picture
    }

    /// What was done must show at once.
    func forget() { readAt = 0 }

    /// Notes how the queues move.
    func sample() throws {
        let queue = try connection()
        picture.trend.add(try queue.workforce(), try queue.destinations())
    }

    private func query(changedSince time: Int64) -> RelocationQuery {
        var query = RelocationQuery()
        query.isWhole = false
        query.changedSince = time
        return query
    }

    private func connection() throws(QueueError) -> RelocationQueue {
        let queue = if let queue { queue } else { try RelocationQueue(configuration) }
        self.queue = queue
        return queue
    }
}
