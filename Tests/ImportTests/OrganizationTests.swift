import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct OrganizationTests {
    @Test(arguments: Engine.allCases) func slugsAreMadeAsSavingMakesThem(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker().add("sentry.organization", [(1, #"{"name":"S","slug":"sentry"}"#)])
        try site.worker(uuid: uuidB).add(
            "sentry.organization",
            [
                (10, #"{"name":"A","slug":"a-very-long-organization-slug-that-exceeds-thirty"}"#),
                (11, #"{"name":"B","slug":"12345"}"#), (12, #"{"name":"C","slug":"docs"}"#),
                (13, #"{"name":"D","slug":"My_Org"}"#), (14, #"{"name":"E","slug":"sentry"}"#),
                (15, #"{"name":"Grüße & Co.","slug":""}"#), (16, #"{"name":"F","slug":"my-org"}"#),
                (17, #"{"name":"日本","slug":""}"#),
            ])
        let slugs = try site.texts("sentry_organization", "slug").dropFirst().map { $0 ?? "" }
        #expect(slugs[0] == "a-very-long-organization-slug")
        #expect(matches(slugs[1], "12345-([a-z0-79]{2})"))
        #expect(matches(slugs[2], "[0-9a-f]{12}"))
        #expect(slugs[3] == "my-org")
        #expect(matches(slugs[4], "sentry-([a-z0-79]{2})"))
        #expect(slugs[5] == "grue-co")
        #expect(matches(slugs[6], "my-org-([a-z0-79]{2})"))
        #expect(matches(slugs[7], "[0-9a-f]{12}"))
        let chunk = try #require(try site.rows("sentry_regionimportchunk").last)
        #expect(chunk["inserted_identifiers"]?.text?.contains("my-org") == true)
        #expect(chunk["min_source_pk"] == .integer(10))
        #expect(chunk["max_source_pk"] == .integer(17))
        #expect(chunk["max_ordinal"] == .integer(8))
    }

    @Test(arguments: Engine.allCases) func provisioningReservesOnceAndNeverRenamesAgain(_ engine: Engine) throws {
        let site = try Site(engine)
        let old = try site.worker()
        try old.add("sentry.organization", [(1, #"{"name":"A","slug":"one"}"#)])
        try old.provisionSlugs(now: fixedNow)
        // The reservation outlives a rename, and bars the slug for others.
        try site.execute("UPDATE sentry_organization SET slug = 'renamed'")
        let work = try site.worker(uuid: uuidB)
        try work.add("sentry.organization", [(9, #"{"name":"A","slug":"one"}"#)])
        #expect(try site.texts("sentry_organization", "slug") == ["renamed", "one"])
        try work.provisionSlugs(now: fixedNow)
        let slugs = try site.texts("sentry_organization", "slug")
        #expect(matches(slugs[1], "one-[a-z0-79]{2}"))
        let reservations = try site.rows("sentry_organizationslugreservation")
        #expect(reservations.map { $0["slug"]?.text } == ["one", slugs[1]])
        #expect(reservations[1]["user_id"] == .integer(-1))
        #expect(reservations[1]["reservation_type"] == .integer(0))
        #expect(reservations[1]["region_name"] == .text("--monolith--"))
        let copies = try site.rows("hybridcloud_organizationslugreservationreplica")
        #expect(copies.map { $0["slug"] } == reservations.map { $0["slug"] })
        #expect(copies.map { $0["organization_slug_reservation_id"] } == reservations.map { $0["id"] })
        let before = try site.snapshot()
        try site.worker(uuid: uuidB).provisionSlugs()
        #expect(try site.snapshot() == before)
    }

    @Test(arguments: Engine.allCases) func hiddenOrganizationsWaitForApproval(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.organizations, ImportFlags(hideOrganizations: true)).add(
            "sentry.organization", [(1, #"{"name":"A","slug":"one","status":0}"#)])
        #expect(try site.column("sentry_organization", "status") == [.integer(3)])
    }

    @Test(arguments: Engine.allCases) func teamsProjectsAndMonitorsGetSlugsFromTheirNames(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add(
            "sentry.organization", [(1, #"{"name":"A","slug":"one"}"#), (2, #"{"name":"B","slug":"two"}"#)])
        try work.add(
            "sentry.team",
            [
                (1, #"{"organization":1,"slug":"","name":"Core Team"}"#),
                (2, #"{"organization":1,"slug":"","name":"core-team"}"#),
                (3, #"{"organization":2,"slug":"","name":"Core Team"}"#),
                (4, #"{"organization":1,"slug":"Kept_As It Is","name":"x"}"#),
            ])
        let teams = try site.texts("sentry_team", "slug")
        #expect(teams[0] == "core-team")
        #expect(matches(teams[1], "core-team-[a-z0-79]{2}"))
        #expect(teams[2] == "core-team")
        #expect(teams[3] == "Kept_As It Is")
        let long = String(repeating: "a", count: 60)
        try work.add(
            "sentry.project",
            [
                (1, #"{"organization":1,"slug":null,"name":"Settings"}"#),
                (2, #"{"organization":1,"slug":"","name":"\#(long)"}"#),
                (3, #"{"organization":1,"slug":"settings","name":"x"}"#),
            ])
        let projects = try site.texts("sentry_project", "slug")
        #expect(matches(projects[0], "[0-9a-f]{12}"))
        #expect(projects[1] == String(repeating: "a", count: 50))
        #expect(projects[2] == "settings")
        try work.add(
            "sentry.monitor",
            [
                (
                    1,
                    #"{"organization_id":1,"project_id":1,"slug":"","name":"Nightly Job","guid":"11111111-1111-4111-8111-111111111111","owner_team_id":77}"#
                ),
                (
                    2,
                    #"{"organization_id":1,"project_id":2,"slug":"","name":"nightly job","guid":"11111111-1111-4111-8111-111111111111"}"#
                ),
            ])
        let monitors = try site.rows("sentry_monitor")
        #expect(monitors[0]["slug"] == .text("nightly-job"))
        #expect(matches(monitors[1]["slug"]?.text, "nightly-job-[a-z0-79]{2}"))
        for monitor in monitors {
            #expect(
                matches(monitor["guid"]?.text, "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"))
            #expect(monitor["guid"] != .text("11111111-1111-4111-8111-111111111111"))
        }
        // No reference is rewritten here: the team keeps its source key.
        #expect(monitors[0]["owner_team_id"] == .integer(77))
    }

    @Test func anOrganizationTakes1500Monitors() throws {
        let site = try Site(.sqlite)
        let work = try site.worker()
        try addBasics(work)
        func monitor(_ number: Int64) -> (pk: Int64, fields: String) {
            (number, #"{"organization_id":10,"project_id":40,"slug":"m\#(number)","name":"m"}"#)
        }
        try work.add("sentry.monitor", (1...1499).map { monitor($0) })
        let finding = try work.refusal("sentry.monitor", [monitor(1500), monitor(1501)], from: 1500)
        expect(finding, .unknown, "sentry.monitor", 1501, pk: 1501)
        try work.add("sentry.monitor", [monitor(1500)], from: 1500)
    }
}
