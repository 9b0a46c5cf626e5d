import Queue
import Reporting
import TestSupport
import Testing

/// Records and counters that another program has changed: the listing shows them.
@Suite struct DamagedRecordTests {
    @Test func oneDamagedRelocationLeavesTheListAlive() throws {
        let server = try RedisServer()
        let queue = try RelocationQueue(QueueConfiguration(url: RedisURL(server.url), prefix: "test"))
        let uuids = (1...3).map { "00000000-0000-4000-8000-00000000000\($0)" }
        for uuid in uuids {
            var relocation = NewRelocation(uuid: uuid, scope: "users")
            relocation.rowsSource = 1
            _ = try queue.begin(relocation)
        }
        let extremes = ["\(Int64.max)", "\(Int64.min)"]
        for (uuid, number) in zip(uuids, extremes) {
            for field in ["createdAt", "updatedAt", "nextAttemptAt", "leaseExpiresAt", "attempts", "chunksTotal"] {
                try server.cli(["HSET", "{test}:record:\(uuid)", field, number])
            }
            for counter in ["a|inserted", "a|existing", "b|inserted", "b|dropped|filtered", "odd", "|||"] {
                try server.cli(["HSET", "{test}:counters:\(uuid)", counter, number])
            }
        }
        let reports = try queue.find().relocations.map(StatusReport.init)
        #expect(Set(reports.map(\.status.uuid)) == Set(uuids))
        let table = StatusReport.table(reports)
        for text in uuids { #expect(table.contains(text), "\(text)") }
        #expect(StatusReport.json(reports).contains("9999-12-31T23:59:59.999Z"))
        for report in reports { #expect(report.text().contains(report.status.uuid)) }
    }
}
