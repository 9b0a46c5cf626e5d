import Adaptation
import Catalogue
import Cutting
import ExportFormat
import TaskFormat
import Testing

/// Rows that upgrades delete, make from others, or that need others to be adapted.
@Suite struct RowTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let model: String
        let fields: String
        let old: String
        let new: String
        var testDescription: String { "\(model) \(fields)" }
    }

    @Test(arguments: [
        Case(model: "projectoption", fields: #"{"key": "vsts:enabled"}"#, old: "21.10", new: "21.11"),
        Case(model: "projectoption", fields: #"{"key": "sentry:dynamic_sampling"}"#, old: "23.2", new: "23.3"),
        Case(model: "repository", fields: #"{"provider": "visualstudio"}"#, old: "21.10", new: "21.11"),
        Case(
            model: "neglectedrule",
            fields: #"{"sent_initial_email_date": "2023-01-01T00:00:00Z", "sent_final_email_date": null}"#,
            old: "23.10",
            new: "23.11"),
    ]) func isLeftOutInTheOlderVersionOnly(_ example: Case) throws {
        let text = row(example.model, 1, example.fields)
        let old = try AdaptedFile([text], from: example.old)
        #expect(old.chunks.isEmpty && old.survey.rowsQueued == 0)
        #expect(old.survey.leftOut.models["sentry.\(example.model)"]?.dropped == ["obsolete": 1])
        #expect(old.adapted.values.contains(1))
        #expect(try AdaptedFile([text], from: example.new).rows(example.model).count == 1)
    }

    @Test func aSearchOfAProjectWithoutOrganization() throws {
        let file = try AdaptedFile([
            row("savedsearch", 1, #"{"project": 3, "organization": null}"#),
            row("savedsearch", 2, #"{"project": null, "organization": null}"#),
        ])
        #expect(try file.rows("savedsearch").map { $0["id"] } == [.integer(2)])
    }

    // MARK: Owners by actor

    private static let actors = [
        row("actor", 1, #"{"type": 0, "team": 11, "user_id": null}"#),
        row("actor", 2, #"{"type": 1, "team": null, "user_id": 22}"#),
        row("actor", 3, #"{"type": 0, "team": null, "user_id": null}"#),
    ]

    @Test func ownersOfRules() throws {
        let rules = [
            row("rule", 1, #"{"owner": 1}"#), row("rule", 2, #"{"owner": 2}"#), row("rule", 3, #"{"owner": 3}"#),
            row("rule", 4, #"{"owner": 4}"#), row("rule", 5, #"{"owner": null}"#),
            row("rule", 6, #"{"owner": 1, "owner_user_id": 9}"#),
        ]
        // Actors may come behind the rules.
        for rows in [Self.actors + rules, rules + Self.actors] {
            let file = try AdaptedFile(rows)
            let found = try file.rows("rule")
            #expect(found.map { $0["owner_team_id"] } == [.integer(11), .null, .null, .null, .null, .null])
            #expect(found.map { $0["owner_user_id"] } == [.null, .integer(22), .null, .null, .null, .integer(9)])
            #expect(file.adapted["sentry.rule: owner becomes owner_user_id or owner_team"] == 2)
            #expect(file.adapted["sentry.rule: owner names no user and no team, left out"] == 2)
            #expect(file.adapted["sentry.rule.owner: left out"] == 2)
            #expect(file.adapted["sentry.actor: model that is gone, left out"] == 3)
        }
    }

    /// An owner who is nowhere is only known to be so at the end: the file is read again, and all is counted again.
    @Test func whatTheImportFillsInIsCountedInEveryPass() throws {
        let others = [row("apitoken", 1, #"{"token": "a"}"#), row("alertruletriggeraction", 1)]
        let kinds = ["sentry.apitoken: hashed_token is filled in", "sentry.alertruletriggeraction: status is 0"]
        for owner in ["null", "4"] {
            let file = try AdaptedFile(others + [row("rule", 1, #"{"owner": \#(owner)}"#)], from: "23.11")
            #expect(kinds.map { file.adapted[$0] } == [1, 1])
        }
    }

    @Test func ownersOfAlertRules() throws {
        let file = try AdaptedFile(
            Self.actors + [
                row("alertrule", 1, #"{"owner": 1, "team": null, "user_id": null}"#),
                row("alertrule", 2, #"{"owner": 2}"#),
                row("alertrule", 3, #"{"owner": 1, "team": 5, "user_id": 6}"#),
            ])
        let found = try file.rows("alertrule")
        #expect(found.map { $0["team_id"] } == [.integer(11), .null, .integer(5)])
        #expect(found.map { $0["user_id"] } == [.null, .integer(22), .integer(6)])
    }

    /// Before 22.8 an owner had to be in the organization.
    @Test func ownersOutsideTheOrganization() throws {
        let rows =
            [row("organization"), row("team", 11, #"{"organization": 1}"#)] + Self.actors + [
                row("organizationmember", 1, #"{"organization": 2, "user": 22}"#),
                row("alertrule", 1, #"{"organization": 1, "owner": 1}"#),
                row("alertrule", 2, #"{"organization": 1, "owner": 2}"#),
            ]
        let old = try AdaptedFile(rows, from: "22.7").rows("alertrule")
        #expect(old.map { $0["team_id"] } == [.integer(11), .null] && old.map { $0["user_id"] } == [.null, .null])
        let new = try AdaptedFile(rows, from: "22.8").rows("alertrule")
        #expect(new.map { $0["user_id"] } == [.null, .integer(22)])
    }

    // MARK: Natural keys and renamed fields

    @Test func naturalKeys() throws {
        let users = [row("user", 5, #"{"username": "ann"}"#), row("user", 6, #"{"username": "ben"}"#)]
        let others = [
            row("useremail", 1, #"{"user": ["ben"]}"#), row("useremail", 2, #"{"user": ["nobody"]}"#),
            row("useremail", 3, #"{"user": 5}"#), row("organizationmember", 1, #"{"user": ["ann"], "inviter": null}"#),
        ]
        for rows in [users + others, others + users] {
            let file = try AdaptedFile(rows)
            #expect(try file.rows("useremail").map { $0["user_id"] } == [.integer(6), .integer(.min), .integer(5)])
            #expect(try file.value("organizationmember", "user_id") == .integer(5))
            #expect(file.adapted["sentry.useremail.user: natural key becomes the id"] == 1)
            #expect(file.adapted["sentry.useremail.user: natural key names no row of sentry.user"] == 1)
            #expect(file.adapted["sentry.organizationmember.user: user_id now"] == 1)
        }
    }

    @Test func renamedFields() throws {
        let file = try AdaptedFile([
            row("useroption", 1, #"{"organization": 4, "project": null, "user": 1}"#),
            row("dashboard", 1, #"{"created_by": 7, "status": 0}"#),
            row("dashboard", 2, #"{"created_by": 7, "created_by_id": 8}"#),
        ])
        #expect(try file.value("useroption", "organization_id") == .integer(4))
        #expect(try file.rows("dashboard").map { $0["created_by_id"] } == [.integer(7), .integer(8)])
        #expect(file.adapted["sentry.dashboard.created_by: created_by_id now"] == 1)
        #expect(file.adapted["sentry.dashboard.created_by: left out, created_by_id is there too"] == 1)
        #expect(file.adapted["sentry.dashboard.status: left out"] == 1)
    }

    @Test func whatIsUnknownIsListed() throws {
        let file = try AdaptedFile([
            row("email", 1, #"{"email": "a@example.com", "nosuch": 1}"#),
            row("email", 2, #"{"nosuch": 2, "other": []}"#),
            row("nosuch"), row("organization", 1, #"{"slug": "a"}"#),
        ])
        #expect(try file.rows("email").map { $0["email"] } == [.text("a@example.com"), .text("")])
        #expect(file.adapted["sentry.email.nosuch: unknown field, left out"] == 2)
        #expect(file.adapted["sentry.email.other: unknown field, left out"] == 1)
        #expect(file.adapted["sentry.nosuch: unknown model, left out"] == 1)
        #expect(
            file.survey.warnings.prefix(3) == [
                "1 row of the unknown model sentry.nosuch left out",
                "2 rows with sentry.email.nosuch: unknown field, left out",
                "1 row with sentry.email.other: unknown field, left out",
            ])
        let kind = file.survey.adapted.kinds.first { $0.name.contains("email.nosuch") }
        #expect(kind?.listed.map(\.line) == [1, 2] && kind?.listed.map(\.sourcePK) == [1, 2])
    }

    /// A row that is not imported is no reason for anything.
    @Test func whatIsOutOfScopeIsNotAdapted() throws {
        let file = try AdaptedFile(
            [row("user", 1, #"{"username": "ann"}"#), row("rule", 1, #"{"owner": [], "nosuch": 1}"#)], scope: .users)
        #expect(file.models == ["user"] && file.adapted.isEmpty)
    }

    // MARK: Rows from others

    private static let alerts = [
        row("organization", 1, #"{"slug": "in"}"#), row("organization", 2, #"{"slug": "out"}"#),
        row("project", 11, #"{"organization": 1}"#), row("project", 12, #"{"organization": 1}"#),
        row("project", 13, #"{"organization": 2}"#), row("snubaquery", 1), row("snubaquery", 2), row("snubaquery", 3),
        row("querysubscription", 1, #"{"project": 12, "snuba_query": 1}"#),
        row("querysubscription", 2, #"{"project": 11, "snuba_query": 1}"#),
        row("querysubscription", 3, #"{"project": 12, "snuba_query": 2}"#),
        row("querysubscription", 4, #"{"project": 13, "snuba_query": 1}"#),
        row("alertrule", 5, #"{"snuba_query": 1}"#), row("alertrule", 6, #"{"snuba_query": 2}"#),
        row("alertrule", 7, #"{"snuba_query": 3}"#),
    ]

    private func pairs(_ file: AdaptedFile) throws -> [[Int64?]] {
        try file.rows("alertruleprojects").map { [$0["alert_rule_id"]?.integer, $0["project_id"]?.integer] }
    }

    @Test func projectsOfAlertRules() throws {
        let file = try AdaptedFile(Self.alerts, from: "24.3")
        #expect(try pairs(file) == [[5, 13], [6, 12]])
        #expect(file.survey.rowsMade == 2 && file.survey.rowsTotal == 15 && file.survey.rowsQueued == 17)
        #expect(try AdaptedFile(Self.alerts, from: "24.4").rows("alertruleprojects").isEmpty)
        // What a filter leaves out does not decide.
        let filtered = try AdaptedFile(
            Self.alerts, from: "24.3", scope: .organizations, filter: .organizationSlugs(["in"]))
        #expect(try pairs(filtered) == [[5, 11], [6, 12]])
    }

    @Test func projectsThatAnAlertRuleHasAlready() throws {
        let known = [
            row("alertruleprojects", 8, #"{"alert_rule": 5, "project": 11}"#),
            row("alertruleprojects", 9, #"{"alert_rule": 6, "project": 12}"#),
        ]
        let file = try AdaptedFile(Self.alerts + known, from: "24.3")
        #expect(try pairs(file) == [[6, 12], [5, 13]])
        #expect(try file.rows("alertruleprojects").map { $0["id"] } == [.integer(9), .integer(10)])
        #expect(file.survey.leftOut.models["sentry.alertruleprojects"]?.dropped == ["obsolete": 1])
        #expect(file.survey.keyBounds.models["sentry.alertruleprojects"]?.rows == 3)
        #expect(file.survey.keyBounds.models["sentry.alertruleprojects"]?.keys == 9...10)
    }

    @Test func subscriptionsOfIncidents() throws {
        let incidents = [
            row("incident", 1, #"{"alert_rule": 5}"#), row("incident", 2, #"{"alert_rule": 6}"#),
            row("incident", 3, #"{"alert_rule": 6, "subscription": null}"#), row("incident", 4, #"{"alert_rule": 7}"#),
        ]
        let file = try AdaptedFile(Self.alerts + incidents, from: "24.3")
        #expect(try file.rows("incident").map { $0["subscription_id"] } == [.null, .integer(3), .null, .null])
    }

    @Test func viewsOfPinnedSearches() throws {
        let rows = [
            row(
                "savedsearch", 1,
                #"{"visibility": "owner_pinned", "organization": 1, "owner_id": 2, "query": "old", "sort": "priority"}"#
            ),
            row(
                "savedsearch", 2,
                #"{"visibility": "owner_pinned", "organization": 1, "owner_id": 2, "query": "q", "sort": "priority"}"#),
            row("savedsearch", 3, #"{"visibility": "owner", "organization": 1, "owner_id": 3, "query": "r"}"#),
        ]
        let views = try AdaptedFile(rows, from: "24.2").rows("groupsearchview")
        #expect(views.map { $0["name"] } == [.text("Default Search"), .text("Prioritized")])
        #expect(views.map { $0["query"] } == [.text("q"), .text("is:unresolved issue.priority:[high, medium]")])
        #expect(views.map { $0["query_sort"] } == [.text("trends"), .text("date")])
        #expect(views.map { $0["position"] } == [.integer(0), .integer(1)])
        #expect(views.allSatisfy { $0["user_id"] == .integer(2) && $0["organization_id"] == .integer(1) })
        #expect(try AdaptedFile(rows, from: "24.6").rows("groupsearchview").isEmpty)
    }

    @Test func viewsThatExist() throws {
        let rows = [
            row(
                "savedsearch", 1,
                #"{"visibility": "owner_pinned", "organization": 1, "owner_id": 2, "query": "q", "sort": "date"}"#),
            row(
                "groupsearchview", 4, #"{"organization": 1, "user_id": 2, "position": 0, "name": "Mine", "query": "x"}"#
            ),
        ]
        // Pinned searches may come behind the views.
        for rows in [rows, rows.reversed()] {
            let views = try AdaptedFile(rows, from: "24.5").rows("groupsearchview")
            #expect(views.map { $0["id"] } == [.integer(4), .integer(5)])
            #expect(views.map { $0["name"] } == [.text("Default Search"), .text("Prioritized")])
            #expect(views.map { $0["query"] }.first == .text("q"))
        }
        // Of several pins of a member the last one counts, wherever the view stands.
        let other = row(
            "savedsearch", 2,
            #"{"visibility": "owner_pinned", "organization": 1, "owner_id": 2, "query": "r", "sort": "date"}"#)
        #expect(try AdaptedFile(rows + [other], from: "24.5").rows("groupsearchview").first?["query"] == .text("r"))
    }

    // MARK: What other rows tell

    @Test func statusOfRules() throws {
        func rule(_ pk: Int, _ data: String, _ rest: String = #""project": 1"#) -> String {
            row("rule", pk, #"{"data": \#(data), \#(rest)}"#)
        }
        let data = #"{"actions": [{"id": "a"}], "conditions": [{"id": "c"}]}"#
        let rows = [
            rule(1, "{}"), rule(2, data), rule(3, data), rule(4, data, #""project": 2"#),
            rule(5, data, #""project": 1, "environment_id": 9"#),
            rule(6, #"{"actions": [{"id": "b"}]}"#),
        ]
        // 2 repeats 3, 3 repeats 5; 5 is the last one and stays. Without actions: 1.
        let old = try AdaptedFile(rows, from: "23.8").rows("rule").map { $0["status"] }
        #expect(old == [1, 1, 1, 0, 0, 0].map { .integer($0) })
        let new = try AdaptedFile(rows, from: "23.9").rows("rule").map { $0["status"] }
        #expect(new == Array(repeating: .integer(0), count: 6))
    }

    @Test func fallthroughOfOwnership() throws {
        let mail = #"{"actions": [{"id": "sentry.mail.actions.NotifyEmailAction", "targetType": "IssueOwners"}]}"#
        let rows =
            (1...3).map { row("rule", $0, #"{"project": \#($0), "data": \#(mail)}"#) } + [
                row("projectownership", 1, #"{"project": 1, "fallthrough": true}"#),
                row("projectownership", 2, #"{"project": 2, "fallthrough": false}"#),
            ]
        let texts = try AdaptedFile(rows, from: "23.1").rows("rule").map { $0["data"]?.text ?? "" }
        for (text, whom) in zip(texts, ["AllMembers", "NoOne", "ActiveMembers"]) {
            #expect(text.contains(#""fallthroughType":"\#(whom)""#), "\(text)")
        }
    }

    @Test func membersGetTheAddressOfTheirUser() throws {
        let rows = [
            row("user", 1, #"{"email": "a@example.com"}"#),
            row("user", 2, #"{"email": "b@example.com", "is_active": false}"#),
            row("organizationmember", 1, #"{"user": 1}"#), row("organizationmember", 2, #"{"user": 2}"#),
            row("organizationmember", 3, #"{"user": null}"#),
        ]
        // Users may come behind their members.
        for rows in [rows, Array(rows[2...] + rows[..<2])] {
            let members = try AdaptedFile(rows, from: "23.5").rows("organizationmember")
            #expect(members.map { $0["user_email"] } == [.text("a@example.com"), .text("b@example.com"), .null])
            #expect(members.map { $0["user_is_active"] } == [.bool(true), .bool(false), .bool(true)])
        }
    }

    @Test func slugsOfOrganizationsThatDifferByCase() throws {
        let rows = [
            row("organization", 1, #"{"slug": "ACME"}"#), row("organization", 2, #"{"slug": "acme"}"#),
            row("organization", 3, #"{"slug": "Other"}"#), row("organization", 4, #"{"slug": "OTHER"}"#),
        ]
        let slugs = try AdaptedFile(rows, from: "23.2").rows("organization").map { $0["slug"] }
        #expect(slugs == [.text("acme-1"), .text("acme"), .text("other"), .text("other-4")])
        // A filter compares slugs as the file has them.
        let filtered = try AdaptedFile(rows, from: "23.2", scope: .organizations, filter: .organizationSlugs(["ACME"]))
        #expect(try filtered.rows("organization").map { $0["slug"] } == [.text("acme-1")])
    }

    @Test func monitorsOfAnotherOrganization() throws {
        let rows = [
            row("project", 1, #"{"organization": 1}"#),
            row("monitor", 1, #"{"project_id": 1, "organization_id": 2, "slug": "a"}"#),
            row("monitor", 2, #"{"project_id": 1, "organization_id": 2, "slug": "b"}"#),
            row("monitor", 3, #"{"project_id": 1, "organization_id": 1, "slug": "b"}"#),
        ]
        let monitors = try AdaptedFile(rows, from: "24.2").rows("monitor")
        #expect(monitors.map { $0["id"] } == [.integer(1), .integer(3)])
        #expect(monitors.map { $0["organization_id"] } == [.integer(1), .integer(1)])
    }

    /// Migration 0406 deletes them; since 23.4 they get their project's organization, and references decide.
    @Test func monitorsOfNothing() throws {
        func monitor(_ pk: Int, _ organization: Int, _ project: Int) -> String {
            row("monitor", pk, #"{"project_id": \#(project), "organization_id": \#(organization), "slug": "m\#(pk)"}"#)
        }
        let parents = [row("organization", 1), row("project", 2, #"{"organization": 1}"#)]
        let monitors = [monitor(1, 1, 2), monitor(2, 77, 2), monitor(3, 1, 78), monitor(4, 77, 78)]
        // What a monitor refers to may come behind it.
        for rows in [parents + monitors, monitors + parents] {
            let old = try AdaptedFile(rows, from: "23.3")
            #expect(try old.rows("monitor").map { $0["id"] } == [.integer(1)])
            #expect(old.survey.leftOut.models["sentry.monitor"]?.dropped == ["obsolete": 3])
            #expect(
                old.adapted["sentry.monitor: of an organization or project that does not exist is left out"] == 3)
            let new = try AdaptedFile(rows, from: "23.4").rows("monitor")
            #expect(new.map { $0["organization_id"] } == [1, 1, 1, 77].map { .integer($0) })
        }
    }

    @Test func monitorsWhoseSlugIsTaken() throws {
        let rows = [
            row("monitor", 1, #"{"organization_id": 1, "slug": "A b", "config": {"alert_rule_id": 4}}"#),
            row("monitor", 2, #"{"organization_id": 1, "slug": "a-b"}"#),
            row("monitor", 3, #"{"organization_id": 2, "slug": "A b"}"#),
            row("rule", 4, #"{"data": {"actions": [{"id": "a"}]}, "project": 1}"#),
        ]
        let file = try AdaptedFile(rows, from: "23.7")
        let monitors = try file.rows("monitor")
        #expect(monitors.map { $0["status"] } == [.integer(2), .integer(0), .integer(0)])
        #expect(monitors.map { $0["slug"] } == [.text("A b"), .text("a-b"), .text("a-b")])
        #expect(try file.value("rule", "status") == .integer(2))
    }

    @Test func organizationsAndEnvironmentsOfQueries() throws {
        let rows = [
            row("project", 1, #"{"organization": 1}"#),
            row("environment", 1, #"{"organization_id": 2, "name": "prod"}"#),
            row("environment", 2, #"{"organization_id": 1, "name": "prod"}"#),
            row("snubaquery", 1, #"{"environment": 1}"#),
            row("querysubscription", 1, #"{"snuba_query": 1, "project": 1}"#),
            row("alertrule", 1, #"{"snuba_query": 1, "organization": 2}"#),
        ]
        let file = try AdaptedFile(rows, from: "22.4")
        #expect(try file.value("snubaquery", "environment_id") == .integer(2))
        #expect(try file.value("alertrule", "organization_id") == .integer(1))
        #expect(try AdaptedFile(rows, from: "22.5").value("alertrule", "organization_id") == .integer(2))
    }

    @Test func worldMaps() throws {
        let rows = [
            row("dashboardwidget", 1, #"{"display_type": 5}"#), row("dashboardwidget", 2, #"{"display_type": 3}"#),
            row("dashboardwidgetquery", 1, #"{"widget": 1, "fields": "['count()']", "conditions": "a:b"}"#),
            row("dashboardwidgetquery", 2, #"{"widget": 2, "fields": "['count()']", "conditions": "a:b"}"#),
        ]
        // Widgets may come behind their queries.
        for rows in [rows, Array(rows[2...] + rows[..<2])] {
            let queries = try AdaptedFile(rows, from: "23.7").rows("dashboardwidgetquery")
            #expect(queries[0]["fields"] == .textArray(["geo.country_code", "geo.region", "count()"]))
            #expect(queries[0]["columns"] == .textArray(["geo.country_code", "geo.region"]))
            #expect(queries[0]["conditions"] == .text("a:b has:geo.country_code"))
            #expect(queries[1]["fields"] == .textArray(["count()"]) && queries[1]["conditions"] == .text("a:b"))
        }
    }
}
