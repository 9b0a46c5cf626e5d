import Catalogue
import Import
import Logging
import Queue
import Testing
import TestSupport

@testable import Relocation
@testable import WorkerRuntime
@testable import Storage

@Suite(.serialized) struct TroubleTests {
    /// More slots than processors wait for a lock in the middle of a statement.
    @Test func waitingForADatabaseDoesNotBlockThePool() async throws {
        let bench = try Bench()
        let count = 8
        for number in 1...count { _ = try bench.enqueue(3, number: number) }
        let lock = try SQLiteConnection(
            path: String(bench.url.dropFirst("sqlite://".count)), create: false, busyMilliseconds: 1_000)
        try lock.execute("BEGIN IMMEDIATE")
        async let end = bench.drain(concurrency: count)
        try await until {
            let list = try bench.queue().find().relocations
            return list.filter { !$0.owner.isEmpty }.count == count
        }
        for _ in 0..<5 {
            let start = ContinuousClock.now
            try await Task.sleep(for: .milliseconds(10))
            // A blocked pool would wait for the lock's timeout.
            #expect(ContinuousClock.now - start < .seconds(1))
        }
        try lock.execute("ROLLBACK")
        guard case .finished = try await end else {
            Issue.record("the worker ended otherwise")
            return
        }
        try bench.expectUsers(3 * count, chunks: count)
    }

    @Test func transientErrorsArePostponedWithBackOffUntilTheLastAttempt() async throws {
        let server = try PostgresServer.shared()
        let bench = try Bench(on: server)
        let name = String(bench.url.split(separator: "/").last ?? "")
        try server.sql("ALTER DATABASE \(name) SET default_transaction_read_only = on")
        let uuid = try bench.enqueue(12)
        var policy = RetryPolicy.quick
        policy.baseMilliseconds = 4_000
        policy.maxMilliseconds = 4_000
        let first = policy
        let worker = Task { try await bench.drain(retries: first) }
        try await until { try bench.status(uuid).attempts == 1 }
        let status = try bench.status(uuid)
        #expect(status.status == .inProgress)
        #expect(status.lastError.contains("read-only"), "\(status.lastError)")
        let delay = status.nextAttemptAt - status.updatedAt
        #expect((1_900...4_000).contains(delay), "\(delay) ms")
        #expect(status.owner.isEmpty)
        try server.sql("ALTER DATABASE \(name) SET default_transaction_read_only = off")
        _ = try await worker.value
        #expect(try bench.status(uuid).status == .success)
        #expect(try bench.status(uuid).lastError.isEmpty)
        try bench.expectUsers(12, chunks: 3)

        try server.sql("ALTER DATABASE \(name) SET default_transaction_read_only = on")
        let hopeless = try bench.enqueue(3, number: 2)
        policy = .quick
        policy.maxAttempts = 3
        _ = try await bench.drain(retries: policy)
        let failed = try bench.status(hopeless)
        #expect(failed.status == .failure)
        #expect(failed.failureReason.contains("given up after 3 attempts"), "\(failed.failureReason)")
        #expect(failed.findings.count == 1)
        #expect(failed.findings[0].contains(#""kind": "DatabaseError""#))
        // A failed relocation continues where it stopped.
        try server.sql("ALTER DATABASE \(name) SET default_transaction_read_only = off")
        try bench.queue().retry(hopeless)
        _ = try await bench.drain()
        #expect(try bench.status(hopeless).status == .success)
        try bench.expectUsers(15, chunks: 4)
    }

    @Test(arguments: [false, true]) func aServerRestartLosesNothing(_ isAtomic: Bool) async throws {
        let server = try PostgresServer()
        let bench = try Bench(on: server)
        let uuid = try bench.enqueue(600, atomic: isAtomic)
        let worker = Task { try await bench.drain(commitBatches: .single) }
        try await until { try bench.status(uuid).chunksDone > 5 }
        server.kill()
        let done = try bench.status(uuid).chunksDone
        #expect(done < 120, "killed in the middle")
        try server.start()
        guard case .finished = try await worker.value else {
            Issue.record("the worker ended otherwise")
            return
        }
        let status = try bench.status(uuid)
        #expect(status.status == .success)
        #expect(status.counters == ["sentry.user|inserted": 600])
        try bench.expectUsers(600, chunks: 120)
    }

    @Test func aCancelledStatementIsRetried() async throws {
        let server = try PostgresServer.shared()
        let bench = try Bench(on: server)
        let uuid = try bench.enqueue(40)
        let name = String(bench.url.split(separator: "/").last ?? "")
        // The first statement that writes waits for this lock until it is cancelled.
        let blocker = try PostgresConnection(
            url: bench.url, timeouts: DatabaseTimeouts(idleInTransactionMilliseconds: 0))
        try blocker.execute("BEGIN; LOCK TABLE auth_user IN SHARE MODE")
        let worker = Task { try await bench.drain() }
        let cancel =
            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE datname = '\(name)' "
            + "AND wait_event_type = 'Lock'"
        try await until { try server.sql(cancel) != "0" }
        try await until { try bench.status(uuid).attempts > 0 }
        #expect(try bench.status(uuid).status == .inProgress)
        try blocker.execute("ROLLBACK")
        _ = try await worker.value
        #expect(try bench.status(uuid).status == .success)
        try bench.expectUsers(40, chunks: 8)
    }

    @Test func aFullDiskIsATransientError() throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(600, chunkSize: 300)
        let destination = try bench.destination()
        let connection = try #require(destination.region as? SQLiteDatabase).connection
        let queue = try bench.queue()
        func work() throws -> RunEnd {
            guard case .claimed(let claim) = try queue.claim(worker: "w", destination: destination.identity) else {
                throw SystemFailure("nothing to claim")
            }
            return try bench.run(claim, queue, destination)
        }
        // If the limit is below the present number of pages, SQLite uses that number.
        try connection.execute("PRAGMA max_page_count = 1")
        let end = try work()
        guard case .postponed = end else {
            Issue.record("ended as \(end)")
            return
        }
        let status = try bench.status(uuid)
        #expect(status.lastError.contains("full"))
        #expect(status.counters.isEmpty)
        try bench.expectUsers(0, chunks: 0)
        try connection.execute("PRAGMA max_page_count = 1000000")
        #expect(eventually(within: 5) { (try? queue.status(uuid).nextAttemptAt) ?? 0 <= WallClock.now() / 1000 })
        let second = try work()
        guard case .completed = second else {
            Issue.record("ended as \(second)")
            return
        }
        try bench.expectUsers(600, chunks: 2)
    }
}
