import Catalogue
import Queue
import Testing

@testable import Reporting

/// How a status shows the rows that got another name.
@Suite struct RenamedReportTests {
    private func report(_ rows: [Renaming], total: Int? = nil) -> StatusReport {
        var status = RelocationStatus(uuid: uuid(1), scope: "users")
        status.renamed = total ?? rows.count
        return StatusReport(status, renamed: rows)
    }

    private func section(_ report: StatusReport) -> String? {
        report.text().split(separator: "\n\n").first { $0.hasPrefix("Renamed") }.map(String.init)
    }

    @Test func aSectionForPeople() {
        let rows = [
            Renaming(subject: "sentry.user|5", from: "ada", to: "ada-x"),
            Renaming(subject: "sentry.organization|12", from: "My\u{1B}Org", to: "my-org"),
            Renaming(subject: "sentry.team|", from: "", to: "core"),
        ]
        #expect(
            section(report(rows)) == """
                Renamed
                  sentry.user           5  ada → ada-x
                  sentry.organization  12  My Org → my-org
                  sentry.team              (no name) → core
                """)
        #expect(section(report([])) == nil && section(StatusReport(report(rows).status)) == nil)
    }

    @Test func tenAndHowManyMore() {
        let rows = (1...12).map { Renaming(subject: "sentry.user|\($0)", from: "a", to: "b\($0)") }
        #expect(section(report(Array(rows.prefix(10))))?.split(separator: "\n").count == 11)
        let more = "  and 90 more (`status \(uuid(1)) --json` lists 12 of them)"
        #expect(section(report(rows, total: 100))?.split(separator: "\n").last.map(String.init) == more)
        // Numbers of a record are anything.
        for total in [Int.min, .max] { #expect(section(report(rows, total: total))?.contains("more") == true) }
        #expect(report(rows, total: 3).renamedTotal == 12)
    }

    @Test func aListForScripts() {
        let rows = [
            Renaming(subject: "sentry.user|5", from: "ada", to: "ada-x"),
            Renaming(subject: "sentry.team|", from: "", to: "core"), Renaming(subject: "nonsense", from: "a", to: "b"),
            Renaming(subject: "sentry.user|x", from: "a", to: "b"), Renaming(subject: "|5", from: "a", to: "b"),
        ]
        guard case .object(let members) = report(rows, total: 7).value else {
            Issue.record("no object")
            return
        }
        #expect(
            members["renamed"]
                == JSONValue(
                    json: """
                        [{"model": "sentry.user", "sourcePK": 5, "from": "ada", "to": "ada-x"},
                         {"model": "sentry.team", "sourcePK": null, "from": "", "to": "core"}]
                        """))
        #expect(members["renamedTotal"] == .integer(7))
        guard case .object(let unread) = StatusReport(report(rows).status).value else { return }
        #expect(unread["renamed"] == nil && unread["renamedTotal"] == .integer(5))
    }

    /// Behind the findings of the reference: a script that reads the file learns of new names, too.
    @Test func aFindingsFileNamesThem() throws {
        var failed = report([Renaming(subject: "sentry.user|5", from: "ada", to: "ada-x")]).status
        let finding = Finding(kind: .unknown, model: "m", reason: "r").json()
        failed.findings = [finding]
        let renamed = Renaming(subject: "sentry.user|5", from: "ada", to: "ada-x")
        guard case .list(let list)? = JSONValue(json: StatusReport(failed, renamed: [renamed]).findingsFile) else {
            Issue.record("no list")
            return
        }
        #expect(list.first == JSONValue(json: finding))
        #expect(
            list.dropFirst().first
                == JSONValue(
                    json: """
                        {"finding": "RenamedRow", "kind": "Renamed", "on": {"model": "sentry.user", "ordinal": null},
                         "left_pk": 5, "right_pk": null, "from": "ada", "to": "ada-x", "reason": "ada → ada-x"}
                        """))
        #expect(list.count == 2 && StatusReport(report([]).status, renamed: []).findingsFile == "[]")
    }

    @Test func aSubjectNamesItsRow() throws {
        for sourcePK in [5, nil, Int64.min] {
            let row = RenamedRow(model: "sentry.user", sourcePK: sourcePK, from: "a|b", to: "c")
            #expect(RenamedRow(subject: row.subject, from: "a|b", to: "c") == row)
        }
    }
}
