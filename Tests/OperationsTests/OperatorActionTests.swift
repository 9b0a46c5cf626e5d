import Operations
import Queue
import TestSupport
import Testing

@Suite struct OperatorActionTests {
    private let server: RedisServer
    private let queue: RelocationQueue
    private let actions: OperatorActions
    private let id: RelocationID

    init() throws {
        server = try RedisServer()
        queue = try RelocationQueue(QueueConfiguration(url: RedisURL(server.url), prefix: "test"))
        actions = OperatorActions(queue, by: Operator(name: "ada"))
        id = try #require(RelocationID("00000000-0000-4000-8000-000000000001"))
    }

    private func enqueue(kinds: [String] = ["chunk", "chunk"]) throws {
        var relocation = NewRelocation(uuid: id.text, scope: "users")
        relocation.rowsSource = kinds.count
        guard case .staged(let token) = try queue.begin(relocation, replacing: true) else { throw NotStaged() }
        let tasks = kinds.enumerated().map { index, kind in
            QueueTask(
                kind: kind, name: "sentry.user", minOrdinal: Int64(index + 1), rows: 3, sourceBytes: 1, payload: [1])
        }
        try queue.push(tasks, uuid: id.text, token: token)
        try queue.publish(uuid: id.text, token: token, chunksTotal: tasks.count)
    }

    private struct NotStaged: Error {}

    private func claim() throws -> Claim {
        guard case .claimed(let claim) = try queue.claim(worker: "w", destination: ServedDestination(identity: "here"))
        else { throw NotStaged() }
        return claim
    }

    private func refusal(_ call: () throws -> Void) -> OperationError.Kind? {
        do { try call() } catch { return (error as? OperationError)?.kind }
        return nil
    }

    @Test func anUnknownRelocationIsNotFound() {
        #expect(refusal { try actions.retry(id) } == .notFound)
        #expect(refusal { _ = try actions.skipChunk(id) } == .notFound)
        #expect(refusal { _ = try actions.pause(id) } == .notFound)
        #expect(refusal { try actions.unpause(id) } == .notFound)
        #expect(refusal { _ = try actions.cancel(id) } == .notFound)
        #expect(refusal { try actions.abort(id) } == .notFound)
        #expect(refusal { try actions.delete(id) } == .notFound)
    }

    @Test func whatTheStateForbidsIsAConflict() throws {
        try enqueue()
        #expect(refusal { try actions.retry(id) } == .conflict)
        #expect(refusal { try actions.delete(id) } == .conflict)
        #expect(refusal { _ = try actions.skipChunk(id) } == .conflict)
    }

    @Test func pausedThenCancelledThenDeleted() throws {
        try enqueue()
        #expect(try actions.pause(id) == .done)
        #expect(try actions.pause(id) == .unchanged)
        try actions.unpause(id)
        #expect(try queue.status(id.text).status == .inProgress)
        _ = try claim()
        #expect(try actions.cancel(id) == .requested)
        try actions.abort(id)
        #expect(try queue.status(id.text).status == .failure)
        #expect(try actions.retryAll() == [id.text])
        #expect(try actions.cancel(id) == .done)
        try actions.delete(id)
        #expect(try queue.status(id.text).payloadBytes == 0)
    }

    @Test(arguments: ["chunk", "late"]) func aSkippedChunkIsCountedAndSigned(_ kind: String) throws {
        try enqueue(kinds: [kind, "finish"])
        try queue.fail(try claim(), findings: [], reason: "broken", at: 0)
        let note = try actions.skipChunk(id)
        #expect(note.skippedBy == "ada" && note.rows == 3 && note.skippedAt?.hasSuffix("Z") == true)
        let status = try queue.status(id.text)
        #expect(status.counters["sentry.user|dropped|skipped"] == 3)
        #expect(status.skipped == [note.json])
        try actions.retry(id)
        #expect(try queue.status(id.text).status == .inProgress)
    }

    @Test(arguments: ["finish", "derive", "telepathy"]) func onlyChunksCanBeSkipped(_ kind: String) throws {
        try enqueue(kinds: [kind])
        try queue.fail(try claim(), findings: [], reason: "broken", at: 0)
        #expect(refusal { _ = try actions.skipChunk(id) } == .conflict)
        #expect(try queue.status(id.text).skipped.isEmpty)
    }

    @Test func troubleOfRedisIsNoRefusal() throws {
        try enqueue()
        server.stop()
        #expect(throws: QueueError.self) { try actions.retry(id) }
    }

    @Test func namesOfOperatorsAreShortAndPlain() {
        #expect(Operator(name: "a\u{1B}[31m\nb").name == "a [31m b")
        #expect(Operator(name: String(repeating: "x", count: 65)).name.count == Operator.maximumCharacters)
    }

    @Test func everySpellingOfAUUIDIsTheSame() {
        let expected = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"
        for text in [
            expected, expected.uppercased(), "5f0c0f3e8a4e4d6c9f0e3d1c2b7a9e10", "{\(expected)}",
            "urn:uuid:\(expected)",
        ] { #expect(RelocationID(text)?.text == expected) }
        for text in ["", "5f0c0f3e", "5g0c0f3e8a4e4d6c9f0e3d1c2b7a9e10", expected + "0"] {
            #expect(RelocationID(text) == nil)
        }
    }
}
