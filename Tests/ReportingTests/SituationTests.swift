import Catalogue
import Queue
import Testing

@testable import Reporting

/// What a relocation waits for, who works on it, and what helps.
@Suite struct SituationTests {
    /// Waits for a worker of the destination `default`.
    private let waiting: RelocationStatus = {
        var status = RelocationStatus(uuid: uuid(1), scope: "users")
        status.rowsSource = 100
        return status
    }()

    private func worker(_ pid: Int, heartbeatAt: Int64 = 10_000) -> WorkerEntry {
        var worker = WorkerEntry(name: "h:\(pid)", instance: "i", host: "h", pid: pid)
        worker.heartbeatAt = heartbeatAt
        worker.since = 1_000
        return worker
    }

    private func workforce(_ workers: WorkerEntry...) -> Workforce { Workforce(now: 10_000, workers: workers) }

    private func report(_ status: RelocationStatus, _ workforce: Workforce?) -> StatusReport {
        StatusReport(status, renamed: nil, workforce: workforce)
    }

    private func lines(_ report: StatusReport) -> [String] {
        report.text(now: 10_000).split(separator: "\n").map { String($0.drop { $0 == " " }) }
    }

    @Test func waitingForAWorker() {
        #expect(
            lines(report(waiting, workforce(worker(1), worker(2)))).contains("waiting      for a worker; 2 serve it"))
        #expect(lines(report(waiting, workforce(worker(1)))).contains("waiting      for a worker; 1 serves it"))
        #expect(lines(report(waiting, nil)).contains("waiting      for a worker"))
        #expect(report(waiting, workforce(worker(1))).next == nil)
    }

    @Test func nobodyServesIt() {
        let nobody = report(waiting, workforce(worker(1, heartbeatAt: 6_000)))
        #expect(lines(nobody).contains("waiting      no worker serves the destination default"))
        #expect(nobody.next == "relocation-worker run")
        #expect(lines(nobody).last == "next: start a worker: relocation-worker run")
        #expect(
            nobody.lackOfWorkers
                == "no worker serves the destination default; start a worker: relocation-worker run")
        var named = waiting
        (named.destinationName, named.destinationAddress) = ("eu", "sqlite:/eu")
        let other = report(named, workforce(worker(1)))
        #expect(lines(other).contains("waiting      no worker serves the destination eu (sqlite:/eu)"))
        #expect(other.next == "relocation-worker run --destination eu")
        // Whoever was not asked is not missed.
        #expect(report(waiting, nil).next == nil && report(waiting, nil).lackOfWorkers == nil)
    }

    /// Workers wait for the destination, or one has ended because of it.
    @Test func theDestinationTakesNothing() {
        var status = waiting
        status.destinationTrouble = "the disk is full"
        for workers in [workforce(worker(1)), workforce()] {
            let report = report(status, workers)
            #expect(report.next == "relocation-worker check")
            #expect(lines(report).last == "next: see what the destination lacks: relocation-worker check")
            #expect(lines(report).contains("trouble      the disk is full"))
        }
        status.destinationName = "eu"
        #expect(report(status, workforce()).next == "relocation-worker check --destination eu")
        (status.owner, status.leaseExpiresAt) = ("h:1", 13_000)
        let tried = report(status, workforce(worker(1)))
        #expect(tried.next == "relocation-worker check --destination eu", "somebody tries; it may fail again")
        #expect(
            lines(tried).last == "next: see what the destination lacks: relocation-worker check --destination eu")
    }

    @Test func quietWorkersTakeNothing() {
        var quiet = worker(1)
        quiet.isQuiet = true
        #expect(
            lines(report(waiting, workforce(quiet))).contains(
                "waiting      every worker of the destination default is quiet (h:1); SIGUSR2 lets it go on"))
        #expect(report(waiting, workforce(quiet)).next == "relocation-enqueue workers")
        #expect(lines(report(waiting, workforce(quiet, worker(2)))).contains("waiting      for a worker; 1 serves it"))
    }

    @Test func aHeldDestination() {
        var workforce = workforce(worker(1))
        workforce.holds["default"] = DestinationHold(by: "ada@h", since: 5_000)
        let held = report(waiting, workforce)
        #expect(
            lines(held).contains(
                "waiting      the queue of the destination default is held by ada@h since 1970-01-01T00:00:05.000Z"))
        #expect(held.next == "relocation-enqueue unpause --all" && held.lackOfWorkers == nil)
    }

    @Test func whoeverHoldsIt() {
        var leased = waiting
        (leased.owner, leased.leaseExpiresAt) = ("h:1", 13_001)
        #expect(lines(report(leased, workforce(worker(1)))).contains("worker       h:1, its lease ends in 4 s"))
        // A worker of an older version tells nothing of itself.
        #expect(lines(report(leased, workforce(worker(2)))).contains("worker       h:1, its lease ends in 4 s"))
        let gone = worker(1, heartbeatAt: 6_999)
        #expect(
            lines(report(leased, workforce(gone, worker(2)))).contains("worker       h:1 is gone; taken over in 4 s"))
        let alone = report(leased, workforce(gone))
        #expect(lines(alone).contains("worker       h:1 is gone; no worker serves the destination default"))
        #expect(alone.next == "relocation-worker run")
        leased.leaseExpiresAt = 9_000
        #expect(
            lines(report(leased, workforce(worker(1)))).contains(
                "worker       h:1 is gone; the next free worker takes over"))
    }

    @Test func otherReasonsToWait() {
        var status = waiting
        status.nextAttemptAt = 12_500
        #expect(lines(report(status, workforce(worker(1)))).contains("waiting      for its next attempt in 3 s"))
        status.needs = "undo"
        #expect(
            lines(report(status, workforce(worker(1)))).contains(
                "waiting      for a worker that knows tasks of the kind \"undo\""))
        #expect(
            lines(report(status, workforce(worker(1)))).last
                == "next: start a worker of a newer version: relocation-worker run")
        status.step = .uploading
        status.uploadExpiresAt = 10_001
        #expect(lines(report(status, workforce(worker(1)))).contains("waiting      for its enqueuer to finish"))
        #expect(report(status, workforce(worker(1))).next == nil)
        status.status = .success
        #expect(!report(status, workforce()).text().contains("waiting"))
    }

    /// Workers never see it: without a word it would wait for ever.
    @Test func anUploadWhoseEnqueuerIsGone() {
        var status = waiting
        (status.step, status.uploadExpiresAt) = (.uploading, 10_000)
        let report = report(status, workforce(worker(1)))
        #expect(lines(report).contains("waiting      its enqueuer is gone, and no worker takes half of a file"))
        #expect(report.next == "relocation-enqueue users --import-uuid \(uuid(1)) FILE")
        #expect(StatusReport.table([report]).contains("its enqueuer is gone"))
    }

    @Test func howFastItGoes() {
        var leased = waiting
        (leased.owner, leased.leaseExpiresAt, leased.startedAt) = ("h:1", 13_000, 2_000)
        leased.counters = ["sentry.user|inserted": 40]
        var slot = SlotWork(slot: 1, uuid: uuid(1))
        (slot.rows, slot.milliseconds, slot.task) = (30, 3_000, "sentry.user from row 41, 5 rows")
        var busy = worker(1)
        busy.slots = [SlotWork(slot: 2, uuid: uuid(2)), slot]
        let report = report(leased, workforce(busy))
        // 60 rows are left, 10 each second.
        #expect(lines(report).contains("pace         10 rows/s, 0:06 left; at sentry.user from row 41, 5 rows"))
        #expect(lines(report).contains("elapsed      0:08"))
        guard case .object(let members) = report.value else { return }
        #expect(members["rowsPerSecond"] == .number(10) && members["remainingSeconds"] == .integer(6))
        #expect(members["elapsedSeconds"] == .integer(8) && members["situation"] == .text("h:1, its lease ends in 3 s"))
        // Rows of an open transaction are known to its worker only.
        leased.counters = [:]
        #expect(self.report(leased, workforce(busy)).remainingSeconds == 7)
        (leased.status, leased.owner, leased.completedAt) = (.success, "", 5_000)
        #expect(lines(self.report(leased, workforce(busy))).contains("elapsed      0:03"))
    }

    @Test func flagsAndEndsInWords() {
        var status = waiting
        status.options = #"{"mergeUsers":true,"overwriteConfigs":false,"atomic":true,"chunkSize":500,"format":2}"#
        status.enqueuedBy = "ada@h"
        status.createdAt = 951_782_400_000
        (status.status, status.endedBy) = (.failure, .cancel)
        let report = report(status, nil)
        #expect(lines(report).contains("flags        merge users, one transaction, chunks of 500 rows"))
        #expect(lines(report).contains("created      2000-02-29T00:00:00.000Z by ada@h"))
        #expect(lines(report).contains("status       FAILURE, IMPORTING (cancelled by an operator)"))
        #expect(StatusReport.table([report]).contains("FAILURE (cancel)"))
        for options in ["", "[]", "{}", "{\"mergeUsers\":1}", "{"] { #expect(FlagWords.text(options) == nil) }
    }

    @Test func earlierFindingsAreMarked() throws {
        var status = waiting
        (status.status, status.findings) = (.failure, ["{\"kind\":\"Now\"}"])
        let earlier = [
            EarlierFailure(at: 951_782_400_000, reason: "first", findings: ["{\"kind\":\"Old\"}", "odd"]),
            EarlierFailure(at: 951_782_400_001, reason: "second", findings: ["{\"kind\":\"Newer\"}"]),
        ]
        let report = StatusReport(status, renamed: nil, earlier: earlier)
        guard case .list(let all) = JSONValue(json: report.allFindings) else { throw Failed() }
        #expect(all.count == 4 && all[0] == JSONValue(json: "{\"kind\":\"Now\"}") && all[3] == .text("odd"))
        #expect(
            all[1] == JSONValue(json: #"{"kind":"Newer","earlier":true,"failedAt":"2000-02-29T00:00:00.001Z"}"#))
        #expect(report.findingsFile == StatusReport(status).findingsFile, "those of the last failure only")
        guard case .object(let members) = report.value, case .list(let list) = members["earlierFindings"] else {
            throw Failed()
        }
        #expect(list.count == 2 && lines(report).contains { $0.hasPrefix("Findings: 1 and 3 of earlier attempts") })
        #expect(StatusReport(waiting, renamed: nil, earlier: []).allFindings == "[]")
    }

    private struct Failed: Error {}
}

@Suite struct WorkersReportTests {
    @Test func workersForPeopleAndScripts() {
        var busy = WorkerEntry(name: "h:1", instance: "i", host: "h", pid: 1)
        (busy.since, busy.heartbeatAt, busy.concurrency, busy.version) = (951_782_400_000, 951_782_460_000, 2, "1.0")
        (busy.isQuiet, busy.isDraining, busy.trouble) = (true, true, "read\nonly")
        busy.destinationAddress = "sqlite:/x"
        var slot = SlotWork(slot: 2, uuid: uuid(1))
        (slot.task, slot.milliseconds, slot.rows) = ("sentry.user from row 1, 5 rows", 61_000, 9)
        busy.slots = [slot]
        var gone = WorkerEntry(name: "h:2", instance: "j", host: "h", pid: 2)
        gone.heartbeatAt = 951_782_440_000
        var workforce = Workforce(now: 951_782_461_000, workers: [busy, gone])
        workforce.holds["default"] = DestinationHold(by: "ada", since: 951_782_400_000)
        let report = WorkersReport(workforce)
        #expect(
            report.text == """
                WORKER  STATE                                    DESTINATION          BUSY  SINCE                     LAST SIGN  VERSION
                h:1     working, quiet, draining, held, trouble  default (sqlite:/x)   1/2  2000-02-29T00:00:00.000Z     1s ago  1.0
                h:2     gone                                     default               0/1                              21s ago

                  WORKER  SLOT  RELOCATION                            TASK                             FOR
                  h:1        2  00000000-0000-4000-8000-000000000001  sentry.user from row 1, 5 rows  1:01

                Trouble
                  h:1: read only

                Held destinations (`unpause --all` lets their workers go on)
                  default by ada since 2000-02-29T00:00:00.000Z
                """)
        guard case .list(let list) = JSONValue(json: report.json), case .object(let first) = list[0] else { return }
        #expect(
            Set(first.keys) == [
                "worker", "host", "pid", "version", "since", "lastHeartbeat", "destination", "concurrency", "slots",
                "gone", "quiet", "draining", "stopping", "held", "trouble",
            ])
        #expect(
            first["slots"]
                == JSONValue(
                    json: """
                        [{"slot":2,"uuid":"\(uuid(1))","task":"sentry.user from row 1, 5 rows","seconds":61,"rows":9}]
                        """))
        #expect(WorkersReport(Workforce(now: 0)).text == "No worker is running. Start one: relocation-worker run")
        #expect(WorkersReport(Workforce(now: 0)).json == "[]")
    }

    @Test(arguments: [
        (0, "0s"), (59_999, "59s"), (60_000, "1m"), (3_600_000, "1h"), (172_799_999, "47h"), (172_800_000, "2d"),
    ])
    func ages(_ milliseconds: Int, _ text: String) {
        #expect(Age.text(Int64(milliseconds)) == text)
    }

    @Test func aHistoryForPeopleAndScripts() {
        var attempt = HistoryEntry(at: 951_782_400_000, what: "postponed", by: "h:1", detail: "busy\u{1B}")
        (attempt.attempt, attempt.delay) = (2, 4_001)
        var slices = HistoryEntry(at: 951_782_400_001, what: "requeued", by: "h:1")
        (slices.times, slices.since) = (3, 951_782_400_000)
        let report = HistoryReport([
            HistoryEntry(at: 951_782_400_000, what: "enqueued", by: "ada@h"), attempt, slices,
            HistoryEntry(at: 0, what: "danced"),
        ])
        #expect(
            report.text == """
                TIME                      WHAT              BY
                2000-02-29T00:00:00.000Z  enqueued          ada@h
                2000-02-29T00:00:00.000Z  attempt failed    h:1    attempt 2, next in 5 s: busy
                2000-02-29T00:00:00.001Z  time slice ended  h:1    3 times since 2000-02-29T00:00:00.000Z
                                          danced
                """)
        guard case .list(let list) = JSONValue(json: report.json) else { return }
        #expect(
            list[1]
                == JSONValue(
                    json: """
                        {"at":"2000-02-29T00:00:00.000Z","event":"postponed","actor":"h:1","detail":"busy\\u001b",
                         "attempt":2,"delayMilliseconds":4001}
                        """))
    }
}
