import Queue
import TestSupport
import Testing

/// Relocations go where their destination's name goes.
struct DestinationTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
    }

    private func served(_ name: String, by identity: String, former: String? = nil) throws -> ServedDestination {
        ServedDestination(
            name: try DestinationName(name), identity: identity, formerIdentity: former,
            address: "sqlite:///\(identity)")
    }

    private func claim(_ destination: ServedDestination) throws -> ClaimResult {
        try queue.claim(worker: "host:1", destination: destination)
    }

    private func claimed(_ destination: ServedDestination) throws -> Claim {
        guard case .claimed(let claim) = try claim(destination) else { throw Unexpected() }
        return claim
    }

    private func idle(_ destination: ServedDestination) throws -> ClaimResult.Idle {
        guard case .idle(let idle) = try claim(destination) else { throw Unexpected() }
        return idle
    }

    @Test func eachNameHasALaneOfItsOwn() throws {
        try queue.enqueue(uuid(1), for: DestinationName("eu"))
        try queue.enqueue(uuid(2))
        let (eu, us) = (try served("eu", by: "a"), try served("us", by: "b"))
        #expect(try idle(us).openRelocations == 0)
        #expect(try Set(idle(us).foreign) == [uuid(1), uuid(2)])
        let claim = try claimed(eu)
        #expect(claim.uuid == uuid(1) && claim.status.destinationName == "eu")
        try queue.bind(claim, destination: eu)
        let status = try queue.status(uuid(1))
        #expect(status.destination == "a" && status.destinationAddress == "sqlite:///a")
        try queue.release(claim)
        #expect(try claimed(eu).uuid == uuid(1))
        #expect(try claimed(served("default", by: "b")).uuid == uuid(2))
    }

    @Test func aNameBelongsToTheDatabaseThatServedItFirst() throws {
        #expect(try queue.destination(.standard) == nil)
        #expect(try idle(served("default", by: "a")).openRelocations == 0)
        let entry = try #require(try queue.destination(.standard))
        #expect(entry.identity == "a" && entry.registeredBy == "host:1" && entry.registeredAt > 0)
        let other = try served("default", by: "b")
        #expect(kind { _ = try claim(other) } == .destinationTaken)
        #expect(kind { try queue.serve(other, worker: "w", takingOver: false) } == .destinationTaken)
        do { _ = try claim(other) } catch let error as QueueError {
            #expect(error.description.contains("sqlite:///a") && error.description.contains("--rebind"))
        }
        // The same database may have several names.
        #expect(try idle(served("alias", by: "a")).openRelocations == 0)
    }

    @Test func whatWasBoundGoesWithTheNameThatIsTakenOver() throws {
        let (old, new) = (try served("default", by: "a"), try served("default", by: "b"))
        try queue.enqueue(uuid(1))
        try queue.enqueue(uuid(2))
        let held = try claimed(old)
        try queue.bind(held, destination: old)
        _ = try queue.acknowledge(held, tasks: 1)
        try queue.serve(new, worker: "other:2", takingOver: true)
        // The old worker loses the name at its next claim, and at its next first write.
        #expect(kind { _ = try claim(old) } == .destinationTaken)
        #expect(kind { try queue.bind(held, destination: old) } == .destinationTaken)
        try queue.release(held)
        let moved = try claimed(new)
        #expect(moved.uuid == uuid(1) && moved.status.destination == "a")
        try queue.bind(moved, destination: new)
        #expect(try queue.status(uuid(1)).destination == "b")
        #expect(try claimed(new).uuid == uuid(2))

        let entry = try #require(try queue.destination(.standard))
        #expect(entry.identity == "b" && entry.registeredBy == "other:2" && entry.earlier.count == 1)
        #expect(entry.earlier[0].contains("\"identity\":\"a\"") && entry.earlier[0].contains("\"takenBy\":\"other:2\""))
        try queue.serve(new, worker: "other:3", takingOver: true)
        #expect(try queue.destination(.standard) == entry)
    }

    @Test func aFlushedRedisForgetsNamesAndTheNextClaimRegistersAgain() throws {
        let here = try served("default", by: "a")
        _ = try claim(here)
        _ = try fixture.server.cli(["FLUSHALL"])
        #expect(try queue.destinations() == [])
        _ = try claim(here)
        #expect(try queue.destinations().map(\.identity) == ["a"])
    }

    @Test func namesThatNobodyServesAreListed() throws {
        try queue.enqueue(uuid(1), for: DestinationName("eu"))
        try queue.enqueue(uuid(2), for: DestinationName("eu"))
        let entries = try queue.destinations()
        #expect(entries.count == 1 && entries[0].name == "eu" && entries[0].identity == "")
        #expect(entries[0].waiting == 2 && entries[0].leased == 0)
        let claim = try claimed(served("eu", by: "a"))
        #expect(try queue.destinations().map { [$0.waiting, $0.leased] } == [[1, 1]])
        try queue.release(claim)
    }

    @Test func whatIsNoNameIsRefused() {
        for text in ["", "a b", "ä", "a:b", "a/b", String(repeating: "a", count: 65)] {
            #expect(kind { _ = try DestinationName(text) } == .invalidArgument, "\(text)")
        }
        #expect(throws: Never.self) { try DestinationName(String(repeating: "a", count: 64)) }
        #expect(throws: Never.self) { try DestinationName("Eu-1.example_com") }
    }

    @Test(arguments: RecordedQueue.formats) func aRecordedRelocationStaysWithItsDatabase(_ format: Int) throws {
        try fixture.server.load(recordedFormat: format)
        let former = try queue.status(uuid(7)).destination
        // Named by hand: the database had the former identity when it was queue.
        let eu = try served("eu", by: "sqlite:/d#1", former: former)
        guard case .claimed(let orphan) = try queue.claim(worker: "w", destination: eu) else { throw Unexpected() }
        #expect(orphan.uuid == uuid(7) && orphan.status.destinationName == "default")
        try queue.bind(orphan, destination: eu)
        try queue.release(orphan)
        let status = try queue.status(uuid(7))
        #expect(status.destinationName == "eu" && status.destination == "sqlite:/d#1" && status.format == 3)
        // It goes with its name now.
        let successor = try served("eu", by: "sqlite:/e#2")
        try queue.serve(successor, worker: "w", takingOver: true)
        guard case .claimed(let moved) = try queue.claim(worker: "w", destination: successor) else {
            throw Unexpected()
        }
        #expect([7, 9].map(uuid).contains(moved.uuid))
    }
}
