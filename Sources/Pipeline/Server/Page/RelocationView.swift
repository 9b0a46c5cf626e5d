internal import Queue
internal import Reporting
internal import Synchronization

/// What all pages are made of: one picture of Redis, shared by all requests. While somebody looks, it is read anew before it is
/// a second old (`PictureKeeper`): a request takes the picture that is there and waits only after a pause or a change.
final class RelocationView: Sendable {
    /// One moment.
    struct Picture: Sendable {
        var index = RelocationIndex()
        var workforce = Workforce(now: 0)
        var destinations: [DestinationEntry] = []
        var trend = Trend()
    }

    typealias Clock = @Sendable () -> ContinuousClock.Instant

    private let reader: PictureReader
    private let clock: Clock
    private let kept = Mutex(Kept())

    /// For how long a picture is good enough, and after how long it is read anew ahead of time.
    private static let (goodFor, renewedAfter) = (Duration.seconds(1), Duration.milliseconds(700))
    /// For how long after a request the picture is read ahead of time.
    private static let watchedFor = Duration.seconds(10)

    /// - Parameter clock: of this machine
    init(_ configuration: QueueConfiguration, clock: @escaping Clock = { .now }) {
        reader = PictureReader(configuration)
        self.clock = clock
    }

    /// A picture that is less than a second old and knows all that was done through this server.
    func current() async throws -> Picture {
        let now = clock()
        let picture = kept.withLock { kept in
            kept.askedAt = now
            return kept.picture(notBefore: now - Self.goodFor)
        }
        if let picture { return picture }
        return try await renewed(notBefore: now - Self.goodFor)
    }

    /// What was done must show at once.
    func forget() { kept.withLock { $0.changes += 1 } }

    /// Reads the picture ahead of time if somebody looks and it will soon be too old.
    func keep() async throws {
        let now = clock()
        let isDue = kept.withLock { kept in
            guard let askedAt = kept.askedAt, now - askedAt < Self.watchedFor else { return false }
            return kept.picture(notBefore: now - Self.renewedAfter) == nil
        }
        if isDue { _ = try await renewed(notBefore: now - Self.renewedAfter) }
    }

    /// Notes how the queues move.
    func sample() async throws { try await reader.sample() }

    /// Those who wait for the same reading share it.
    private func renewed(notBefore time: ContinuousClock.Instant) async throws -> Picture {
        try await reader.read { [self] read throws in
            if let picture = kept.withLock({ $0.picture(notBefore: time) }) { return picture }
            let (begun, changes) = (clock(), kept.withLock(\.changes))
            let picture = try read()
            kept.withLock { $0.take(picture, begun, changes) }
            return picture
        }
    }
}

/// The last picture, and what it knows.
private struct Kept {
    /// When its reading began; nil before the first.
    private var (picture, readAt): (RelocationView.Picture, ContinuousClock.Instant?) = (.init(), nil)
    /// How many changes it has seen.
    private var seen = 0
    /// Changes that were made through this server.
    var changes = 0
    /// When somebody last wanted a picture.
    var askedAt: ContinuousClock.Instant?

    func picture(notBefore time: ContinuousClock.Instant) -> RelocationView.Picture? {
        guard let readAt, readAt > time, seen == changes else { return nil }
        return picture
    }

    /// - Parameter changes: those that were made before the reading began
    mutating func take(_ picture: RelocationView.Picture, _ begun: ContinuousClock.Instant, _ changes: Int) {
        (self.picture, readAt, seen) = (picture, begun, changes)
    }
}

/// Reads pictures on a thread of its own: all relocations once, afterwards those that have changed.
private actor PictureReader {
    private let executor = BlockingExecutor(label: "relocation.http.view")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let configuration: QueueConfiguration
    private var queue: RelocationQueue?
    private var picture = RelocationView.Picture()
    private var readWholeAt: ContinuousClock.Instant?

    /// Time after which all relocations are read again: some may be forgotten.
    private static let wholeEvery = Duration.seconds(600)
    /// Milliseconds that a change may be older than the moment at which it is seen.
    private static let overlapMilliseconds: Int64 = 2_000

    init(_ configuration: QueueConfiguration) { self.configuration = configuration }

    /// Runs `body` alone; it may read.
    func read(
        _ body: @Sendable (() throws -> RelocationView.Picture) throws -> RelocationView.Picture
    ) throws -> RelocationView.Picture {
        try body { try look() }
    }

    private func look() throws -> RelocationView.Picture {
        let queue = try connection()
        let now = ContinuousClock.now
        let (workforce, destinations) = (try queue.workforce(), try queue.destinations())
        if let readWholeAt, now - readWholeAt < Self.wholeEvery {
            let since = picture.workforce.now - Self.overlapMilliseconds
            picture.index.update(try queue.find(query(changedSince: since)).relocations)
        } else {
            picture.index.replace(try queue.find(query(changedSince: 0)).relocations)
            readWholeAt = now
        }
        (picture.workforce, picture.destinations) = (workforce, destinations)
        return picture
    }

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
