import Catalogue
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Import
@testable import Ledger

@Suite struct UserDataTests {
    private func workWithUsers(_ site: Site, _ scope: ImportScope) throws -> RelocationImport {
        let work = try site.worker(scope)
        try work.add(
            "sentry.user",
            [
                (1, #"{"username":"a","name":"","email":"a@x.com","last_active":"2020-01-01T00:00:00Z"}"#),
                (2, #"{"username":"b","name":"","email":"b@x.com"}"#),
            ])
        return work
    }

    @Test(arguments: Engine.allCases) func anAddressTakesTheImportedSpellingAndDate(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUsers(site, .users)
        let outcome = try work.add(
            "sentry.email",
            [
                (1, #"{"email":"A@X.com","date_added":"2020-02-02T00:00:00Z"}"#),
                (2, #"{"email":"ÄÖ@x.com","date_added":"2020-02-03T00:00:00Z"}"#),
                (3, #"{"email":"äö@x.com","date_added":"2020-02-04T00:00:00Z"}"#),
            ])
        #expect(outcome.account.totals.existing == 2)
        #expect(outcome.account.totals.inserted == 1)
        try work.complete()
        #expect(try site.texts("sentry_email", "email") == ["A@X.com", "äö@x.com", "b@x.com"])
        #expect(try site.rows("sentry_email")[0]["date_added"] == .timestamp(1_580_601_600_000_000))
    }

    /// Another import adds an address between our look-up and our insert, which waits for its commit.
    @Test func anAddressThatAnotherImportAddsMeanwhileIsFound() throws {
        let site = try Site(.postgres)
        let other = try site.connect().region
        let table = try #require(Catalogue.standard.model("sentry.email")).table
        try other.begin()
        try other.insert(
            Insert(
                into: table, columns: ["id", "email", "date_added"],
                rows: [[.integer(900), .text("a@x.com"), .timestamp(0)]]))
        nonisolated(unsafe) let work = try site.worker(.users)
        let result = Mutex<Int?>(nil)
        let thread = Thread {
            let outcome = try? work.add("sentry.email", [(1, #"{"email":"A@x.com"}"#)])
            result.withLock { $0 = outcome?.account.totals.existing ?? -1 }
        }
        thread.start()
        #expect(eventually(within: 20) { (try? site.isAnybodyWaiting()) ?? false })
        try other.commit()
        #expect(eventually(within: 20) { result.withLock { $0 } != nil })
        #expect(result.withLock { $0 } == 1)
        #expect(try site.texts("sentry_email", "email") == ["A@x.com"])
    }

    @Test(arguments: Engine.allCases) func aUserAddressReplacesTheOneSavingMade(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUsers(site, .users)
        let outcome = try work.add(
            "sentry.useremail",
            [
                (1, #"{"user":1,"email":"a@x.com","is_verified":true,"validation_hash":"abc"}"#),
                (2, #"{"user":1,"email":"A@x.com","is_verified":true}"#),
                (3, #"{"user":9,"email":"z@x.com"}"#),
            ])
        #expect(outcome.account.totals.inserted == 2)
        #expect(outcome.reasons == ["missingReference:user->sentry.user"])
        try work.complete()
        let rows = try site.rows("sentry_useremail")
        #expect(rows.map { $0["email"]?.text } == ["a@x.com", "A@x.com", "b@x.com"])
        // Both spellings are one address.
        #expect(try site.texts("sentry_email", "email") == ["b@x.com", "a@x.com"])
        #expect(rows.allSatisfy { $0["is_verified"] == .bool(false) })
        #expect(matches(rows[0]["validation_hash"]?.text, "[A-Za-z0-9]{32}"))
        #expect(rows[0]["date_hash_added"] == .timestamp(fixedNow))
        #expect(try work.newPK("sentry.useremail", 1) == rows[0]["id"]?.integer)
    }

    @Test(arguments: Engine.allCases) func globalKeepsVerification(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUsers(site, .global)
        try work.add(
            "sentry.useremail", [(1, #"{"user":1,"email":"a@x.com","is_verified":true,"validation_hash":"abc"}"#)])
        let row = try #require(try site.rows("sentry_useremail").first)
        #expect(row["is_verified"] == .bool(true))
        #expect(row["validation_hash"] == .text("abc"))
    }

    @Test(arguments: Engine.allCases) func theFirstOfTwoGlobalOptionsStands(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUsers(site, .users)
        let first = try work.add(
            "sentry.useroption",
            [
                (1, #"{"user":1,"key":"theme","value":"\"dark\""}"#),
                (2, #"{"user":1,"key":"theme","value":"\"light\""}"#),
                (3, #"{"user":2,"key":"theme","value":"\"light\""}"#),
                (4, #"{"user":2,"key":"other","value":"1","organization_id":10}"#),
            ])
        #expect(first.reasons == ["superseded", "missingReference:organization_id->sentry.organization"])
        let second = try work.add("sentry.useroption", [(5, #"{"user":1,"key":"theme","value":"\"light\""}"#)], from: 5)
        #expect(second.reasons == ["superseded"])
        #expect(try site.texts("sentry_useroption", "value") == [#""dark""#, #""light""#])
    }

    @Test(arguments: Engine.allCases) func optionsOfAnOrganizationMayOnlyStandOnce(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUsers(site, .organizations)
        try work.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
        let finding = try work.refusal(
            "sentry.useroption",
            [
                (1, #"{"user":1,"key":"k","value":"1","organization_id":10}"#),
                (2, #"{"user":1,"key":"k","value":"2"}"#),
                (3, #"{"user":1,"key":"k","value":"3","organization_id":10}"#),
            ])
        expect(finding, .integrityError, "sentry.useroption", 3, pk: 3)
    }

    @Test(
        arguments: Engine.allCases,
        [
            ("language", #""\"xx\"""#), ("language", "null"), ("language", #""\"\"""#),
            ("timezone", #""\"Mars/Base\"""#),
            ("timezone", #""\"Factory\"""#), ("theme", #""\"blue\"""#), ("theme", "true"), ("stacktraceOrder", "3"),
            ("clock24Hours", #""\"maybe\"""#), ("clock24Hours", "2"), ("clock24Hours", "null"),
            ("defaultIssueEvent", #""\"first\"""#), ("prefersIssueDetailsStreamlinedUI", #""[]""#),
        ]) func theAccountFormRefuses(_ engine: Engine, _ option: (key: String, value: String)) throws
    {
        let site = try Site(engine)
        let work = try workWithUsers(site, .users)
        let finding = try work.refusal(
            "sentry.useroption",
            [
                (1, #"{"user":1,"key":"k","value":"1"}"#),
                (2, #"{"user":1,"key":"\#(option.key)","value":\#(option.value)}"#),
            ])
        expect(finding, .validationError, "sentry.useroption", 2, pk: 2)
        #expect(finding.reason.hasPrefix("{'\(option.key)':"))
        #expect(try site.rows("sentry_useroption").isEmpty)
    }

    @Test(
        arguments: Engine.allCases,
        [
            ("language", #""\"pt-br\"""#), ("timezone", #""\"Europe/Vienna\"""#), ("theme", #""\"system\"""#),
            ("stacktraceOrder", "-1"), ("clock24Hours", "true"), ("clock24Hours", #""\"Yes\"""#), ("clock24Hours", "0"),
            ("defaultIssueEvent", #""\"latest\"""#),
            // Stored keys are spelled otherwise, and so unchecked.
            ("clock_24_hours", #""\"maybe\"""#), ("stacktrace_order", "9"), ("Theme", #""\"blue\"""#),
        ]) func theAccountFormTakes(_ engine: Engine, _ option: (key: String, value: String)) throws
    {
        let site = try Site(engine)
        let work = try workWithUsers(site, .users)
        let outcome = try work.add(
            "sentry.useroption", [(1, #"{"user":1,"key":"\#(option.key)","value":\#(option.value)}"#)])
        #expect(outcome.account.totals.inserted == 1)
    }

    @Test(arguments: Engine.allCases) func aRepeatedAddressOfAUserKeepsItsLastDates(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUsers(site, .global)
        let outcome = try work.add(
            "sentry.userip",
            [
                (
                    1,
                    #"{"user":1,"ip_address":"1.2.3.4","country_code":"AT","region_code":"9","last_seen":"2021-01-01T00:00:00Z"}"#
                ),
                (2, #"{"user":1,"ip_address":"2001:DB8::1"}"#),
                (3, #"{"user":1,"ip_address":"1.2.3.4","last_seen":"2022-01-01T00:00:00Z"}"#),
            ])
        #expect(outcome.account.totals.inserted == 3)
        let rows = try site.rows("sentry_userip")
        #expect(rows.map { $0["ip_address"]?.text } == ["1.2.3.4", "2001:db8::1"])
        #expect(rows[0]["country_code"] == .null)
        #expect(rows[0]["region_code"] == .null)
        #expect(rows[0]["last_seen"] == .timestamp(1_640_995_200_000_000))
        #expect(try work.newPK("sentry.userip", 1) == work.newPK("sentry.userip", 3))
        // Only a user who was idle for a minute becomes active.
        let active = try site.column("auth_user", "last_active")
        #expect(active == [.timestamp(fixedNow), .timestamp(fixedNow)])
    }

    @Test(
        arguments: Engine.allCases,
        [
            #"{"user":1,"ip_address":"1.2.3.400"}"#, #"{"user":1,"ip_address":null}"#, #"{"user":1}"#,
            #"{"user":1,"ip_address":"1.2.3.4","first_seen":null}"#,
        ]) func aBadAddressIsRefused(_ engine: Engine, _ fields: String) throws
    {
        let site = try Site(engine)
        let work = try workWithUsers(site, .global)
        let finding = try work.refusal("sentry.userip", [(1, #"{"user":1,"ip_address":"::1"}"#), (2, fields)])
        expect(finding, .validationError, "sentry.userip", 2, pk: 2)
        #expect(try site.rows("sentry_userip").isEmpty)
    }

    @Test(arguments: Engine.allCases) func anAddressWithoutUserIsAnIntegrityError(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUsers(site, .global)
        let finding = try work.refusal("sentry.userip", [(1, #"{"user":null,"ip_address":"::1"}"#)])
        expect(finding, .integrityError, "sentry.userip", 1, pk: 1)
    }
}
