import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct UserTests {
    static let boss =
        #"{"username":"Boss","name":"B","email":"b@x.com","password":"old","is_staff":true,"#
        + #""is_superuser":true,"is_managed":true,"is_password_expired":true,"session_nonce":"n"}"#

    @Test(arguments: Engine.allCases) func scrubsPrivilegesAndPasswords(_ engine: Engine) throws {
        let site = try Site(engine)
        #expect(try site.worker(.users).add("sentry.user", [(5, Self.boss)]).account.totals.inserted == 1)
        let user = try #require(try site.rows("auth_user").first)
        for flag in ["is_staff", "is_superuser", "is_managed", "is_password_expired"] {
            #expect(user[flag] == .bool(false))
        }
        #expect(user["is_unclaimed"] == .bool(true))
        #expect(matches(user["password"]?.text, #"pbkdf2_sha256\$720000\$[A-Za-z0-9]{22}\$[A-Za-z0-9+/]{43}="#))
        #expect(user["last_password_change"] == .timestamp(fixedNow))
        #expect(user["session_nonce"] == .text("n"))
    }

    @Test(arguments: Engine.allCases) func configKeepsPrivilegesButNoPassword(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.config).add("sentry.user", [(5, Self.boss)])
        let user = try #require(try site.rows("auth_user").first)
        #expect(user["is_superuser"] == .bool(true))
        #expect(user["is_managed"] == .bool(true))
        #expect(user["is_unclaimed"] == .bool(true))
        #expect(user["password"] != .text("old"))
    }

    @Test(arguments: Engine.allCases) func globalKeepsClaimedUsersAndRenewsUnclaimedOnes(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.global).add(
            "sentry.user",
            [
                (5, Self.boss),
                (6, #"{"username":"u","name":"","email":"u@x.com","password":"old","is_unclaimed":true}"#),
            ])
        let users = try site.rows("auth_user")
        #expect(users[0]["password"] == .text("old"))
        #expect(users[0]["is_password_expired"] == .bool(true))
        #expect(users[1]["password"] != .text("old"))
        #expect(users[1]["last_password_change"] == .timestamp(fixedNow))
        #expect(try site.rows("sentry_lostpasswordhash").isEmpty)
    }

    @Test(arguments: Engine.allCases) func savingAUserMakesAddressesAndAClaim(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.users)
        try work.add(
            "sentry.user",
            [
                (5, #"{"username":"a","name":"","email":"A@x.com"}"#), (6, #"{"username":"b","name":"","email":""}"#),
                (7, #"{"username":"c","name":"","email":"a@X.com"}"#),
            ])
        let ids = try [5, 6, 7].map { Value.integer(try work.newPK("sentry.user", $0)) }
        try work.complete()
        #expect(try site.column("sentry_useremail", "user_id") == ids)
        #expect(try site.texts("sentry_useremail", "email") == ["A@x.com", "", "a@X.com"])
        #expect(try site.column("sentry_useremail", "is_verified") == [.bool(false), .bool(false), .bool(false)])
        for hash in try site.texts("sentry_useremail", "validation_hash") { #expect(matches(hash, "[A-Za-z0-9]{32}")) }
        // Two spellings of one address share its row.
        #expect(try site.texts("sentry_email", "email") == ["A@x.com", ""])
        #expect(try site.column("sentry_lostpasswordhash", "user_id") == ids)
        #expect(matches(try site.texts("sentry_lostpasswordhash", "hash")[0], "[A-Za-z0-9]{32}"))
    }

    @Test(arguments: Engine.allCases) func aTakenNameGetsASuffixWithoutEight(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.users).add("sentry.user", [(1, #"{"username":"Foo","name":"","email":""}"#)])
        let outcome = try site.worker(.users, uuid: uuidB).add(
            "sentry.user",
            [(7, #"{"username":"Foo","name":"","email":""}"#), (8, #"{"username":"Foo","name":"","email":""}"#)])
        #expect(outcome.account.totals.inserted == 2)
        let names = try site.texts("auth_user", "username")
        #expect(names[0] == "Foo")
        for name in names.dropFirst() { #expect(matches(name, "Foo-([a-z0-79]{2}|[a-z0-79]{3})")) }
        #expect(names[1] != names[2])
    }

    @Test(arguments: Engine.allCases) func aSuffixKeepsTheName128CharactersLong(_ engine: Engine) throws {
        let site = try Site(engine)
        let long = String(repeating: "é", count: 128)
        for uuid in [uuidA, uuidB] {
            try site.worker(.users, uuid: uuid).add(
                "sentry.user", [(1, #"{"username":"\#(long)","name":"","email":""}"#)])
        }
        let second = try #require(try site.texts("auth_user", "username")[1])
        #expect(second.unicodeScalars.count == 128)
        #expect(matches(second, "é{125}-[a-z0-79]{2}"))
    }

    @Test(arguments: Engine.allCases) func mergingKeepsTheStoredUserAndDropsWhatBelongsToIt(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.users).add("sentry.user", [(1, #"{"username":"Foo","name":"old","email":"o@x.com"}"#)])
        let work = try site.worker(.users, ImportFlags(mergeUsers: true), uuid: uuidB)
        let outcome = try work.add(
            "sentry.user",
            [
                (7, #"{"username":"Foo","name":"new","email":"n@x.com"}"#),
                (8, #"{"username":"Bar","name":"","email":"b@x.com"}"#),
                (9, #"{"username":"Bar","name":"second","email":"c@x.com"}"#),
            ])
        #expect(outcome.account.totals.existing == 2)
        #expect(outcome.account.totals.inserted == 1)
        #expect(try site.texts("auth_user", "first_name") == ["old", ""])
        #expect(work.map["sentry.user", 7]?.kind == .existing)
        #expect(try work.newPK("sentry.user", 9) == work.newPK("sentry.user", 8))
        let emails = try work.add(
            "sentry.useremail",
            [
                (1, #"{"user":7,"email":"n@x.com"}"#), (2, #"{"user":8,"email":"b@x.com"}"#),
                (3, #"{"user":9,"email":"c@x.com"}"#),
            ])
        #expect(emails.reasons == ["merged", "merged"])
        let options = try work.add(
            "sentry.useroption", [(1, #"{"user":7,"key":"k","value":"1"}"#), (2, #"{"user":8,"key":"k","value":"1"}"#)])
        #expect(options.reasons == ["merged"])
        #expect(try site.rows("sentry_useroption").count == 1)
    }

    /// Of rows with the same source key the last stands for it; the others are users as well, with all that users have.
    @Test(arguments: Engine.allCases, [false, true])
    func rowsOfOneSourceKeyAreAllWholeUsers(_ engine: Engine, _ isOneChunk: Bool) throws {
        let site = try Site(engine)
        let work = try site.worker(.users)
        let rows: [(pk: Int64, fields: String)] = ["a", "b", "c"].map { name in
            (7, #"{"username":"\#(name)","name":"","email":"\#(name)@x.com"}"#)
        }
        if isOneChunk {
            try work.add("sentry.user", rows)
        } else {
            for (place, row) in rows.enumerated() { try work.add("sentry.user", [row], from: Int64(place) + 1) }
        }
        // The file's own address of the last one, verified elsewhere.
        try work.add("sentry.useremail", [(1, #"{"user":7,"email":"c@x.com"}"#)])
        try work.complete()
        #expect(try site.rows("sentry_lostpasswordhash").count == 3)
        let users = try site.column("auth_user", "id")
        let addresses = try site.rows("sentry_useremail").sorted {
            ($0["email"]?.text ?? "") < ($1["email"]?.text ?? "")
        }
        #expect(addresses.map { $0["email"]?.text } == ["a@x.com", "b@x.com", "c@x.com"])
        #expect(addresses.map { $0["user_id"] } == users)
        #expect(Set(try site.texts("sentry_email", "email")) == ["a@x.com", "b@x.com", "c@x.com"])
    }

    /// The row that takes the place may be a merged one.
    @Test(arguments: Engine.allCases) func aUserWhoseKeyAMergedOneTakesIsWhole(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.users).add("sentry.user", [(1, #"{"username":"old","name":"","email":"o@x.com"}"#)])
        let work = try site.worker(.users, ImportFlags(mergeUsers: true), uuid: uuidB)
        try work.add(
            "sentry.user",
            [
                (7, #"{"username":"new","name":"","email":"n@x.com"}"#),
                (7, #"{"username":"old","name":"","email":""}"#),
            ])
        try work.complete()
        #expect(try site.texts("sentry_useremail", "email") == ["n@x.com"])
    }

    @Test(arguments: Engine.allCases) func aNameThatDiffersOnlyInCaseIsRefused(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.users).add("sentry.user", [(1, #"{"username":"Foo","name":"","email":""}"#)])
        for merges in [false, true] {
            let work = try site.worker(.users, ImportFlags(mergeUsers: merges), uuid: uuidB)
            let finding = try work.refusal(
                "sentry.user",
                [(7, #"{"username":"Bar","name":"","email":""}"#), (8, #"{"username":"fOO","name":"","email":""}"#)])
            expect(finding, .validationError, "sentry.user", 2, pk: 8)
            #expect(finding.reason.contains("username"))
        }
        #expect(try site.texts("auth_user", "username") == ["Foo"])
        let within = try site.worker(.users, uuid: uuidB).refusal(
            "sentry.user",
            [(7, #"{"username":"Ärger","name":"","email":""}"#), (8, #"{"username":"äRGER","name":"","email":""}"#)])
        expect(within, .validationError, "sentry.user", 2, pk: 8)
    }

    @Test(arguments: Engine.allCases) func composedAndDecomposedLettersAreTwoNames(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.users)
        try work.add(
            "sentry.user",
            [
                (1, #"{"username":"caf\u00e9","name":"","email":"caf\u00e9@x.com"}"#),
                (2, #"{"username":"cafe\u0301","name":"","email":"cafe\u0301@x.com"}"#),
            ])
        let names = try site.texts("auth_user", "username").map { Array(($0 ?? "").utf8) }
        #expect(names == [Array("caf\u{e9}".utf8), Array("cafe\u{301}".utf8)])
        try work.complete()
        #expect(try site.rows("sentry_email").count == 2)
    }

    @Test(
        arguments: Engine.allCases,
        [
            (#"{"username":"","name":"","email":""}"#, "username"),
            (#"{"username":"  ","name":"","email":""}"#, "username"),
            (#"{"username":null,"name":"","email":""}"#, "username"),
            (#"{"username":"a\u0000b","name":"","email":""}"#, "username"),
            (#"{"username":"ok","name":null,"email":""}"#, "name"),
            (#"{"username":"ok","name":"a\u0000b","email":""}"#, "name"),
            (#"{"username":"\#(String(repeating: "x", count: 129))","name":"","email":""}"#, "username"),
            (#"{"username":"ok","name":"\#(String(repeating: "x", count: 201))","email":""}"#, "name"),
        ]) func theProfileFormRefuses(_ engine: Engine, _ fault: (fields: String, field: String)) throws
    {
        let site = try Site(engine)
        let finding = try site.worker(.users).refusal(
            "sentry.user", [(1, #"{"username":"fine","name":"","email":""}"#), (2, fault.fields)], from: 21)
        expect(finding, .validationError, "sentry.user", 22, pk: 2)
        #expect(finding.reason.hasPrefix("{'\(fault.field)':"))
        #expect(try site.rows("auth_user").isEmpty)
        #expect(try site.rows("sentry_controlimportchunk").isEmpty)
    }

    /// A name in use names who has it: a stored user, or a row of the same chunk.
    @Test(arguments: Engine.allCases) func aNameInUseNamesItsHolder(_ engine: Engine) throws {
        let site = try Site(engine)
        func user(_ name: String) -> String { #"{"username":"\#(name)","name":"","email":""}"# }
        try site.worker(.users).add("sentry.user", [(1, user("Ann"))])
        let stored = try site.worker(.users, uuid: uuidB).refusal("sentry.user", [(5, user("ann"))])
        let id = try #require(try site.rows("auth_user").first?["id"]?.integer)
        #expect(
            stored.plainReason.contains(#""ann" and "Ann", the user with the id \#(id) in the destination, differ"#))
        let inFile = try site.worker(.users, uuid: uuidB).refusal(
            "sentry.user", [(7, user("Bob")), (8, user("bob"))], from: 3)
        #expect(inFile.plainReason.contains(#""bob" and "Bob" of row 3 (pk 7) of the file differ"#))
        // The findings file stays in the reference's words.
        #expect(!stored.reason.contains("Ann") && !inFile.json().contains("Bob"))
    }
}
