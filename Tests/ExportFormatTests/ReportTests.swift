import Catalogue
import Cutting
import ExportFormat
import Testing

/// A check that goes on behind faults.
@Suite struct ReportTests {
    private func report(
        _ text: String, _ scope: ImportScope = .global, filter: ExportFilter? = nil
    ) throws -> ExportReport {
        try Fixture(text).source.report(scope: scope, filter: filter, chunkSize: 20)
    }

    private func kinds(_ report: ExportReport) -> [String] {
        report.faults.kinds.map { kind in
            let place = kind.listed.first?.place
            return "\(kind.count) \(place?.model ?? "") \(place?.field ?? "")"
        }
    }

    @Test func aSoundFileHasTheSameSurvey() throws {
        let text = "[\(record("sentry.user", "{}")),\(record("sentry.email", "{}"))]"
        let report = try report(text)
        #expect(report.isSound && report.isWhole && report.firstFault == nil)
        #expect(try report.survey == Fixture(text).survey())
    }

    @Test func faultsAreGroupedAndPlaced() throws {
        let bad = (1...150).map { record("sentry.user", pk: "\($0)", #"{"is_active": "maybe", "nosuch": 1}"#) }
        let rows = [record("sentry.email", "{}")] + bad + [record("sentry.email", "{}")]
        let report = try report("[\n" + rows.joined(separator: ",\n") + "\n]")
        #expect(kinds(report) == ["150 sentry.user nosuch", "150 sentry.user is_active"])
        #expect(report.faults.count == 300 && report.isWhole)
        let listed = report.faults.kinds[1].listed
        #expect(listed.count == 100)
        // The list begins on the first line, the e-mail address on the second.
        #expect(listed[9].place.line == 12 && listed[9].place.ordinal == 10 && listed[9].place.sourcePK == 10)
        #expect(listed[9].finding?.ordinal == 10)
        #expect(report.survey.rowsTotal == 152 && report.survey.rowsQueued == 2)
        #expect(report.firstFault?.place.record == 2)
    }

    /// Brackets tell where the next row begins.
    @Test func aRowThatCannotBeReadHidesNoOther() throws {
        let rows = [
            #"{"pk": 1}"#, #"{"model": "user", "pk": 1, "fields": {}}"#, #"{"model": "sentry.user" "pk": 1}"#,
            record("sentry.user", pk: "[]", "{}"), #"{"model": "sentry.user", "pk": 2}"#, record("sentry.email", "{}"),
        ]
        let report = try report("[" + rows.joined(separator: ",") + "]")
        #expect(kinds(report) == ["1  ", "1  ", "1  ", "1 sentry.user pk", "1 sentry.user "])
        #expect(report.isWhole && report.survey.rowsQueued == 1)
        #expect(report.faults.kinds.map { $0.listed[0].place.record } == [1, 2, 3, 4, 5])
    }

    @Test(arguments: [
        "[\(record("sentry.user", #"{"nosuch": 1}"#)), nonsense, \(record("sentry.email", "{}"))]",
        "[\(record("sentry.user", #"{"nosuch": 1}"#)), {\"model\": \"sentry.email\"",
    ]) func aFaultBetweenRowsEndsIt(_ text: String) throws {
        let report = try report(text)
        #expect(report.faults.count == 2 && !report.isWhole && report.survey.rowsTotal == 1)
    }

    @Test func whatIsLeftOutHasNoFaults() throws {
        let bad = record("sentry.user", #"{"username": "out", "nosuch": 1}"#)
        let text =
            "[\(record("sentry.user", #"{"username": "in"}"#)),\(bad),\(record("sentry.option", #"{"nosuch": 1}"#))]"
        #expect(try report(text, .users).faults.count == 1)
        #expect(try report(text, .users, filter: .usernames(["in"])).isSound)
        #expect(throws: ExportError.self) { try report(text, .users, filter: .usernames(["nobody"])) }
    }

    @Test func progressCoversAllPasses() throws {
        let rows = (1...5000).map { record("sentry.user", pk: "\($0)", #"{"username": "u\#($0)"}"#) }
        let text = "[" + rows.joined(separator: ",") + "]"
        let fixture = try Fixture(text)
        #expect(fixture.source.expectedBytes(filtered: true) == Int64(2 * text.utf8.count))
        var told: [Int64] = []
        _ = try fixture.source.report(scope: .users, filter: .usernames(["u1"]), chunkSize: 20) { told.append($0) }
        #expect(told.count == 2 && told[0] <= Int64(text.utf8.count) && told[1] > Int64(text.utf8.count))
    }
}
