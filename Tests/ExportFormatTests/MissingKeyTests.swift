import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct MissingKeyTests {
    @Test func takesLiterals() throws {
        let row = try decodeRow("sentry.user", "{}")
        #expect(row["is_active"] == .bool(true))
        #expect(row["is_staff"] == .bool(false))
        #expect(row["flags"] == .integer(0))
        #expect(row["username"] == .text(""))
        #expect(row["session_nonce"] == .null)
        #expect(row["last_login"] == .null)
        #expect(row["id"] == .null)
        #expect(try decodeRow("sentry.organization", "{}")["flags"] == .integer(1))
        #expect(try decodeRow("sentry.organization", "{}")["default_role"] == .text("member"))
    }

    @Test func takesThePresentForThePresent() throws {
        #expect(try decodeRow("sentry.user", "{}")["date_joined"] == .timestamp(fixedNow))
        #expect(try decodeRow("sentry.apitoken", "{}")["expires_at"] == .timestamp(fixedNow + 2_592_000_000_000))
        #expect(try decodeRow("sentry.apigrant", "{}")["expires_at"] == .timestamp(fixedNow + 600_000_000))
    }

    @Test func drawsRandomValuesAfresh() throws {
        let first = try decodeRow("sentry.useremail", "{}")["validation_hash"]?.text
        let second = try decodeRow("sentry.useremail", "{}")["validation_hash"]?.text
        #expect(first?.wholeMatch(of: /[A-Za-z0-9]{32}/) != nil && first != second)
        let secret = try decodeRow("sentry.servicehook", "{}")["secret"]?.text
        #expect(secret?.wholeMatch(of: /[0-9a-f]{64}/) != nil)
        #expect(isUUID4(try decodeRow("sentry.sentryappinstallation", "{}")["uuid"]?.text ?? ""))
        let pet = try decodeRow("sentry.apiapplication", "{}")["name"]?.text
        #expect(pet?.wholeMatch(of: /[A-Z][a-z]+ [A-Z][a-z]+/) != nil)
    }

    @Test func coversEveryModel() throws {
        for model in Catalogue.standard.models {
            let row = try decodeRow(model.name, "{}")
            #expect(row.count == model.columns.count)
            for column in model.columns where column.encoding == .flags && !column.isDatabaseOnly {
                #expect(row[column.name]?.integer != nil, "\(model.name).\(column.name)")
            }
        }
    }

    @Test func refusesUnknownKeys() throws {
        for (model, field) in [("sentry.user", "doesnotexist"), ("sentry.team", "org_role"), ("sentry.user", "id")] {
            let error = #expect(throws: ExportError.self) { try decodeRow(model, "{\"\(field)\": \"secret\"}") }
            #expect(error?.place.field == field)
            #expect(error?.finding?.kind == .deserializationFailed)
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test func showsUnknownKeysSafely() throws {
        let error = #expect(throws: ExportError.self) {
            try decodeRow("sentry.user", "{\"\\u001b[31m\(String(repeating: "k", count: 500))\": 1}")
        }
        #expect(error?.place.field?.hasPrefix("?[31mkkk") == true)
        #expect((error?.place.field?.count ?? 999) <= 81)
    }

    @Test func dropsDeletedFields() throws {
        #expect(try decodeRow("sentry.team", #"{"actor": {"any": "thing"}, "slug": "t"}"#)["slug"] == .text("t"))
        #expect(try decodeRow("sentry.rule", #"{"owner": 5, "label": "l"}"#)["label"] == .text("l"))
        #expect(try decodeRow("sentry.alertrule", #"{"owner": 5, "name": "n"}"#)["name"] == .text("n"))
    }

    @Test func takesTheLastOfEqualKeys() throws {
        let row = try decodeRow("sentry.user", #"{"is_staff": "maybe", "name": "a", "name": "b", "is_staff": true}"#)
        #expect(row["first_name"] == .text("b"))
        #expect(row["is_staff"] == .bool(true))
    }
}
