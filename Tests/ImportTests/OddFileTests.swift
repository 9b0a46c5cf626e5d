import Adaptation
import Catalogue
import Testing
import TestSupport

@testable import Cutting
@testable import ExportFormat
@testable import Import
@testable import Ledger
@testable import Storage

/// Files as no Sentry writes them: everything in them is counted and named, and nothing is lost silently.
@Suite struct OddFileTests {
    struct OddFile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let rows: [String]
        let inserted: Int
        /// Reason → rows.
        var dropped: [String: Int] = [:]
        /// What → rows.
        var adapted: [String: Int] = [:]
    }

    private static func row(_ model: String, _ pk: Int, _ fields: String) -> String {
        #"{"model": "sentry.\#(model)", "pk": \#(pk), "fields": {\#(fields)}}"#
    }

    private static let organization = row("organization", 1, #""name": "Acme", "slug": "acme", "flags": "1""#)
    private static let project = row("project", 2, #""organization": 1, "name": "Shop", "slug": "shop""#)
    private static let team = row("team", 3, #""organization": 1, "name": "Ops", "slug": "ops""#)

    private static func rule(_ pk: Int, _ others: String) -> String {
        row("rule", pk, #""project": 2, "label": "r\#(pk)", "data": "{\"actions\": []}", "source": 0, \#(others)"#)
    }

    private static let ownerOfNobody = "sentry.rule: owner names no user and no team, left out"

    private static let files = [
        // A team of before 24.3, a rule of before and after 24.5, a project of 24.8, a search of before 24.3.
        OddFile(
            testDescription: "mixed versions",
            rows: [
                organization,
                row("team", 3, #""organization": 1, "name": "Ops", "slug": "ops", "actor": null, "org_role": null"#),
                row("project", 2, #""organization": 1, "name": "Shop", "slug": "shop", "template": null"#),
                rule(8, #""owner": null, "owner_user_id": null, "owner_team": null"#),
                row(
                    "savedsearch", 4,
                    #""organization": 1, "type": 0, "name": "S", "query": "q", "sort": "priority", "visibility": "organization""#
                ),
            ], inserted: 5,
            adapted: [
                "sentry.team.actor: left out": 1, "sentry.team.org_role: left out": 1, "sentry.rule.owner: left out": 1,
                "sentry.savedsearch: sort priority becomes trends": 1,
            ]),
        OddFile(
            testDescription: "old fields of impossible types",
            rows: [
                organization, project,
                row("team", 3, #""organization": 1, "name": "Ops", "slug": "ops", "actor": [[1]]"#),
                rule(8, #""owner": []"#), rule(9, #""owner": {"a": 1}"#), rule(10, #""owner": "nine""#),
                rule(11, #""owner": 1.5"#), rule(12, #""owner": true"#),
            ], inserted: 8,
            adapted: [ownerOfNobody: 5, "sentry.team.actor: left out": 1]),
        OddFile(
            testDescription: "actors that point nowhere",
            rows: [
                organization, project, row("actor", 1, #""type": 0, "team": 99, "user_id": null"#),
                row("actor", 2, #""type": 1, "team": null, "user_id": 98"#),
                row("actor", 3, #""type": 1, "team": null, "user_id": null"#), rule(8, #""owner": 1"#),
                rule(9, #""owner": 2"#), rule(10, #""owner": 3"#), rule(11, #""owner": 4"#),
            ], inserted: 4,
            dropped: [
                "deletedModel": 3, "missingReference:owner_team->sentry.team": 1,
                "missingReference:owner_user_id->sentry.user": 1,
            ],
            adapted: [
                "sentry.rule: owner becomes owner_user_id or owner_team": 2, ownerOfNobody: 2,
                "sentry.actor: model that is gone, left out": 3,
                // Organizations without `is_test`: before 23.9, when upgrades disabled rules without actions.
                "sentry.rule: without actions, or the same as another one, is disabled": 4,
            ]),
        // Actor and team name each other, and so do actor and user.
        OddFile(
            testDescription: "cycles",
            rows: [
                row("actor", 9, #""type": 0, "team": 3, "user_id": null"#),
                row("team", 3, #""organization": 1, "name": "Ops", "slug": "ops", "actor": 9"#),
                row("actor", 10, #""type": 1, "team": null, "user_id": 5"#),
                row("user", 5, #""username": "ann", "email": "ann@example.com", "password": "x", "actor": 10"#),
                organization,
            ], inserted: 3, dropped: ["deletedModel": 2],
            adapted: [
                "sentry.team.actor: left out": 1, "sentry.user.actor: left out": 1,
                "sentry.actor: model that is gone, left out": 2,
                "sentry.team: imported after rows that come later in the file": 1,
            ]),
        OddFile(
            testDescription: "missing parents",
            rows: [
                organization, team, row("project", 2, #""organization": 77, "name": "Shop", "slug": "shop""#),
                rule(8, #""status": 0"#), row("projectteam", 4, #""project": 2, "team": 3"#),
                row("useremail", 6, #""user": ["nobody"], "email": "a@example.com""#),
                row("organizationmemberteam", 7, #""team": 3, "organizationmember": 70, "is_active": true"#),
            ], inserted: 2,
            dropped: [
                "missingReference:organization->sentry.organization": 1, "missingReference:project->sentry.project": 2,
                "missingReference:user->sentry.user": 1,
                "missingReference:organizationmember->sentry.organizationmember": 1,
            ], adapted: ["sentry.useremail.user: natural key names no row of sentry.user": 1]),
        // Sentry takes the second organization for one that it has seen, and with it all that is hers.
        OddFile(
            testDescription: "a model that comes a second time",
            rows: [
                organization, team, row("organization", 11, #""name": "Beta", "slug": "beta", "flags": "1""#),
                row("team", 13, #""organization": 11, "name": "Ops", "slug": "ops""#),
                row("project", 12, #""organization": 11, "name": "Shop", "slug": "shop""#),
            ], inserted: 5, adapted: ["sentry.team: imported after rows that come later in the file": 2]),
        // 41 gets its project's organization.
        OddFile(
            testDescription: "monitors of nothing",
            rows: [
                organization, project, monitor(40, 1, 2), monitor(41, 77, 2), monitor(42, 1, 78), monitor(43, 77, 78),
            ],
            inserted: 4,
            dropped: [
                "missingReference:organization_id->sentry.organization": 1,
                "missingReference:project_id->sentry.project": 1,
            ],
            adapted: [
                "sentry.monitor: organization_id becomes its project's; where the slug is taken there, it is left out":
                    1
            ]),
    ]

    private static func monitor(_ pk: Int, _ organization: Int, _ project: Int) -> String {
        row(
            "monitor", pk,
            #""organization_id": \#(organization), "project_id": \#(project), "name": "m", "slug": "m\#(pk)", "type": 3, "#
                + #""status": 0, "is_muted": false, "guid": "00000000-0000-4000-8000-0000000000\#(pk)""#)
    }

    @Test(arguments: files) func everyRowIsAccountedFor(_ file: OddFile) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("[\(file.rows.joined(separator: ",\n"))]", to: "export.json")
        let site = try Site(.sqlite)
        let done = try FileImport(path, .organizations, into: site.destination) { _ in .standard }
        #expect(done.isComplete)
        let totals = done.account.totals
        #expect(totals.inserted == file.inserted && totals.existing == 0 && totals.overwritten == 0, "\(totals)")
        #expect(totals.dropped == file.dropped)
        #expect(done.survey.adapted.counts == file.adapted)
    }

    /// A field that is read and cannot be is a fault: none hides another.
    @Test func fieldsOfImpossibleTypesAreNamed() throws {
        let folder = try TemporaryFolder()
        let rows = [
            Self.organization, Self.row("project", 2, #""organization": {"id": 1}, "slug": "a""#),
            Self.row("user", 5, #""username": "ann", "is_active": "perhaps""#),
            Self.rule(8, #""owner": 1, "date_added": []"#), Self.rule(9, #""owner": [2], "status": "on""#),
        ]
        let path = try folder.write("[\(rows.joined(separator: ",\n"))]", to: "export.json")
        let source = try ExportSource.open(path: path, catalogue: .standard)
        let report = try source.report(
            scope: .organizations, filter: nil, chunkSize: 20, versions: .adapting(from: nil))
        let places = report.faults.kinds.flatMap(\.listed).map(\.place)
        #expect(places.map(\.field) == ["organization", "is_active", "date_added", "status"])
        #expect(places.map(\.line) == [2, 3, 4, 5])
        #expect(report.survey.rowsTotal == 5 && report.isWhole)
    }
}
