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
            path: String(bench.url.dropFirst("sqlite://".count)), access: .writing, busyMilliseconds: 1_000)
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

    @Test func troubleOfTheDestinationCostsNoAttempt() async throws {
        let server = try PostgresServer.shared()
        let bench = try Bench(on: server)
        let name = String(bench.url.split(separator: "/").last ?? "")
        try server.sql("ALTER DATABASE \(name) SET default_transaction_read_only = on")
        let uuid = try bench.enqueue(12)
        let worker = Task { try await bench.drain(concurrency: 2) }
        let queue = try bench.queue()
        try await until { try queue.destination(.standard)?.trouble.contains("read-only") == true }
        let status = try bench.status(uuid)
        #expect(status.status == .inProgress && status.attempts == 0 && status.outages == 0)
        #expect(status.destinationTrouble.contains("read-only"), "\(status.destinationTrouble)")
        try server.sql("ALTER DATABASE \(name) SET default_transaction_read_only = off")
        guard case .finished = try await worker.value else {
            Issue.record("the worker ended otherwise")
            return
        }
        #expect(try bench.status(uuid).status == .success)
        #expect(try queue.destination(.standard)?.trouble == "")
        try bench.expectUsers(12, chunks: 3)
    }

    /// A read-only database opens as well as any other: a slot that opens it does not know what another has met.
    @Test func aSlotThatOpensTheDestinationHidesNoTrouble() throws {
        let bench = try Bench()
        let (uuid, queue) = (try bench.enqueue(3), try bench.queue())
        let health = DestinationHealth()
        _ = health.failed(StorageError(.readOnly, "the database is read-only"), at: 0)
        health.clear(.standard, in: queue)
        #expect(try bench.status(uuid).destinationTrouble == "the database is read-only")
        _ = health.succeeded()
        health.clear(.standard, in: queue)
        #expect(try bench.status(uuid).destinationTrouble == "")
    }

    @Test func aWorkerThatHasWorkedWaitsForItsDestinationAsLongAsItTakes() async throws {
        let server = try PostgresServer()
        let bench = try Bench(on: server)
        let first = try bench.enqueue(3)
        var settings = try bench.settings()
        settings.outageBudgetMilliseconds = 100
        let (stop, final) = (StopSignal(), settings)
        let worker = Task {
            await Worker(final, stop: stop, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }).run()
        }
        try await until { try bench.status(first).status == .success }
        server.kill()
        let second = try bench.enqueue(3, number: 2)
        try await until { try bench.status(second).destinationTrouble != "" }
        try await Task.sleep(for: .milliseconds(300))
        try server.start()
        try await until { try bench.status(second).status == .success }
        #expect(try bench.status(second).attempts == 0)
        stop.request()
        guard case .finished = await worker.value else {
            Issue.record("the worker ended otherwise")
            return
        }
        try bench.expectUsers(6, chunks: 2)
    }

    /// A database that goes away at the same task time after time may go away because of it.
    @Test func outagesInARowEndARelocation() async throws {
        let server = try PostgresServer.shared()
        let bench = try Bench(on: server)
        let uuid = try bench.enqueue(4)
        let name = String(bench.url.split(separator: "/").last ?? "")
        let blocker = try PostgresConnection(
            url: bench.url, timeouts: DatabaseTimeouts(idleInTransactionMilliseconds: 0))
        try blocker.execute("BEGIN; LOCK TABLE auth_user IN SHARE MODE")
        var policy = RetryPolicy.quick
        policy.maxAttempts = 3
        let retries = policy
        let worker = Task { try await bench.drain(retries: retries) }
        let end =
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '\(name)' "
            + "AND wait_event_type = 'Lock'"
        try await until {
            _ = try server.sql(end)
            return try bench.status(uuid).status == .failure
        }
        let status = try bench.status(uuid)
        #expect(status.outages == 3 && status.attempts == 0)
        #expect(status.failureReason.contains("lost 3 times in a row"), "\(status.failureReason)")
        try blocker.execute("ROLLBACK")
        _ = try await worker.value
        try bench.queue().retry(uuid)
        _ = try await bench.drain()
        #expect(try bench.status(uuid).status == .success)
        try bench.expectUsers(4, chunks: 1)
    }

    @Test func whatWaitsLongerThanTheDrainIsNamed() async throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(4)
        let queue = try bench.queue()
        guard case .claimed(let claim) = try queue.claim(worker: "w", destination: bench.served()) else {
            Issue.record("nothing to claim")
            return
        }
        try queue.postpone(claim, delayMilliseconds: 100_000, trouble: "a deadlock", maxAttempts: 25)
        guard case .later(let waiting, let seconds) = try await bench.drain(drainWaitMilliseconds: 2_000) else {
            Issue.record("the worker ended otherwise")
            return
        }
        #expect(waiting == [uuid] && (90...100).contains(seconds))
        #expect(try bench.status(uuid).maxAttempts == 25)
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

    /// Such errors are postponed with back-off until the last attempt.
    @Test func aCancelledStatementIsRetried() async throws {
        let server = try PostgresServer.shared()
        let bench = try Bench(on: server)
        let uuid = try bench.enqueue(40)
        let name = String(bench.url.split(separator: "/").last ?? "")
        // The first statement that writes waits for this lock until it is cancelled.
        let blocker = try PostgresConnection(
            url: bench.url, timeouts: DatabaseTimeouts(idleInTransactionMilliseconds: 0))
        try blocker.execute("BEGIN; LOCK TABLE auth_user IN SHARE MODE")
        var policy = RetryPolicy.quick
        (policy.baseMilliseconds, policy.maxMilliseconds, policy.maxAttempts) = (2_000, 2_000, 2)
        let retries = policy
        let worker = Task { try await bench.drain(retries: retries) }
        let cancel =
            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE datname = '\(name)' "
            + "AND wait_event_type = 'Lock'"
        try await until { try server.sql(cancel) != "0" }
        try await until { try bench.status(uuid).attempts == 1 }
        let status = try bench.status(uuid)
        #expect(status.status == .inProgress && status.owner.isEmpty && status.maxAttempts == 2)
        let delay = status.nextAttemptAt - status.updatedAt
        #expect((1_700...2_300).contains(delay), "\(delay) ms")
        try await until {
            _ = try server.sql(cancel)
            return try bench.status(uuid).status == .failure
        }
        let failed = try bench.status(uuid)
        #expect(failed.failureReason.contains("given up after 2 attempts"), "\(failed.failureReason)")
        #expect(failed.findings.count == 1 && failed.findings[0].contains(#""kind": "DatabaseError""#))
        try blocker.execute("ROLLBACK")
        _ = try await worker.value
        // A failed relocation continues where it stopped.
        try bench.queue().retry(uuid)
        _ = try await bench.drain()
        #expect(try bench.status(uuid).status == .success)
        try bench.expectUsers(40, chunks: 8)
    }

    @Test func aFullDiskHoldsTheWorker() throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(600, chunkSize: 300)
        let destination = try bench.destination()
        let connection = try #require(destination.region as? SQLiteDatabase).connection
        let queue = try bench.queue()
        func work() throws -> RunEnd {
            guard
                case .claimed(let claim) = try queue.claim(
                    worker: "w", destination: bench.served())
            else {
                throw SystemFailure("nothing to claim")
            }
            return try bench.run(claim, queue, destination)
        }
        // If the limit is below the present number of pages, SQLite uses that number.
        try connection.execute("PRAGMA max_page_count = 1")
        let end = try work()
        guard case .databaseTrouble(let error) = end else {
            Issue.record("ended as \(end)")
            return
        }
        let status = try bench.status(uuid)
        #expect(error.message.contains("full"))
        #expect(status.counters.isEmpty && status.attempts == 0 && status.outages == 0)
        try bench.expectUsers(0, chunks: 0)
        try connection.execute("PRAGMA max_page_count = 1000000")
        let second = try work()
        guard case .completed = second else {
            Issue.record("ended as \(second)")
            return
        }
        try bench.expectUsers(600, chunks: 2)
    }
}
