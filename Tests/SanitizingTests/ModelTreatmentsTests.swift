import Catalogue
import ExportFormat
import Testing

@testable import Sanitizing

@Suite struct ModelTreatmentsTests {
    private func treatments(_ model: String, isThorough: Bool = false) throws -> [String: Treatment] {
        let model = try #require(Catalogue.standard.model("sentry." + model))
        let fields = ModelTreatments(model, isThorough: isThorough).fields
        return Dictionary(uniqueKeysWithValues: fields.map { ($0.name.text, $0.treatment) })
    }

    @Test func users() throws {
        #expect(
            try treatments("user") == [
                "name": .name, "password": .text(.string), "last_login": .date, "email": .email,
                "last_password_change": .date, "date_joined": .date, "last_active": .date, "avatar_url": .url,
                "username": .text(.string), "session_nonce": .text(.string),
            ])
    }

    @Test func tokens() throws {
        #expect(
            try treatments("apitoken") == [
                "name": .name, "token": .twice(.token), "hashed_token": .twice(.tokenDigest),
                "token_type": .text(.string), "token_last_characters": .twice(.tokenEnd),
                "refresh_token": .twice(.token), "hashed_refresh_token": .twice(.tokenDigest), "expires_at": .date,
                "date_added": .date,
            ])
        #expect(try treatments("servicehook")["guid"] == .twice(.uuid))
        #expect(try treatments("apikey")["label"] == .name)
    }

    @Test func slugsNeedANameBesideThem() throws {
        #expect(try treatments("organization") == ["name": .name, "slug": .slug, "date_added": .date])
        #expect(try treatments("dashboardtombstone")["slug"] == nil)
        #expect(try treatments("projectredirect")["redirect_slug"] == nil)
    }

    @Test func columnsOfOtherTypesAreNoSecrets() throws {
        let user = try treatments("user")
        #expect(user["is_password_expired"] == nil)
        #expect(try treatments("sentryappinstallation")["api_token"] == nil)
        #expect(try treatments("organizationmember")["token_expires_at"] == .date)
    }

    /// The figures were counted in the reference's own catalogue by another program.
    @Test func allModels() {
        let all = Catalogue.standard.models.flatMap { ModelTreatments($0, isThorough: false).fields.map(\.treatment) }
        #expect(all.count == 216)
        #expect(all.count { $0 == .date } == 120)
        #expect(all.count { $0 == .text(.string) } == 23)
        #expect(all.count { $0 == .name } == 19)
        #expect(all.count { $0 == .slug } == 5)
        #expect(all.count { $0 == .url } == 9)
        #expect(all.count { $0 == .text(.uuid) } == 8)
        #expect(all.count { $0 == .email } == 4)
        #expect(all.count { $0 == .emptyObject } == 9)
        #expect(all.count { $0 == .emptyList } == 3)
        #expect(all.count { if case .twice = $0 { true } else { false } } == 6)
    }

    @Test func thoroughness() throws {
        let member = try #require(Catalogue.standard.model("sentry.organizationmember"))
        #expect(ModelTreatments(member, isThorough: false).freeTexts.isEmpty)
        let rule = try #require(Catalogue.standard.model("sentry.rule"))
        #expect(ModelTreatments(rule, isThorough: true).freeTexts.map(\.text) == ["label", "data"])
        let option = try #require(Catalogue.standard.model("sentry.useroption"))
        #expect(ModelTreatments(option, isThorough: true).freeTexts.map(\.text) == ["value"])
        #expect(try treatments("organizationmember", isThorough: true)["user_email"] == .email)
        #expect(try treatments("projectkey", isThorough: true)["public_key"] == .text(.string))
    }
}
