import Queue
import Reporting
import Synchronization
import TestSupport
import Testing

@testable import Server

/// The picture that all pages share: how old it may be, and what it must know. Time is the test's.
@Suite struct RelocationViewTests {
    private let server: RedisServer
    private let queue: RelocationQueue
    private let view: RelocationView
    private let clock = TestClock()

    init() throws {
        server = try RedisServer()
        let configuration = try QueueConfiguration(url: RedisURL(server.url), prefix: "test")
        queue = try RelocationQueue(configuration)
        view = RelocationView(configuration, clock: { [clock] in clock.now })
    }

    private func enqueue(_ number: Int) throws {
        let relocation = NewRelocation(uuid: "00000000-0000-4000-8000-00000000000\(number)", scope: "users")
        guard case .staged = try queue.begin(relocation, replacing: true) else { throw NotStaged() }
    }

    private struct NotStaged: Error {}

    private func seen() async throws -> Int { try await view.current().index.entries.count }

    @Test func aPictureServesForASecond() async throws {
        try enqueue(1)
        #expect(try await seen() == 1)
        try enqueue(2)
        clock.advance(999)
        #expect(try await seen() == 1, "no request reads what is not too old")
        clock.advance(1)
        #expect(try await seen() == 2)
    }

    @Test func whatWasDoneHereShowsAtOnce() async throws {
        #expect(try await seen() == 0)
        try enqueue(1)
        view.forget()
        #expect(try await seen() == 1)
    }

    @Test func whileSomebodyLooksItIsReadAheadOfTime() async throws {
        #expect(try await seen() == 0)
        try enqueue(1)
        clock.advance(699)
        try await view.keep()
        #expect(try await seen() == 0, "not yet")
        clock.advance(1)
        try await view.keep()
        // Nothing is left to be read.
        server.stop()
        clock.advance(999)
        #expect(try await seen() == 1)
        clock.advance(1)
        await #expect(throws: QueueError.self) { try await seen() }
    }

    @Test func nobodyLooksSoNothingIsRead() async throws {
        try await view.keep()
        #expect(try await seen() == 0)
        server.stop()
        clock.advance(10_000)
        try await view.keep()
        clock.advance(-1)
        await #expect(throws: QueueError.self) { try await view.keep() }
    }
}

/// A clock that a test turns.
private final class TestClock: Sendable {
    private let start = ContinuousClock.now
    private let passed = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { start + passed.withLock { $0 } }

    func advance(_ milliseconds: Int) { passed.withLock { $0 += .milliseconds(milliseconds) } }
}
