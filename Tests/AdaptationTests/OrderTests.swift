import Catalogue
import Cutting
import ExportFormat
import TaskFormat
import Testing

/// Rows that stand before those that they refer to.
@Suite struct OrderTests {
    private static let rows = [
        row("team", 3, #"{"organization": 1}"#), row("projectteam", 4, #"{"team": 3, "project": 2}"#),
        row("project", 2, #"{"organization": 1}"#), row("organization", 1, #"{"slug": "a"}"#),
        row("team", 5, #"{"organization": 1}"#),
    ]

    @Test func modelsComeAfterThoseThatTheyReferTo() throws {
        let file = try AdaptedFile(Self.rows)
        // The second team stands behind the organization, but its model does not.
        #expect(file.models == ["organization", "team", "project", "team", "projectteam"])
        #expect(try file.rows("team").map { $0["id"] } == [.integer(3), .integer(5)])
        #expect(file.chunks.map(\.minOrdinal) == [1, 1, 1, 2, 1])
        #expect(file.survey.tasks == 5 && file.survey.rowsQueued == 5)
        #expect(file.adapted["sentry.projectteam: imported after rows that come later in the file"] == 1)
        #expect(file.survey.losses.count == 4)
        #expect(file.survey.losses.contains { $0.hasPrefix("rows of sentry.team stand in 2 places") })
    }

    @Test func aFilterTakesAnyOrder() throws {
        let rows = [
            row("organizationmember", 1, #"{"organization": 1, "user_id": 7}"#), row("user", 7), row("user", 8),
            row("organizationmember", 2, #"{"organization": 2, "user_id": 8}"#),
            row("organization", 1, #"{"slug": "a"}"#), row("organization", 2, #"{"slug": "b"}"#),
        ]
        let file = try AdaptedFile(rows, scope: .organizations, filter: .organizationSlugs(["a"]))
        #expect(try file.rows("user").map { $0["id"] } == [.integer(7)])
    }

    @Test func aFileInOrderIsCutAtOnce() throws {
        let rows = [row("organization"), row("team", 3, #"{"organization": 1}"#), row("projectteam")]
        let file = try AdaptedFile(rows)
        #expect(file.models == ["organization", "team", "projectteam"])
        #expect(!file.adapted.keys.contains { $0.contains("later in the file") } && file.survey.losses.isEmpty)
    }

    @Test func projectsWithSeveralKeysAreTold() throws {
        let keys = [(1, 1), (2, 1), (3, 2), (4, 1)].map { row("projectkey", $0.0, #"{"project": \#($0.1)}"#) }
        #expect(
            try AdaptedFile(keys).survey.losses == [
                "1 project has several keys: Sentry's own import keeps the last one only"
            ])
    }

    /// Made rows follow in the last round, in a chunk of their own.
    @Test func madeRowsInAFileOutOfOrder() throws {
        let rows = [
            row("snubaquery", 1), row("alertrule", 5, #"{"snuba_query": 1}"#),
            row("querysubscription", 1, #"{"project": 2, "snuba_query": 1}"#),
            row("project", 2, #"{"organization": 1}"#),
            row("organization", 1), row("alertruleprojects", 3, #"{"alert_rule": 5, "project": 2}"#),
            row("alertrule", 6, #"{"snuba_query": 2}"#), row("snubaquery", 2),
            row("querysubscription", 2, #"{"project": 2, "snuba_query": 2}"#),
        ]
        let file = try AdaptedFile(rows, from: "24.3")
        #expect(try file.rows("alertruleprojects").map { $0["alert_rule_id"] } == [.integer(5), .integer(6)])
        #expect(file.survey.tasks == file.chunks.count && file.survey.rowsMade == 1)
    }
}
