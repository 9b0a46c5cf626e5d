import Queue
import TestSupport
import Testing

/// Rows that an operator leaves out.
@Suite struct SkippedRowTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue
    private let row = RowPlace(model: "sentry.user", ordinal: 2, sourcePK: -7)

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
    }

    private func fail(_ row: RowPlace?) throws {
        try queue.fail(try queue.claimed(), findings: [], reason: "r", at: 1, task: task(2), row: row)
    }

    private func skip(_ row: RowPlace) throws {
        let note = TaskNote(only: row, of: task(2), skippedBy: "ada", skippedAt: "now")
        try queue.skipRow(uuid(1), row, of: try queue.failedTask(uuid(1)), note: note)
    }

    @Test func theRowAtFaultIsRemembered() throws {
        try queue.enqueue(uuid(1))
        try fail(row)
        #expect(TaskNote(json: try queue.status(uuid(1)).failedTask)?.row == row)
    }

    @Test func theNextClaimNamesTheRow() throws {
        try queue.enqueue(uuid(1))
        try fail(row)
        let other = RowPlace(model: "sentry.user", ordinal: 22, sourcePK: nil)
        // Once more is the same as once.
        for row in [row, other, row] { try skip(row) }
        let status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.skippedRows == [row, other] && status.skipped.count == 2)
        #expect(TaskNote(json: status.skipped[0])?.row == row && TaskNote(json: status.skipped[0])?.skippedBy == "ada")
        try queue.retry(uuid(1))
        #expect(try queue.claimed().status.skippedRows == [row, other])
        #expect(status.chunksTotal == 3 && status.chunksDone == 0 && status.counters.isEmpty)
    }

    /// Workers that know the formats up to 2 only would import the row: they leave a newer one alone.
    @Test func olderWorkersLeaveItAlone() throws {
        try queue.enqueue(uuid(1))
        try fail(row)
        // An older enqueuer has queued it.
        _ = try fixture.server.cli(["HSET", "{test}:record:\(uuid(1))", "format", "2"])
        try skip(row)
        #expect(try queue.status(uuid(1)).format == 3)
        // What is enqueued again is whole again.
        try queue.enqueue(uuid(1))
        let again = try queue.status(uuid(1))
        #expect(again.skippedRows.isEmpty && again.skipped.isEmpty)
    }

    @Test func onlyWhatHasFailedThereIsSkipped() throws {
        try queue.enqueue(uuid(1))
        try fail(row)
        let failed = try queue.failedTask(uuid(1))
        let note = TaskNote(only: row, of: task(2), skippedBy: "ada", skippedAt: "now")
        try queue.retry(uuid(1))
        #expect(kind { try queue.skipRow(uuid(1), row, of: failed, note: note) } == .conflict)
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 1)
        try queue.fail(claim, findings: [], reason: "r", at: 0, task: task(2), row: row)
        #expect(kind { try queue.skipRow(uuid(1), row, of: failed, note: note) } == .conflict, "it has moved on")
        #expect(kind { try queue.skipRow(uuid(2), row, of: failed, note: note) } == .notFound)
        #expect(try queue.status(uuid(1)).skippedRows.isEmpty)
    }

    /// Each claim reads them all.
    @Test func theyAreBounded() throws {
        try queue.enqueue(uuid(1))
        try fail(row)
        let name = String(repeating: "m", count: 30_000)
        for ordinal in 1...2 { try skip(RowPlace(model: name, ordinal: Int64(ordinal), sourcePK: 1)) }
        #expect(kind { try skip(RowPlace(model: name, ordinal: 3, sourcePK: 1)) } == .conflict)
        #expect(try queue.status(uuid(1)).skippedRows.count == 2)
    }

    @Test func failedTasksAreReadInPages() throws {
        try queue.enqueue(uuid(1), tasks: 3)
        #expect(kind { _ = try queue.failedTasks(uuid(1), from: 0, count: 9, maxBytes: 999) } == .conflict)
        #expect(kind { _ = try queue.failedTasks(uuid(2), from: 0, count: 9, maxBytes: 999) } == .notFound)
        try fail(nil)
        let all = (1...3).map { TaskElement.task(task($0)) }
        #expect(try queue.failedTasks(uuid(1), from: 0, count: 9, maxBytes: 9_999) == all)
        #expect(try queue.failedTasks(uuid(1), from: 1, count: 1, maxBytes: 9_999) == [all[1]])
        #expect(try queue.failedTasks(uuid(1), from: 0, count: 9, maxBytes: 1) == [all[0]])
        #expect(try queue.failedTasks(uuid(1), from: 3, count: 9, maxBytes: 999) == [])
    }
}
