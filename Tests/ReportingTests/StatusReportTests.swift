import Catalogue
import Queue
import Testing

@testable import Reporting

@Suite struct StatusReportTests {
    private let status: RelocationStatus = {
        var status = RelocationStatus(uuid: uuid(1), scope: "users")
        status.status = .failure
        status.failureReason = "Row \"2\" is bad."
        status.findings = ["{\n    \"kind\": \"Unknown\"\n  }"]
        status.chunksTotal = 3
        status.chunksDone = 1
        status.rowsSource = 10
        status.counters = [
            "sentry.user|inserted": 2, "sentry.user|existing": 1, "sentry.email|overwritten": 1,
            "sentry.email|dropped|filtered": 3, "sentry.user|dropped|filtered": 1,
            "sentry.user|dropped|missingReference:user->sentry.user": 2,
        ]
        status.sourceName = "a\u{1B}[31m.json"
        status.warnings = ["unknown model x"]
        status.losses = ["1 project has several keys"]
        status.createdAt = 951_782_400_000
        status.updatedAt = 951_782_400_001
        return status
    }()

    @Test func objectsForScriptsHaveTheKeysOfTheContract() throws {
        let value = try #require(JSONValue(json: StatusReport(status).json))
        guard case .object(let members) = value else { throw NoObject() }
        #expect(
            Set(members.keys) == [
                "uuid", "scope", "status", "step", "failureReason", "findings", "chunks", "rows", "dropped", "models",
                "warnings", "losses", "doing", "attempts", "nextAttemptAt", "lastTrouble", "owner", "takeovers",
                "pauseRequested",
                "cancelRequested", "destination", "source", "payloadBytes", "failedTask", "skipped", "createdAt",
                "updatedAt", "startedAt", "completedAt", "trouble", "worker", "leaseExpiresAt", "flags", "renamedTotal",
                "next", "endedBy", "enqueuedBy", "situation", "elapsedSeconds", "rowsPerSecond", "remainingSeconds",
                "maxAttempts", "toolVersion", "digest", "adapted", "kind",
            ])
        #expect(members["status"] == .text("FAILURE") && members["step"] == .text("IMPORTING"))
        #expect(members["failureReason"] == .text("Row \"2\" is bad."))
        #expect(members["findings"] == .list([.object(["kind": .text("Unknown")])]))
        #expect(members["chunks"] == .object(["total": .integer(3), "done": .integer(1)]))
        #expect(
            members["rows"]
                == JSONValue(json: #"{"source":10,"inserted":2,"existing":1,"overwritten":1,"dropped":6}"#))
        #expect(members["dropped"] == JSONValue(json: #"{"filtered":4,"missingReference:user->sentry.user":2}"#))
        #expect(
            members["models"]
                == JSONValue(
                    json: """
                        {"sentry.email": {"inserted": 0, "existing": 0, "overwritten": 1, "dropped": 3,
                          "droppedFor": {"filtered": 3}},
                         "sentry.user": {"inserted": 2, "existing": 1, "overwritten": 0, "dropped": 3,
                          "droppedFor": {"filtered": 1, "missingReference:user->sentry.user": 2}}}
                        """))
        #expect(members["warnings"] == .list([.text("unknown model x")]))
        #expect(members["losses"] == .list([.text("1 project has several keys")]))
        #expect(members["attempts"] == .integer(0) && members["pauseRequested"] == .flag(false))
        #expect(members["createdAt"] == .text("2000-02-29T00:00:00.000Z"))
        for key in [
            "nextAttemptAt", "lastTrouble", "trouble", "owner", "worker", "leaseExpiresAt", "flags", "failedTask",
        ] {
            #expect(members[key] == .null, "\(key)")
        }
    }

    /// What waits for an operator names the command that goes on.
    @Test func theNextCommandIsNamed() {
        func next(_ state: RelocationState, payload: Int = 1) -> (json: String?, text: Bool) {
            var status = RelocationStatus(uuid: uuid(2), scope: "users")
            status.status = state
            status.payloadBytes = payload
            let report = StatusReport(status)
            return (report.next, report.text().contains("\nnext: "))
        }
        #expect(next(.inProgress) == (nil, false) && next(.success) == (nil, false))
        #expect(next(.paused) == ("relocation-enqueue unpause \(uuid(2))", true))
        #expect(next(.failure) == ("relocation-enqueue retry \(uuid(2))", true))
        #expect(
            next(.failure, payload: 0) == ("relocation-enqueue users --import-uuid \(uuid(2)) FILE", true))
    }

    /// If the file is at fault, retrying alone fails again.
    @Test func whereARetryDoesNotHelpTheFileDoes() {
        func next(_ cause: FailureCause) -> StatusReport {
            var status = RelocationStatus(uuid: uuid(2), scope: "users")
            status.status = .failure
            status.payloadBytes = 1
            status.failureCause = cause
            return StatusReport(status)
        }
        let lost = next(.lostRows)
        #expect(lost.next == "relocation-enqueue users --import-uuid \(uuid(2)) FILE")
        #expect(lost.text().hasSuffix("\nnext: relocation-enqueue users --import-uuid \(uuid(2)) FILE"))
        #expect(next(.otherImport).next == "relocation-enqueue users FILE")
        var refused = next(.otherImport).status
        refused.replaces = "ab"
        #expect(
            StatusReport(refused).next
                == "relocation-enqueue users --import-uuid \(uuid(2)) --replace-file FILE")
    }

    /// What stands after `next:` works in a script, where nobody answers questions.
    @Test func whatAsksIsAnswered() {
        var status = RelocationStatus(uuid: uuid(2), scope: "global")
        status.status = .failure
        #expect(StatusReport(status).next == "relocation-enqueue global --no-prompt --import-uuid \(uuid(2)) FILE")
        status.step = .undoing
        #expect(StatusReport(status).next == "relocation-enqueue undo \(uuid(2)) --no-prompt")
    }

    /// What it was made with would be lost with a plain import.
    @Test func aRelocationWithStepsBeginsAgainAsOne() {
        var status = RelocationStatus(uuid: uuid(2), scope: "organizations")
        status.flow = FlowPlace(latestTask: "COMPLETED")
        status.status = .failure
        status.step = .undoing
        status.endedBy = .undo
        #expect(StatusReport(status).next == "relocation-enqueue relocate --again \(uuid(2)) FILE")
        status.endedBy = nil
        status.step = .importing
        status.payloadBytes = 1
        status.failedTask = #"{"kind":"chunk","name":"sentry.user","minOrdinal":21,"rows":20}"#
        #expect(StatusReport(status).nextText?.contains("--replace-file") == false)
    }

    @Test func aFailedChunkCanBeLeftOut() {
        var status = RelocationStatus(uuid: uuid(2), scope: "users")
        status.status = .failure
        status.payloadBytes = 1
        status.failedTask = #"{"kind":"chunk","name":"sentry.user","minOrdinal":21,"rows":20}"#
        #expect(
            StatusReport(status).text().hasSuffix(
                """
                next: remove the cause, then: relocation-enqueue retry \(uuid(2))
                      to go on with a corrected file instead (other flags as before): relocation-enqueue users --import-uuid \(uuid(2)) --replace-file FILE
                      to leave out its 20 rows instead: relocation-enqueue retry \(uuid(2)) --skip-chunk --accept-loss
                """))
        status.failedTask =
            #"{"kind":"chunk","model":"sentry.user","minOrdinal":21,"ordinal":31,"pk":7,"rows":20}"#
        #expect(
            StatusReport(status).text().hasSuffix(
                """
                next: remove the cause, then: relocation-enqueue retry \(uuid(2))
                      to go on with a corrected file instead (other flags as before): relocation-enqueue users --import-uuid \(uuid(2)) --replace-file FILE
                      to leave out sentry.user row 31 (pk 7) instead: relocation-enqueue retry \(uuid(2)) --skip-row --accept-loss
                      to leave out its 20 rows instead: relocation-enqueue retry \(uuid(2)) --skip-chunk --accept-loss
                """))
    }

    @Test func aRunningRelocationNamesItsWorkerAndFlags() throws {
        var running = RelocationStatus(uuid: uuid(2), scope: "users")
        running.owner = "w1"
        running.leaseExpiresAt = 951_782_400_000
        running.lastError = "The database is locked."
        running.options = #"{"atomic":true,"chunkSize":7}"#
        running.failedTask = #"{"kind":"dance","model":"sentry.user","minOrdinal":1,"rows":0}"#
        guard case .object(let members) = StatusReport(running).value else { throw NoObject() }
        #expect(members["worker"] == .text("w1") && members["owner"] == .text("w1"))
        #expect(members["leaseExpiresAt"] == .text("2000-02-29T00:00:00.000Z"))
        #expect(members["trouble"] == members["lastTrouble"])
        #expect(members["trouble"] == .text("The database is locked."))
        #expect(members["flags"] == .object(["atomic": .flag(true), "chunkSize": .integer(7)]))
        #expect(StatusReport(running).text().contains("  failed at    dance sentry.user\n"))
        #expect(StatusReport(running).json.contains(#""kind" : "dance""#))
    }

    @Test func damagedTextsBecomeStrings() throws {
        var damaged = RelocationStatus(uuid: uuid(2), scope: "users")
        damaged.findings = ["{cut"]
        damaged.options = "not JSON"
        damaged.skipped = ["]"]
        damaged.failedTask = "\u{9B}31m"
        guard case .object(let members) = StatusReport(damaged).value else { throw NoObject() }
        #expect(members["findings"] == .list([.text("{cut")]))
        #expect(members["flags"] == .text("not JSON") && members["skipped"] == .list([.text("]")]))
        let json = StatusReport(damaged).json
        #expect(json.contains(#"\u009b31m"#) && json.utf8.allSatisfy { $0 < 0x7F })
        #expect(JSONValue(json: json) == StatusReport(damaged).value)
        #expect(json == StatusReport(damaged).json, "the order of keys is stable")
    }

    /// Other programs may write to Redis.
    @Test(arguments: [Int64.max, .min]) func extremeNumbersNeverTrap(_ extreme: Int64) {
        var status = RelocationStatus(uuid: uuid(2), scope: "users")
        let number = Int(extreme)
        (status.chunksTotal, status.chunksDone, status.rowsSource) = (number, number, number)
        (status.attempts, status.takeovers, status.payloadBytes) = (number, number, number)
        (status.nextAttemptAt, status.leaseExpiresAt) = (extreme, extreme)
        (status.createdAt, status.updatedAt, status.startedAt, status.completedAt) = (
            extreme, extreme, extreme, extreme
        )
        for word in ["inserted", "existing", "overwritten", "dropped|filtered", "dropped|skipped"] {
            status.counters["a|\(word)"] = number
            status.counters["b|\(word)"] = number
        }
        let report = StatusReport(status)
        #expect(report.rowsDone == number)
        for now in [Int64.min, 0, .max] { #expect(report.text(now: now).contains("\(number)")) }
        #expect(report.json.contains("\(number)"))
        #expect(StatusReport.table([report, report], now: extreme).contains(uuid(2)))
        var attempts = status
        attempts.attempts = 1
        attempts.nextAttemptAt = .max
        #expect(StatusReport(attempts).text(now: .min).contains("next in"))
    }

    @Test func aTableForPeople() {
        #expect(
            StatusReport(status).text(now: 0) == """
                Relocation 00000000-0000-4000-8000-000000000001
                  status       FAILURE, IMPORTING
                  scope        users
                  file         a [31m.json
                  chunks       1 of 3
                  rows         10 in the file: 2 inserted, 1 existing, 1 overwritten, 6 dropped
                  reason       Row "2" is bad.
                  destination  default (no worker has served it yet)
                  created      2000-02-29T00:00:00.000Z
                  updated      2000-02-29T00:00:00.001Z

                  MODEL         INSERTED  EXISTING  OVERWRITTEN  DROPPED
                  sentry.email         0         0            1        3
                  sentry.user          2         1            0        3

                Dropped rows (`dropped 00000000-0000-4000-8000-000000000001` lists them)
                  filtered                            4
                  missingReference:user->sentry.user  2

                Warnings
                  unknown model x

                Notes
                  1 project has several keys

                Findings: 1 (`findings 00000000-0000-4000-8000-000000000001` shows them)

                next: relocation-enqueue users --import-uuid 00000000-0000-4000-8000-000000000001 FILE
                """)
    }

    @Test func whatGoesOnIsShown() {
        var running = RelocationStatus(uuid: uuid(2), scope: "users")
        running.attempts = 2
        running.nextAttemptAt = 10_500
        running.lastError = "The database is locked."
        running.owner = "w1"
        running.leaseExpiresAt = 13_500
        running.pauseRequested = true
        running.destinationName = "eu"
        running.destinationAddress = "sqlite:///x"
        running.takeovers = 1
        let text = StatusReport(running).text(color: true, now: 10_000)
        #expect(text.contains("\u{1B}[36mIN_PROGRESS, IMPORTING\u{1B}[0m"))
        #expect(text.contains("  attempts     2, next in 1 s at 1970-01-01T00:00:10.500Z\n"))
        #expect(text.contains("  trouble      The database is locked.\n"))
        #expect(
            text.contains("  worker       w1, its lease ends in 4 s\n  requested    pause at the next chunk boundary\n")
        )
        #expect(text.contains("  destination  eu (sqlite:///x)\n  take-overs   1"))
        running.cancelRequested = true
        #expect(StatusReport(running).text(now: 11_000).contains("  attempts     2\n"))
        #expect(StatusReport(running).text().contains("cancel at the next chunk boundary"))
    }

    @Test func whatWasAdapted() throws {
        var adapted = RelocationStatus(uuid: uuid(4), scope: "users")
        adapted.adapted = #"{"sentry.team.actor: left out":12,"sentry.rule: x":3}"#
        adapted.adaptedRows = [
            #"{"what":"sentry.rule: x","model":"sentry.rule","line":7,"record":2,"ordinal":1,"pk":9}"#, "no JSON",
        ]
        let value = try #require(JSONValue(json: StatusReport(adapted).json))
        guard case .object(let members) = value else { throw NoObject() }
        #expect(members["adapted"] == JSONValue(json: adapted.adapted))
        let lines = "  sentry.team.actor: left out  12\n  sentry.rule: x                3"
        #expect(StatusReport(adapted).text().contains("` lists the first ones)\n\(lines)"))
        #expect(
            AdaptedReport(adapted).text == """
                WHAT            MODEL        LINE  RECORD  PK
                sentry.rule: x  sentry.rule     7       2   9
                All adapted rows
                \(lines)
                """)
        guard case .object(let report)? = JSONValue(json: AdaptedReport(adapted).json),
            case .list(let rows)? = report["rows"]
        else { throw NoObject() }
        #expect(rows.count == 1 && report["adapted"] == members["adapted"])
        #expect(AdaptedReport(status).text == "No row was adapted.")
    }

    @Test func listsAndFindings() {
        var other = RelocationStatus(uuid: uuid(2), scope: "global")
        other.status = .success
        other.step = .completed
        #expect(
            StatusReport.table([StatusReport(status), StatusReport(other)], now: 951_782_700_000) == """
                UUID                                  KIND    SCOPE   DESTINATION  STATUS   AGE  PROGRESS  WORKER  FILE         TROUBLE
                00000000-0000-4000-8000-000000000001  import  users   default      FAILURE   5m      33 %          a [31m.json  Row "2" is bad.
                00000000-0000-4000-8000-000000000002  import  global  default      SUCCESS          100 %
                """)
        #expect(StatusReport.json([]) == "[]")
        #expect(
            StatusReport.json([StatusReport(other), StatusReport(other)]).hasPrefix("[\n  {\n    \"adapted\" : {"))
        #expect(StatusReport(other).findingsFile == "[]")
        let finding = Finding(kind: .unknown, model: "m", reason: "r")
        var failed = RelocationStatus(uuid: uuid(3), scope: "s")
        failed.findings = [finding.json(), finding.json()]
        #expect(StatusReport(failed).findingsFile == Finding.file([finding, finding]))
    }
}

private struct NoObject: Error {}

/// A valid UUID that ends in a number.
func uuid(_ number: Int) -> String {
    let digits = String(number)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
}
