import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct MemberTests {
    private static let thirtyDays: Int64 = 30 * 86_400_000_000

    @Test(arguments: Engine.allCases) func tokensOfOthersAreForgotten(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        try work.add(
            "sentry.organizationmember",
            [
                // Nobody else has no token: the date of expiry stays.
                (1, #"{"organization":10,"email":"1@x.com","token_expires_at":"2030-01-01T00:00:00Z"}"#),
                // Now somebody has none, and this one loses its date.
                (2, #"{"organization":10,"email":"2@x.com","token_expires_at":"2030-01-01T00:00:00Z"}"#),
                (3, #"{"organization":10,"email":"3@x.com","token":"t"}"#),
                (4, #"{"organization":10,"email":"4@x.com","token":"t","token_expires_at":"2030-01-01T00:00:00Z"}"#),
                (5, #"{"organization":10,"email":"5@x.com","token":"u","token_expires_at":"2030-01-01T00:00:00Z"}"#),
            ])
        #expect(try site.texts("sentry_organizationmember", "token") == [nil, nil, "t", nil, "u"])
        let given = Value.timestamp(1_893_456_000_000_000)
        let expiries = try site.column("sentry_organizationmember", "token_expires_at")
        #expect(expiries == [given, .null, .timestamp(fixedNow + Self.thirtyDays), .null, given])
        try work.add("sentry.organizationmember", [(6, #"{"organization":10,"email":"6@x.com","token":"u"}"#)], from: 6)
        #expect(try site.texts("sentry_organizationmember", "token").last == .some(nil))
    }

    @Test(arguments: Engine.allCases) func inviterUserAndWhatAMemberSaysOfItsUser(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let outcome = try work.add(
            "sentry.organizationmember",
            [
                (
                    1,
                    #"{"organization":10,"user_id":20,"inviter_id":99,"user_email":"other@x.com","user_is_active":false}"#
                ),
                (2, #"{"organization":10,"email":"i@x.com","inviter_id":20}"#),
                (3, #"{"organization":10,"user_id":98}"#),
            ])
        #expect(outcome.reasons == ["missingReference:user_id->sentry.user"])
        let members = try site.rows("sentry_organizationmember")
        let user = Value.integer(try work.newPK("sentry.user", 20))
        #expect(members[0]["inviter_id"] == .null)
        #expect(members[0]["user_email"] == .text("a@x.com"))
        #expect(members[0]["user_is_active"] == .bool(true))
        #expect(members[1]["inviter_id"] == user)
    }

    @Test(
        arguments: Engine.allCases,
        [
            #"{"organization":10,"user_id":20,"email":"b@x.com"}"#, #"{"organization":10}"#,
            #"{"organization":10,"email":""}"#, #"{"organization":10,"user_id":20,"email":""}"#,
        ]) func aMemberIsAUserOrAnAddress(_ engine: Engine, _ fields: String) throws
    {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let finding = try work.refusal(
            "sentry.organizationmember", [(1, #"{"organization":10,"email":"ok@x.com"}"#), (2, fields)])
        expect(finding, .unknown, "sentry.organizationmember", 2, pk: 2)
        #expect(try site.rows("sentry_organizationmember").isEmpty)
    }

    @Test(arguments: Engine.allCases) func oneMembershipAUserAndAnAddress(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        for fields in [#"{"organization":10,"user_id":20}"#, #"{"organization":10,"email":"e@x.com"}"#] {
            let finding = try work.refusal("sentry.organizationmember", [(1, fields), (2, fields)])
            expect(finding, .integrityError, "sentry.organizationmember", 2, pk: 2)
        }
    }

    /// A merged user's memberships say what the user says, also the older ones of other organizations. Those of other
    /// users stay as they are.
    @Test(arguments: Engine.allCases, [false, true])
    func aNewMembershipRefreshesAllOfAMergedUser(_ engine: Engine, _ isSplit: Bool) throws {
        let site = try Site(engine, isSplit: isSplit, separately: isSplit)
        let first = try site.worker()
        try addBasics(first)
        try first.add("sentry.user", [(21, #"{"username":"b","email":"b@x.com"}"#)], from: 2)
        try first.add(
            "sentry.organizationmember",
            [(1, #"{"organization":10,"user_id":20}"#), (2, #"{"organization":10,"user_id":21}"#)])
        try site.execute("UPDATE sentry_organizationmember SET user_email = 'stale', user_is_active = '0'")

        var flags = ImportFlags()
        flags.mergeUsers = true
        let second = try site.worker(.organizations, flags, uuid: uuidB)
        try second.add("sentry.organization", [(10, #"{"name":"Other","slug":"other"}"#)])
        try second.add("sentry.user", [(7, #"{"username":"a@x.com","email":"imported@x.com","is_active":false}"#)])
        try second.add(
            "sentry.organizationmember",
            [(1, #"{"organization":10,"user_id":7,"user_email":"m@x.com","user_is_active":false}"#)])
        #expect(try site.texts("sentry_organizationmember", "user_email") == ["a@x.com", "stale", "a@x.com"])
        #expect(
            try site.column("sentry_organizationmember", "user_is_active") == [
                .bool(true), .bool(false), .bool(true),
            ])
    }

    /// Without a new membership nothing is refreshed.
    @Test(arguments: Engine.allCases) func mergingAUserAloneChangesNoMembership(_ engine: Engine) throws {
        let site = try Site(engine)
        let first = try site.worker()
        try addBasics(first)
        try first.add("sentry.organizationmember", [(1, #"{"organization":10,"user_id":20}"#)])
        try site.execute("UPDATE sentry_organizationmember SET user_email = 'stale'")
        var flags = ImportFlags()
        flags.mergeUsers = true
        let second = try site.worker(.users, flags, uuid: uuidB)
        try second.add("sentry.user", [(7, #"{"username":"a@x.com","email":"imported@x.com"}"#)])
        try second.complete()
        #expect(try site.texts("sentry_organizationmember", "user_email") == ["stale"])
    }
}
