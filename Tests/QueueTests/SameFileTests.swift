import Queue
import TestSupport
import Testing

/// Relocations of the same file know of each other.
@Suite struct SameFileTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
    }

    private func begin(_ number: Int, _ digest: String = "d1") throws -> Int64 {
        var relocation = NewRelocation(uuid: uuid(number), scope: "users")
        relocation.digest = digest
        guard case .staged(let token) = try queue.begin(relocation) else { throw Unexpected() }
        return token
    }

    private func earlier(than number: Int, _ digest: String = "d1") throws -> String? {
        try queue.earlier(than: uuid(number), digest: digest)?.uuid
    }

    @Test func theNewestOtherOneIsFound() throws {
        for number in 1...2 { _ = try begin(number) }
        _ = try begin(3, "d2")
        #expect(try earlier(than: 4) == uuid(2))
        #expect(try earlier(than: 2) == uuid(1), "not itself")
        #expect(try earlier(than: 4, "d3") == nil)
        #expect(try queue.earlier(than: uuid(4), digest: "d2")?.scope == "users")
    }

    @Test func whatIsForgottenIsNotFound() throws {
        _ = try begin(1)
        let token = try begin(2)
        try queue.abandon(uuid: uuid(2), token: token)
        #expect(try earlier(than: 3) == uuid(1))
        _ = try fixture.server.cli(["DEL", "{test}:record:\(uuid(1))"])
        #expect(try earlier(than: 3) == nil)
    }

    /// The cost stays the same, however often a file is enqueued, and ends some time.
    @Test func onlyTheLastAreKept() throws {
        for number in 1...20 { _ = try begin(number) }
        _ = try begin(20 + 1)
        #expect(try fixture.server.cli(["LLEN", "{test}:file:d1"]) == "8")
        #expect(Int(try fixture.server.cli(["PTTL", "{test}:file:d1"])) ?? 0 > 3_600_000)
        #expect(try earlier(than: 21) == uuid(20))
    }

    /// A key of another kind costs the warning, not the enqueue.
    @Test func somethingElseThereDoesNoHarm() throws {
        _ = try fixture.server.cli(["SET", "{test}:file:d1", "x"])
        _ = try begin(1)
        #expect(try earlier(than: 2) == nil)
    }
}
