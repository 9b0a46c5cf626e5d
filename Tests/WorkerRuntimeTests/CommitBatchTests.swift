import Catalogue
import Queue
import Testing
import TestSupport

@testable import Relocation
@testable import WorkerRuntime

@Suite(.serialized) struct CommitBatchTests {
    @Test(arguments: [false, true]) func chunksOfABatchCommitTogether(_ onPostgres: Bool) async throws {
        let bench = try Bench(on: onPostgres ? try PostgresServer.shared() : nil)
        let uuid = try bench.enqueue(600)
        _ = try await bench.drain(commitBatches: CommitBatchPolicy(maxRows: 200, maxMilliseconds: 60_000))
        let status = try bench.status(uuid)
        #expect(status.status == .success)
        #expect(status.counters == ["sentry.user|inserted": 600])
        try bench.expectUsers(600, chunks: 120)
        // PostgreSQL tells which transaction wrote a row.
        guard onPostgres else { return }
        let transactions = try PostgresServer.shared().sql(
            "SELECT count(DISTINCT xmin::text) FROM sentry_controlimportchunk", url: bench.url)
        #expect(transactions == "3")
    }

    /// The chunks before the faulty one stay, although the first try wrote them in one transaction with it.
    @Test(arguments: [false, true]) func aFaultyChunkDoesNotUndoTheChunksBeforeIt(_ onPostgres: Bool) async throws {
        let bench = try Bench(on: onPostgres ? try PostgresServer.shared() : nil)
        let uuid = try bench.enqueue(100, nameless: 53)
        _ = try await bench.drain()
        let status = try bench.status(uuid)
        #expect(status.status == .failure)
        #expect(status.chunksDone == 10)
        #expect(status.counters == ["sentry.user|inserted": 50])
        #expect(status.findings.count == 1)
        #expect(status.findings[0].contains(#""ordinal": 53"#), "\(status.findings)")
        try bench.expectUsers(50, chunks: 10)
    }

    @Test func aBatchClosesAtItsRowOrTimeLimit() {
        let policy = CommitBatchPolicy(maxRows: 100, maxMilliseconds: 50)
        #expect(policy.takesMore(afterRows: 99, milliseconds: 49))
        #expect(!policy.takesMore(afterRows: 100, milliseconds: 0))
        #expect(!policy.takesMore(afterRows: 0, milliseconds: 50))
        #expect(!CommitBatchPolicy.single.takesMore(afterRows: 0, milliseconds: 0))
    }

    /// Tasks that are prepared and never used must not crash the process.
    @Test func prefetchedTasksMayStayUnused() async throws {
        for taken in 0...5 {
            let prefetcher = Prefetcher(TaskPreparer(importUUID: "", keyring: nil, catalogue: .standard))
            prefetcher.submit(Array(repeating: .malformed("nothing"), count: 4))
            prefetcher.submit(Array(repeating: .malformed("nothing"), count: 4))
            for _ in 0..<taken {
                guard prefetcher.next()?.isReadable == false else {
                    Issue.record("a malformed task was read")
                    return
                }
            }
            #expect(prefetcher.waiting == 8 - taken)
        }
    }
}
