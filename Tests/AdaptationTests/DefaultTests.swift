import Catalogue
import Testing

/// Fields that an upgrade drops, or fills by itself: each in a file of the version before. The values are worked out by hand.
@Suite struct DefaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        /// The migration.
        let number: String
        let model: String
        let fields: String
        let old: String
        /// What is counted, once.
        let change: String
        /// Nil if 24.9 has no such field.
        var column: String?
        var value = Value.null

        var testDescription: String { "\(number) \(model) \(change)" }
    }

    private static let now = Value.timestamp(1_700_000_000_000_000)

    static let cases: [Case] = [
        Case(number: "0295", model: "alertrule", fields: #"{"type": 1}"#, old: "22.6", change: ".type: left out"),
        Case(
            number: "0574", model: "useroption",
            fields: #"{"key": "reports:disabled-organizations", "value": "[4,5]"}"#, old: "23.9",
            change:
                ": reports:disabled-organizations stays; the notification settings it stood for are never relocated",
            column: "value", value: .text("[4,5]")),
        Case(
            number: "0638", model: "dashboardwidgetqueryondemand", fields: "{}", old: "24.1",
            change: ": date_added is now", column: "date_added", value: now),
        Case(
            number: "0643", model: "dashboardwidgetquery", fields: #"{"is_hidden": true}"#, old: "24.1",
            change: ": is_hidden is false, date_modified now", column: "date_modified", value: now),
        Case(
            number: "0651", model: "alertrule", fields: "{}", old: "24.2", change: ": monitor_type is 0 (continuous)",
            column: "monitor_type", value: .integer(0)),
        Case(
            number: "0657", model: "alertruletriggeraction", fields: "{}", old: "24.2", change: ": status is 0",
            column: "status", value: .integer(0)),
        Case(
            number: "0658", model: "projectkey", fields: "{}", old: "24.2", change: ": use_case is user",
            column: "use_case", value: .text("user")),
        Case(
            number: "0667", model: "team", fields: #"{"org_role": "owner"}"#, old: "24.3", change: ".org_role: left out"
        ),
        Case(
            number: "0678", model: "dashboardwidgetquery", fields: "{}", old: "24.3",
            change: ": is_hidden is false, date_modified now", column: "is_hidden", value: .bool(false)),
        Case(
            number: "0697", model: "monitor", fields: #"{"owner_actor_id": 3}"#, old: "24.4",
            change: ".owner_actor_id: left out", column: "owner_user_id"),
        Case(number: "0720", model: "team", fields: #"{"actor": 3}"#, old: "24.4", change: ".actor: left out"),
        Case(
            number: "0744", model: "dashboardwidget", fields: "{}", old: "24.7", change: ": dataset_source is 0",
            column: "dataset_source", value: .integer(0)),
    ]

    @Test(arguments: cases) func isFilledOrDropped(_ example: Case) throws {
        let file = try AdaptedFile([row(example.model, 1, example.fields)], from: example.old)
        #expect(file.adapted["sentry.\(example.model)\(example.change)"] == 1, "\(file.adapted)")
        if let column = example.column { #expect(try file.value(example.model, column) == example.value) }
    }
}
