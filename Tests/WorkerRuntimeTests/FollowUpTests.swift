import Catalogue
import Queue
import Storage
import TaskFormat
import Testing
import TestSupport

@testable import WorkerRuntime

/// Tasks that workers add to a list: late chunks, and the tasks after the rows.
@Suite(.serialized) struct FollowUpTests {
    private static let uuid = "00000000-0000-4000-8000-000000000001"

    /// Two tokens, one before and one after the organization that they belong to.
    private static let export = """
        [{"model":"sentry.orgauthtoken","pk":1,"fields":{"organization_id":7,"name":"a","token_hashed":"h1"}},
        {"model":"sentry.organization","pk":7,"fields":{"name":"Seven","slug":"seven"}},
        {"model":"sentry.orgauthtoken","pk":2,"fields":{"organization_id":7,"name":"b","token_hashed":"h2"}}]
        """

    private static let finish = QueueTask(
        kind: "finish", name: "organizations", minOrdinal: 0, rows: 0, sourceBytes: 0, payload: [])

    private static func options(atomic: Bool = false) -> String {
        var options = RelocationOptions()
        options.atomic = atomic
        return options.json
    }

    private func count(_ table: String, _ bench: Bench) throws -> Int {
        let table = try #require(Catalogue.standard.table(table))
        return try bench.destination().region.select(Select(["id"], from: table)).count
    }

    private func expectAll(_ bench: Bench, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let status = try bench.status(Self.uuid)
        #expect(status.status == .success, "\(status.failureReason)", sourceLocation: sourceLocation)
        #expect(
            status.counters == ["sentry.organization|inserted": 1, "sentry.orgauthtoken|inserted": 2],
            sourceLocation: sourceLocation)
        for (table, rows) in [
            ("sentry_orgauthtoken", 2), ("hybridcloud_orgauthtokenreplica", 2), ("sentry_organization", 1),
            ("sentry_organizationslugreservation", 1), ("hybridcloud_organizationslugreservationreplica", 1),
            ("sentry_organizationmapping", 1), ("sentry_controlimportchunk", 2), ("sentry_regionimportchunk", 1),
        ] { #expect(try count(table, bench) == rows, "\(table)", sourceLocation: sourceLocation) }
    }

    @Test(arguments: [CommitBatchPolicy(), .single]) func lateChunksComeAfterAllOthers(_ policy: CommitBatchPolicy)
        async throws
    {
        let bench = try Bench()
        let tasks = try bench.chunks(of: Self.export, .organizations, chunkSize: 5)
        #expect(tasks.map(\.name) == ["sentry.orgauthtoken", "sentry.organization", "sentry.orgauthtoken"])
        try bench.enqueue(Self.uuid, scope: "organizations", tasks + [Self.finish], options: Self.options())
        _ = try await bench.drain(commitBatches: policy)
        try expectAll(bench)
        // Three chunks and a finish; two late chunks; one derive for organizations, and one for tokens per commit.
        let status = try bench.status(Self.uuid)
        let count = policy == .single ? 9 : 8
        #expect(status.chunksTotal == count && status.chunksDone == count)
    }

    @Test func oneTransactionKeepsFollowUpsInMemory() async throws {
        let bench = try Bench()
        let tasks = try bench.chunks(of: Self.export, .organizations, chunkSize: 5)
        try bench.enqueue(Self.uuid, scope: "organizations", tasks + [Self.finish], options: Self.options(atomic: true))
        _ = try await bench.drain()
        try expectAll(bench)
        let status = try bench.status(Self.uuid)
        #expect(status.chunksTotal == 4 && status.chunksDone == 4)
    }

    @Test(arguments: [false, true]) func aSealedChunkMovesUnchanged(_ isAtomic: Bool) async throws {
        let bench = try Bench()
        let keyring = try PayloadKeyring(parsing: "k AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
        let tasks = try bench.chunks(of: Self.export, .organizations, chunkSize: 5).map { task in
            let identity = PayloadIdentity(
                uuid: Self.uuid, kind: .chunk, model: task.name, minOrdinal: task.minOrdinal, rows: task.rows)
            return QueueTask(
                kind: task.kind, name: task.name, minOrdinal: task.minOrdinal, rows: task.rows,
                sourceBytes: task.sourceBytes,
                payload: try SealedPayload.seal(task.payload, as: identity, with: keyring))
        }
        try bench.enqueue(
            Self.uuid, scope: "organizations", tasks + [Self.finish], options: Self.options(atomic: isAtomic))
        _ = try await bench.drain(payloadKeys: keyring)
        try expectAll(bench)
    }

    /// An older enqueuer orders the list itself and queues all tasks that follow.
    @Test(arguments: [false, true]) func anOlderListKeepsItsOrder(_ isAtomic: Bool) async throws {
        let bench = try Bench()
        func following(_ kind: TaskKind, _ name: String) -> QueueTask {
            QueueTask(kind: kind.rawValue, name: name, minOrdinal: 0, rows: 0, sourceBytes: 0, payload: [])
        }
        let chunks = try bench.chunks(of: Self.export, .organizations, chunkSize: 5)
        let tasks = [
            chunks[1], following(.provision, "sentry.organization"), chunks[0], chunks[2],
            following(.derive, "sentry.organization"), following(.derive, "sentry.orgauthtoken"),
        ]
        try bench.enqueue(
            Self.uuid, scope: "organizations", tasks, options: #"{"atomic":\#(isAtomic),"chunkSize":5}"#)
        _ = try await bench.drain()
        try expectAll(bench)
        #expect(try bench.status(Self.uuid).chunksTotal == 6)
    }

    /// In one transaction the list still holds the original chunk: the operator skips that one.
    @Test(arguments: [false, true]) func aLateChunkThatFailsCanBeSkipped(_ isAtomic: Bool) async throws {
        let bench = try Bench()
        let text = Self.export.replacing(#""name":"b""#, with: #""name":null"#)
        let tasks = try bench.chunks(of: text, .organizations, chunkSize: 5)
        try bench.enqueue(
            Self.uuid, scope: "organizations", tasks + [Self.finish], options: Self.options(atomic: isAtomic))
        _ = try await bench.drain()
        let status = try bench.status(Self.uuid)
        #expect(status.status == .failure)
        #expect(status.failureReason.contains("sentry.orgauthtoken"), "\(status.failureReason)")
        guard case .task(let task) = try bench.queue().failedTask(Self.uuid).element else {
            Issue.record("no failed task")
            return
        }
        #expect(task.kind == (isAtomic ? "chunk" : "late") && task.name == "sentry.orgauthtoken" && task.rows == 1)
    }

    @Test(arguments: [false, true]) func aRowOfALateChunkIsLeftOut(_ isAtomic: Bool) async throws {
        let bench = try Bench()
        let text = Self.export.replacing(#""name":"b""#, with: #""name":null"#)
        let tasks = try bench.chunks(of: text, .organizations, chunkSize: 5)
        try bench.enqueue(
            Self.uuid, scope: "organizations", tasks + [Self.finish], options: Self.options(atomic: isAtomic))
        _ = try await bench.drain()
        let queue = try bench.queue()
        let note = try #require(TaskNote(json: queue.status(Self.uuid).failedTask))
        let row = try #require(note.row)
        let failed = try queue.failedTask(Self.uuid)
        try queue.skipRow(Self.uuid, row, of: failed, note: note)
        try queue.retry(Self.uuid)
        _ = try await bench.drain()
        let status = try bench.status(Self.uuid)
        #expect(status.status == .success, "\(status.failureReason)")
        #expect(status.counters["sentry.orgauthtoken|dropped|skippedByOperator"] == 1)
        #expect(RowAccount(counters: status.counters).totals.total == status.rowsSource)
    }
}
