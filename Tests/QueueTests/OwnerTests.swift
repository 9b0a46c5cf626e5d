import Queue
import TestSupport
import Testing

/// An owner who must be free has one relocation at a time.
@Suite struct OwnerTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
    }

    private static func relocation(
        _ number: Int, of name: String = "ada", mustBeFree: Bool = true
    ) -> NewRelocation {
        var relocation = NewRelocation(uuid: uuid(number), scope: "organizations")
        relocation.owner = RelocationOwner(name: name)
        relocation.owner?.mustBeFree = mustBeFree
        return relocation
    }

    @Test func ofManyAtOnceOneBegins() throws {
        let fixture = fixture
        let begun = try inParallel(20) { number in
            try fixture.queue().begin(Self.relocation(number))
        }
        let won = begun.indices.filter { if case .staged = begun[$0] { true } else { false } }
        #expect(won.count == 1)
        for (number, answer) in begun.enumerated() where number != won.first {
            #expect(answer == .ownerIsBusy(with: uuid(won.first ?? 0)))
        }
        #expect(try queue.find().relocations.count == 1, "nothing is left of the others")
    }

    @Test func onlyWhatHasNotEndedCounts() throws {
        func isBusy(_ number: Int, of name: String = "ada") throws -> Bool {
            let answer = try queue.begin(Self.relocation(number, of: name))
            guard case .staged(let token) = answer else { return true }
            try queue.abandon(uuid: uuid(number), token: token)
            return false
        }
        // One of the command line counts, though it begins in any case.
        for number in 1...2 {
            guard case .staged(let token) = try queue.begin(Self.relocation(number, mustBeFree: false)) else {
                throw Unexpected()
            }
            try queue.push([task(1)], uuid: uuid(number), token: token)
            try queue.publish(uuid: uuid(number), token: token, chunksTotal: 1)
        }
        #expect(try isBusy(3))
        #expect(try !isBusy(4, of: "grace"))
        try queue.abort(uuid(1))
        #expect(try isBusy(5))
        try queue.abort(uuid(2))
        #expect(try !isBusy(6))
        try queue.retry(uuid(1))
        #expect(try isBusy(7), "it goes on")
    }

    /// An enqueuer that is gone keeps nobody up for longer than its upload lease.
    @Test func anUploadThatIsGoneDoesNotCount() throws {
        let hasty = try fixture.queue(uploadLease: 100)
        guard case .staged = try hasty.begin(Self.relocation(1)) else { throw Unexpected() }
        #expect(
            try eventually(within: 5) {
                if case .staged = try queue.begin(Self.relocation(2)) { true } else { false }
            })
    }

    /// A key of another kind costs the note, not the relocation.
    @Test func somethingElseThereDoesNoHarm() throws {
        guard case .staged(let token) = try queue.begin(Self.relocation(1)) else { throw Unexpected() }
        try queue.abandon(uuid: uuid(1), token: token)
        let key = try #require(
            try fixture.server.cli(["KEYS", "*:owner:*"]).split(separator: "\n").first.map(String.init))
        #expect(Int(try fixture.server.cli(["PTTL", key])) ?? 0 > 3_600_000)
        _ = try fixture.server.cli(["SET", key, "x"])
        guard case .staged = try queue.begin(Self.relocation(2)) else { throw Unexpected() }
    }
}
