import Catalogue
import Testing

/// Values that Sentry's upgrades convert: each in the last version that has the old form, and in the first that has the new
/// one, where the row stays as it is.
@Suite struct ValueTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let model: String
        let fields: String
        let column: String
        let old: String
        let adapted: Value
        let new: String
        let kept: Value

        init(
            _ model: String, _ fields: String, _ column: String, _ old: String, _ adapted: Value, _ new: String,
            _ kept: Value
        ) {
            self.model = model
            self.fields = fields
            self.column = column
            self.old = old
            self.adapted = adapted
            self.new = new
            self.kept = kept
        }

        var testDescription: String { "\(model).\(column) of \(old)" }
    }

    private static let mail = #"{"id":"sentry.mail.actions.NotifyEmailAction","targetType":"IssueOwners"}"#

    static let cases: [Case] = [
        Case("savedsearch", #"{"sort": "priority"}"#, "sort", "24.2", .text("trends"), "24.3", .text("priority")),
        Case(
            "savedsearch", #"{"sort": "betterPriority"}"#, "sort", "23.6", .text("trends"), "23.7",
            .text("betterPriority")),
        Case(
            "savedsearch", #"{"query": "is:new assigned:me"}"#, "query", "23.6",
            .text("is:new assigned:[me, my_teams]"),
            "23.7", .text("is:new assigned:me")),
        Case(
            "useroption", #"{"key": "timezone", "value": "\"Europe/Kiev\""}"#, "value", "24.2",
            .text(#""Europe/Kyiv""#),
            "24.3", .text(#""Europe/Kiev""#)),
        Case(
            "useroption", #"{"key": "timezone", "value": "Europe/Kiev"}"#, "value", "23.1", .text(#""Europe/Kyiv""#),
            "24.3", .text(#""Europe/Kiev""#)),
        Case(
            "useroption", #"{"key": "language", "value": "Europe/Kiev"}"#, "value", "23.1", .text(#""Europe/Kiev""#),
            "24.3", .text(#""Europe/Kiev""#)),
        Case("dashboard", #"{"visits": null}"#, "visits", "21.8", .integer(1), "21.9", .null),
        Case(
            "dashboard", #"{"last_visited": null}"#, "last_visited", "21.8", .timestamp(1_700_000_000_000_000), "21.9",
            .null),
        Case("dashboardwidget", #"{"display_type": 5}"#, "display_type", "23.7", .integer(4), "23.8", .integer(5)),
        Case(
            "dashboardwidgetquery", #"{"orderby": "priority"}"#, "orderby", "24.2", .text("trends"), "24.3",
            .text("priority")),
        Case(
            "dashboardwidgetquery", #"{"orderby": "-priority"}"#, "orderby", "24.2", .text("-priority"), "24.3",
            .text("-priority")),
        Case(
            "dashboardwidgetquery", #"{"fields": "['issue', 'userCount', 'lifetimeCount']"}"#, "fields", "22.1",
            .textArray(["issue", "users", "lifetimeEvents"]), "22.2",
            .textArray(["issue", "userCount", "lifetimeCount"])),
        Case(
            "dashboardwidgetquery", #"{"fields": "['title', 'count()', 'equation|count() / 2', 'geo.city']"}"#,
            "columns",
            "22.3", .textArray(["title", "geo.city"]), "22.4", .null),
        Case(
            "dashboardwidgetquery", #"{"fields": "['title', 'count()', 'equation|count() / 2', 'geo.city']"}"#,
            "aggregates",
            "22.3", .textArray(["count()", "equation|count() / 2"]), "22.4", .null),
        Case(
            "dashboardwidgetquery",
            #"{"orderby": "-p95_transaction_duration", "aggregates": "[\"p95(transaction.duration)\"]"}"#,
            "orderby", "22.5", .text("-p95(transaction.duration)"), "22.6", .text("-p95_transaction_duration")),
        Case("monitor", #"{"status": 7}"#, "status", "23.4", .integer(0), "23.5", .integer(7)),
        Case(
            "monitor", #"{"slug": null, "guid": "0123456789abcdef0123456789ABCDEF"}"#, "slug", "23.2",
            .text("01234567-89ab-cdef-0123-456789abcdef"), "23.3", .null),
        Case(
            "monitor", #"{"slug": "My Job!", "organization_id": 1}"#, "slug", "23.7", .text("my-job"), "23.8",
            .text("My Job!")),
        Case(
            "monitor", #"{"config": {"checkin_margin": 0, "a": 1}}"#, "config", "23.9",
            .text(#"{"checkin_margin":null,"a":1}"#),
            "23.10", .text(#"{"checkin_margin":0,"a":1}"#)),
        Case("organization", #"{"slug": "ACME"}"#, "slug", "23.2", .text("acme"), "23.3", .text("ACME")),
        Case("sentryapp", #"{"popularity": null}"#, "popularity", "21.11", .integer(1), "21.12", .null),
        Case(
            "projectownership", #"{"codeowners_auto_sync": null}"#, "codeowners_auto_sync", "22.3", .bool(true), "22.4",
            .null),
        Case(
            "integration", #"{"provider": "msteams", "metadata": {"a": "b"}}"#, "metadata", "22.7",
            .text(#"{"a":"b","installation_type":"team"}"#), "22.8", .text(#"{"a":"b"}"#)),
        Case(
            "servicehook", #"{"actor_id": 7, "project_id": null}"#, "installation_id", "23.2", .integer(7), "23.3",
            .null),
        Case("servicehook", #"{"actor_id": 7, "project_id": 3}"#, "installation_id", "23.2", .null, "23.3", .null),
        Case(
            "projectoption",
            #"{"key": "sentry:symbol_sources", "value": "\"[{\\\"id\\\":\\\"a\\\",\\\"itunesUser\\\":\\\"u\\\"}]\""}"#,
            "value",
            "21.10", .text(#""[{\"id\":\"a\"}]""#), "21.11", .text(#""[{\"id\":\"a\",\"itunesUser\":\"u\"}]""#)),
        Case("snubaquery", #"{"dataset": "transactions", "type": null}"#, "type", "22.7", .integer(1), "22.8", .null),
        Case("snubaquery", #"{"dataset": "sessions", "type": null}"#, "type", "22.7", .integer(2), "22.8", .null),
        Case(
            "rule",
            #"{"data": "{\"actions\":[{\"id\":\"a\",\"name\":\"n\"}],\"conditions\":[{\"name\":\"m\"}]}", "project": 1}"#,
            "data", "23.8", .text(#"{"actions":[{"id":"a","uuid":"?"}],"conditions":[{}]}"#), "24.2",
            .text(#"{"actions":[{"id":"a","name":"n"}],"conditions":[{"name":"m"}]}"#)),
        Case(
            "rule",
            #"{"data": "{\"actions\":[{\"id\":\"a\"},{},{\"uuid\":\"00000000-0000-4000-8000-000000000000\"}]}"}"#,
            "data", "24.1",
            .text(#"{"actions":[{"id":"a","uuid":"?"},{},{"uuid":"00000000-0000-4000-8000-000000000000"}]}"#), "24.2",
            .text(#"{"actions":[{"id":"a"},{},{"uuid":"00000000-0000-4000-8000-000000000000"}]}"#)),
        Case(
            "rule", #"{"project": 1, "data": {"actions": [\#(mail)]}}"#, "data", "23.1",
            .text(#"{"actions":[\#(mail.dropLast()),"fallthroughType":"ActiveMembers","uuid":"?"}]}"#), "24.2",
            .text(#"{"actions":[\#(mail)]}"#)),
    ]

    @Test(arguments: cases) func isConvertedInTheOlderVersionOnly(_ example: Case) throws {
        let text = row(example.model, 1, example.fields)
        let adapted = try AdaptedFile([text], from: example.old).value(example.model, example.column)
        #expect(Self.withoutMadeUUIDs(adapted) == example.adapted)
        #expect(try AdaptedFile([text], from: example.new).value(example.model, example.column) == example.kept)
    }

    /// Those made up here are of version 4 and not zero.
    private static func withoutMadeUUIDs(_ value: Value) -> Value {
        guard case .text(let text) = value else { return value }
        return .text(
            text.replacing(
                /"uuid":"(?!0000)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/,
                with: #""uuid":"?""#))
    }

    /// The same file is always cut in the same way: a second enqueue is the same import.
    @Test func madeUUIDsAreTheSameEachTime() throws {
        let text = row("rule", 7, #"{"data": {"actions": [{"id": "a"}, {"id": "a"}]}}"#)
        let first = try AdaptedFile([text], from: "24.1").value("rule", "data")
        #expect(try AdaptedFile([text], from: "24.1").value("rule", "data") == first)
        let uuids = try #require(first.text).matches(of: /[0-9a-f-]{36}/).map { String($0.output) }
        #expect(uuids.count == 2 && uuids[0] != uuids[1])
    }

    /// Fields that the row itself shows to be old.
    @Test func aMutedMonitor() throws {
        let old = try AdaptedFile([row("monitor", 1, #"{"status": 1}"#)])
        #expect(try old.value("monitor", "status") == .integer(0) && old.value("monitor", "is_muted") == .bool(true))
        let new = try AdaptedFile([row("monitor", 1, #"{"status": 1, "is_muted": false}"#)])
        #expect(try new.value("monitor", "status") == .integer(1) && new.value("monitor", "is_muted") == .bool(false))
    }

    @Test(arguments: [("1440", "percent"), ("0", "static"), ("null", "static")])
    func detectionType(delta: String, type: String) throws {
        let file = try AdaptedFile([row("alertrule", 1, #"{"comparison_delta": \#(delta)}"#)])
        #expect(try file.value("alertrule", "detection_type") == .text(type))
        let new = try AdaptedFile([row("alertrule", 1, #"{"comparison_delta": 5, "detection_type": "dynamic"}"#)])
        #expect(try new.value("alertrule", "detection_type") == .text("dynamic"))
    }

    @Test func visibilityOfOldSearches() throws {
        let file = try AdaptedFile([
            row("savedsearch", 1, #"{"owner": 3}"#), row("savedsearch", 2, #"{"owner": null}"#),
            row("savedsearch", 3, #"{"owner": null, "visibility": "owner"}"#),
        ])
        #expect(
            try file.rows("savedsearch").map { $0["visibility"] } == [
                .text("owner_pinned"), .text("organization"), .text("owner"),
            ])
    }

    /// `b"gAJ9cQBVAWFxAUsBcy4="` is a dictionary `{"a": 1}` of protocol 2; the other one is the same, compressed.
    @Test func pickledValues() throws {
        let file = try AdaptedFile([
            row("option", 1, #"{"key": "k", "value": "gAJ9cQBVAWFxAUsBcy4="}"#),
            row("rule", 1, #"{"data": "eJxrYKotZAhlTCxk9GYs1gMAHHkDhw==", "project": 1}"#),
        ])
        #expect(try file.value("option", "value") == .text(#"{"a":1}"#))
        #expect(try file.value("rule", "data") == .text(#"{"a":1}"#))
        #expect(file.adapted["sentry.option: pickled value becomes JSON"] == 1)
        #expect(file.adapted["sentry.rule: pickled data becomes JSON"] == 1)
    }
}
