import Catalogue
import Import
import Queue
import Testing

@testable import Ledger
@testable import TaskFormat
@testable import WorkerRuntime

/// Which relocations may go on in which destination.
@Suite struct TakeOverTests {
    private func status(
        counters: [String: Int] = [:], recorded: [String: Int] = [:], bounds: String = ""
    ) -> RelocationStatus {
        var status = RelocationStatus(uuid: "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10", scope: "users")
        status.counters = counters
        status.recordedRows = recorded
        status.keyBounds = bounds
        status.digest = "aa"
        status.options = RelocationOptions().json
        return status
    }

    private func refusal(
        _ status: RelocationStatus, _ written: [String: Int], keys: ClosedRange<Int64>? = 1...4,
        entry: ImportEntry? = nil
    ) -> TakeOver.Refusal? {
        TakeOver(
            status: status, recordedRows: status.recordedRows, entry: entry, written: written.mapValues { ($0, keys) }
        ).refusal
    }

    private func entry(_ change: (inout ImportOrigin) -> Void) -> ImportEntry {
        var origin = ImportOrigin()
        origin.scope = "users"
        origin.digest = "aa"
        origin.options = RelocationOptions().json
        origin.fileName = "old.json"
        change(&origin)
        return ImportEntry(id: 1, format: 2, uuid: "", origin: origin, beganAt: 0, end: nil)
    }

    @Test func theDatabaseMayKnowMoreThanRedis() {
        #expect(refusal(status(), ["sentry.user": 9]) == nil)
        #expect(refusal(status(recorded: ["sentry.user": 5]), ["sentry.user": 9]) == nil)
        #expect(refusal(status(recorded: ["sentry.user": 9]), ["sentry.user": 9, "sentry.email": 1]) == nil)
    }

    @Test func theDatabaseMustNotKnowLess() throws {
        let found = try #require(
            refusal(status(recorded: ["sentry.user": 1_234_567, "sentry.email": 3]), ["sentry.user": 567]))
        #expect(found.cause == .lostRows && found.finding.kind == .databaseError)
        #expect(
            found.finding.reason
                == "the database lacks 3 rows of sentry.email, 1,234,000 rows of sentry.user that were already written: it was "
                + "restored from a backup, or is an older copy; enqueue the same file again under its UUID")
    }

    @Test func lostDerivedRowsAreNoRowsOfAModel() throws {
        let found = try #require(refusal(status(recorded: ["derived": 5]), ["derived": 3])).finding
        #expect(found.model == nil)
        #expect(found.reason.hasPrefix("the database lacks 2 parts of the derived rows that were already"))
        #expect(refusal(status(recorded: ["derived": 5]), ["derived": 6]) == nil)
        let both = try #require(refusal(status(recorded: ["derived": 5, "sentry.user": 1]), [:])).finding
        #expect(both.reason.hasPrefix("the database lacks 1 row of sentry.user, 5 parts of the derived rows that"))
    }

    @Test func manyModelsAreSummedUp() throws {
        let recorded = Dictionary(uniqueKeysWithValues: (1...5).map { ("sentry.model\($0)", 1) })
        let reason = try #require(refusal(status(recorded: recorded), [:])).finding.reason
        #expect(reason.contains("1 row of sentry.model3 and of 2 more models that were"), "\(reason)")
    }

    /// Records of older workers lack the number of rows that the database held. A repeated key may count twice after a
    /// replay, so that fewer rows are no loss; none are.
    @Test func anOlderRecordShowsModelsThatAreGone() {
        let counters = ["sentry.user|inserted": 4, "sentry.user|existing": 2, "sentry.user|dropped|filtered": 9]
        #expect(refusal(status(counters: counters), ["sentry.user": 1]) == nil)
        #expect(refusal(status(counters: counters), [:])?.finding.reason.contains("6 rows of sentry.user") == true)
        #expect(refusal(status(counters: ["sentry.user|dropped|filtered": 9]), [:]) == nil)
    }

    @Test func theLedgerTellsOneImportFromAnother() throws {
        #expect(refusal(status(), [:], entry: entry { _ in }) == nil)
        #expect(
            refusal(
                status(), [:],
                entry: entry {
                    var options = RelocationOptions()
                    options.chunkSize = 1
                    options.atomic = true
                    $0.options = options.json
                }) == nil, "how rows are written does not matter")
        for (change, words) in [
            ({ $0.digest = "bb" }, "another file"), ({ $0.scope = "config" }, "the scope users instead of config"),
            (
                {
                    var options = RelocationOptions()
                    options.mergeUsers = true
                    $0.options = options.json
                }, "no --merge-users"
            ),
            (
                {
                    var options = RelocationOptions()
                    options.filter = "f"
                    $0.options = options.json
                }, "no filter"
            ),
        ] as [((inout ImportOrigin) -> Void, String)] {
            let found = try #require(refusal(status(), [:], entry: entry(change)))
            #expect(found.cause == .otherImport)
            #expect(found.finding.reason.contains("import of old.json"), "\(found.finding.reason)")
            #expect(found.finding.reason.contains("this one has \(words)."), "\(found.finding.reason)")
        }
    }

    /// An older enqueuer did not tell the filter.
    @Test func anOlderEntryIsComparedAsFarAsItGoes() {
        var now = status()
        var options = RelocationOptions()
        options.filter = "f"
        now.options = options.json
        #expect(refusal(now, [:], entry: entry { $0.options = #"{"format":2,"mergeUsers":false}"# }) == nil)
        #expect(refusal(now, [:], entry: entry { $0.options = "?" }) == nil)
        #expect(refusal(now, [:], entry: entry { $0.digest = "" })?.cause == .otherImport, "the filter still differs")
    }

    @Test func withoutAnEntryTheKeysTell() {
        let bounds = #"{"sentry.email":[0],"sentry.user":[4,1,4]}"#
        #expect(refusal(status(bounds: bounds), ["sentry.user": 4]) == nil)
        #expect(refusal(status(bounds: bounds), ["sentry.user": 2], keys: 2...3) == nil)
        #expect(refusal(status(bounds: bounds), ["sentry.user": 5])?.cause == .otherImport)
        #expect(refusal(status(bounds: bounds), ["sentry.user": 1], keys: 4...5)?.cause == .otherImport)
        #expect(refusal(status(bounds: bounds), ["sentry.user": 1], keys: 0...1)?.cause == .otherImport)
        #expect(refusal(status(bounds: bounds), ["sentry.team": 1])?.cause == .otherImport)
        #expect(refusal(status(bounds: bounds), ["sentry.email": 1])?.cause == .otherImport)
        #expect(
            refusal(status(bounds: bounds), ["sentry.user": 4, "derived": 3]) == nil, "derived rows are not the file's")
        #expect(refusal(status(bounds: "{}x"), ["sentry.user": 5]) == nil, "unreadable bounds tell nothing")
        #expect(
            refusal(status(bounds: bounds), ["sentry.user": 5], entry: entry { _ in }) == nil, "the entry tells more")
    }

    @Test func boundsSurviveTheirText() throws {
        var bounds = KeyBounds()
        bounds.models = [
            "sentry.user": KeyBounds.Model(rows: 3, keys: -1 ... .max),
            "sentry.email": KeyBounds.Model(rows: 2, keys: nil),
        ]
        #expect(bounds.json == #"{"sentry.email":[2],"sentry.user":[3,-1,9223372036854775807]}"#)
        #expect(KeyBounds(json: bounds.json) == bounds)
        #expect(KeyBounds(json: "") == nil)
        #expect(KeyBounds(json: #"{"sentry.user":[]}"#) == nil)
        #expect(KeyBounds(json: #"{"sentry.user":[1,9,2]}"#)?.models["sentry.user"]?.keys == nil)
    }
}
