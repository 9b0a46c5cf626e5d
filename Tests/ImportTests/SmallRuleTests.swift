import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct SmallRuleTests {
    private static let uuid4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

    @Test(arguments: Engine.allCases) func aSubscriptionIsMadeAnew(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        try work.add(
            "sentry.querysubscription",
            [
                (
                    1,
                    #"{"project":40,"type":"incidents","status":0,"subscription_id":"0/aa","query_extra":"x","date_added":"2020-01-01T00:00:00Z","date_updated":"2020-01-01T00:00:00Z"}"#
                )
            ])
        let row = try #require(try site.rows("sentry_querysubscription").first)
        #expect(row["status"] == .integer(1))
        #expect(row["subscription_id"] == .null)
        #expect(row["query_extra"] == .null)
        #expect(row["type"] == .text("incidents"))
        #expect(row["date_added"] == .timestamp(1_577_836_800_000_000))
        #expect(row["date_updated"] == .timestamp(fixedNow))
    }

    @Test(arguments: Engine.allCases) func searchesOfTheInstallationAreGlobal(_ engine: Engine) throws {
        let site = try Site(engine)
        let rows: [(pk: Int64, fields: String)] = [
            (1, #"{"name":"all","query":"q","is_global":true}"#), (2, #"{"name":"mine","query":"q","is_global":null}"#),
        ]
        #expect(try site.worker().add("sentry.savedsearch", rows).reasons == ["outOfScope"])
        #expect(try site.worker(.global, uuid: uuidB).add("sentry.savedsearch", rows).account.totals.inserted == 2)
    }

    @Test(arguments: Engine.allCases) func aSearchIsKeyedByItsDigest(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        try work.add(
            "sentry.recentsearch",
            [
                (1, #"{"organization":10,"user_id":20,"type":0,"query":"abc","query_hash":""}"#),
                (2, #"{"organization":10,"user_id":20,"type":0,"query":"abc","query_hash":"kept"}"#),
            ])
        // The well-known MD5 of "abc".
        #expect(try site.texts("sentry_recentsearch", "query_hash") == ["900150983cd24fb0d6963f7d28e17f72", "kept"])
    }

    @Test(arguments: Engine.allCases) func aHookWithoutGuidGetsOne(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        try addBasics(work)
        try work.add(
            "sentry.servicehook",
            [
                (1, #"{"guid":null,"actor_id":77,"url":"https://x.com","project_id":40,"organization_id":10}"#),
                (2, #"{"guid":"kept","actor_id":78,"url":"https://x.com"}"#),
            ])
        let rows = try site.rows("sentry_servicehook")
        #expect(matches(rows[0]["guid"]?.text, "[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}"))
        #expect(rows[0]["actor_id"] == .integer(77))
        #expect(rows[1]["guid"] == .text("kept"))
        #expect(rows[1]["project_id"] == .null)
    }

    @Test(arguments: Engine.allCases) func incidentsGetFreshUUIDsWhereTheyHaveAny(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let old = "11111111-1111-4111-8111-111111111111"
        try work.add(
            "sentry.alertrule",
            [(1, #"{"organization":10,"name":"r","threshold_period":1,"include_all_projects":false}"#)])
        try work.add(
            "sentry.incident",
            [
                (
                    1,
                    #"{"organization":10,"alert_rule":1,"identifier":1,"type":2,"title":"t","detection_uuid":"\#(old)"}"#
                ),
                (2, #"{"organization":10,"alert_rule":1,"identifier":2,"type":2,"title":"t","detection_uuid":null}"#),
                (3, #"{"organization":10,"alert_rule":1,"identifier":3,"type":2,"title":"t","activation":5}"#),
            ])
        let uuids = try site.texts("sentry_incident", "detection_uuid")
        #expect(uuids.count == 2)
        #expect(matches(uuids[0], Self.uuid4) && uuids[0] != old)
        #expect(uuids[1] == nil)
        try work.add(
            "sentry.incidentactivity",
            [
                (1, #"{"incident":1,"type":1,"notification_uuid":"\#(old)"}"#),
                (2, #"{"incident":2,"type":1,"notification_uuid":null}"#),
            ])
        let notifications = try site.texts("sentry_incidentactivity", "notification_uuid")
        #expect(matches(notifications[0], Self.uuid4) && notifications[0] != old)
        #expect(notifications[1] == nil)
        try work.add(
            "sentry.alertruletrigger", [(1, #"{"alert_rule":1,"label":"critical","alert_threshold":1.5}"#)])
        try work.add(
            "sentry.incidenttrigger",
            [(1, #"{"incident":1,"alert_rule_trigger":1,"status":0,"date_modified":"2020-01-01T00:00:00Z"}"#)])
        #expect(try site.column("sentry_incidenttrigger", "date_modified") == [.timestamp(fixedNow)])
    }

    @Test(arguments: Engine.allCases) func actionsBelongToWhoCarriesThemOut(_ engine: Engine) throws {
        let site = try Site(engine)
        let actions: [(pk: Int64, fields: String)] = [
            (1, #"{"organization":10,"type":0,"target_type":0,"trigger_type":0}"#),
            (2, #"{"organization":10,"type":0,"target_type":0,"trigger_type":0,"integration_id":5}"#),
        ]
        let projects: [(pk: Int64, fields: String)] = [
            (1, #"{"project":40,"action":1}"#), (2, #"{"project":40,"action":2}"#),
        ]
        let work = try site.worker()
        try addBasics(work)
        #expect(
            try work.add("sentry.notificationaction", actions).reasons
                == ["missingReference:integration_id->sentry.integration"])
        #expect(
            try work.add("sentry.notificationactionproject", projects).reasons
                == ["missingReference:action->sentry.notificationaction"])
        let global = try site.worker(.global, uuid: uuidB)
        try global.add("sentry.integration", [(5, #"{"provider":"p","external_id":"e","name":"n"}"#)])
        try addBasics(global)
        #expect(try global.add("sentry.notificationaction", actions).account.totals.inserted == 2)
        #expect(try global.add("sentry.notificationactionproject", projects).account.totals.inserted == 2)
    }
}
