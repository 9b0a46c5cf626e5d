import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

/// A row that gets another name than the file says is told, whichever rule names it.
@Suite struct RenameTests {
    private func row(_ model: String, _ sourcePK: Int64?, _ from: String, _ to: String?) throws -> RenamedRow {
        RenamedRow(model: model, sourcePK: sourcePK, from: from, to: try #require(to))
    }

    @Test(arguments: Engine.allCases) func usersWhoseNamesAreTaken(_ engine: Engine) throws {
        let site = try Site(engine)
        let first = try site.worker(.users).add("sentry.user", [(1, #"{"username":"Foo","name":"","email":""}"#)])
        #expect(first.renames == [])
        let rows: [(pk: Int64, fields: String)] = [
            (7, #"{"username":"Foo","name":"","email":""}"#), (8, #"{"username":"Bar","name":"","email":""}"#),
            (9, #"{"username":"Foo","name":"","email":""}"#),
        ]
        let second = try site.worker(.users, uuid: uuidB).add("sentry.user", rows)
        let names = try site.texts("auth_user", "username")
        #expect(
            try second.renames == [row("sentry.user", 7, "Foo", names[1]), row("sentry.user", 9, "Foo", names[3])])
        // What is recognised as written before is not told again.
        let replay = try site.worker(.users, uuid: uuidB).add("sentry.user", rows)
        #expect(replay.isReplay && replay.renames == [])
    }

    @Test(arguments: Engine.allCases) func mergedUsersKeepTheirNames(_ engine: Engine) throws {
        let site = try Site(engine)
        let rows: [(pk: Int64, fields: String)] = [(7, #"{"username":"Foo","name":"","email":""}"#)]
        try site.worker(.users).add("sentry.user", rows)
        let merged = try site.worker(.users, ImportFlags(mergeUsers: true), uuid: uuidB).add("sentry.user", rows)
        #expect(merged.account.totals.existing == 1 && merged.renames == [])
    }

    @Test(arguments: Engine.allCases) func organizationsWhoseSlugsChange(_ engine: Engine) throws {
        let site = try Site(engine)
        let outcome = try site.worker().add(
            "sentry.organization",
            [
                (1, #"{"name":"A","slug":"acme"}"#), (2, #"{"name":"B","slug":"acme"}"#),
                (3, #"{"name":"C","slug":"12345"}"#), (4, #"{"name":"D","slug":"My_Org"}"#),
                (5, #"{"name":"E & F","slug":""}"#),
            ])
        let slugs = try site.texts("sentry_organization", "slug")
        #expect(slugs[0] == "acme" && slugs[3] == "my-org" && slugs[4] == "e-f")
        let model = "sentry.organization"
        #expect(
            try outcome.renames == [
                row(model, 2, "acme", slugs[1]), row(model, 3, "12345", slugs[2]), row(model, 4, "My_Org", "my-org"),
                row(model, 5, "", "e-f"),
            ])
    }

    @Test(arguments: Engine.allCases) func organizationsWhoseSlugsAreReserved(_ engine: Engine) throws {
        let site = try Site(engine)
        let old = try site.worker()
        try old.add("sentry.organization", [(1, #"{"name":"A","slug":"one"}"#)])
        #expect(try old.provisionSlugs(now: fixedNow) == [])
        // The reservation outlives a rename, and bars the slug for others.
        try site.execute("UPDATE sentry_organization SET slug = 'renamed'")
        let work = try site.worker(uuid: uuidB)
        let inserted = try work.add(
            "sentry.organization", [(8, #"{"name":"A","slug":"two"}"#), (9, #"{"name":"A","slug":"One"}"#)])
        #expect(try inserted.renames == [row("sentry.organization", 9, "One", "one")])
        let provisioned = try work.provisionSlugs(now: fixedNow)
        let slug = try site.texts("sentry_organization", "slug")[2]
        #expect(matches(slug, "one-[a-z0-79]{2}"))
        #expect(try provisioned == [row("sentry.organization", 9, "one", slug)])
        #expect(try site.worker(uuid: uuidB).provisionSlugs() == [])
    }

    @Test(arguments: Engine.allCases) func teamsProjectsAndMonitorsWithoutSlugs(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let teams = try work.add(
            "sentry.team",
            [
                (1, #"{"organization":10,"slug":"","name":"Core"}"#),
                (2, #"{"organization":10,"slug":"Kept_As It Is","name":"x"}"#),
            ])
        #expect(try teams.renames == [row("sentry.team", 1, "", site.texts("sentry_team", "slug")[1])])
        let projects = try work.add(
            "sentry.project",
            [
                (1, #"{"organization":10,"slug":"kept","name":"x"}"#),
                (2, #"{"organization":10,"slug":null,"name":"App"}"#),
            ])
        #expect(try projects.renames == [row("sentry.project", 2, "", "app")])
        func monitor(_ slug: String) -> String {
            #"{"organization_id":10,"project_id":40,"slug":"\#(slug)","name":"Nightly","guid":"11111111-1111-4111-8111-111111111111"}"#
        }
        let monitors = try work.add("sentry.monitor", [(1, monitor("kept")), (2, monitor(""))])
        #expect(try monitors.renames == [row("sentry.monitor", 2, "", "nightly")])
    }

    /// A fresh key is told before a label: SDKs know the project by it.
    @Test(arguments: Engine.allCases) func keysWithoutLabels(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        func key(_ label: String) -> String {
            #"{"project":40,"label":"\#(label)","public_key":"a","secret_key":"b","roles":"1","status":0}"#
        }
        let keys = try work.add("sentry.projectkey", [(1, key("Mine")), (2, key(""))])
        let labels = try site.texts("sentry_projectkey", "label")
        #expect(
            try keys.renames == [row("sentry.projectkey", 2, "a", site.texts("sentry_projectkey", "public_key")[1])])
        #expect(labels[0] == "Mine" && labels[1]?.isEmpty == false)
        let free = #"{"project":40,"label":"","public_key":"c","secret_key":"d","roles":"1","status":0}"#
        let others = try work.add("sentry.projectkey", [(3, free)], from: 3)
        #expect(try others.renames == [row("sentry.projectkey", 3, "", site.texts("sentry_projectkey", "label")[2])])
    }
}
