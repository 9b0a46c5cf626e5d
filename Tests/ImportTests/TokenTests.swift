import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct TokenTests {
    private func workWithUser(_ site: Site, _ scope: ImportScope = .config, uuid: String = uuidA) throws
        -> RelocationImport
    {
        let work = try site.worker(scope, ImportFlags(mergeUsers: true), uuid: uuid)
        try work.add("sentry.user", [(1, #"{"username":"a","name":"","email":""}"#)])
        return work
    }

    @Test(arguments: Engine.allCases) func digestsAndScopesAreComputed(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUser(site)
        try work.add(
            "sentry.apitoken",
            [
                (
                    1,
                    #"{"user":1,"token":"abc","refresh_token":null,"hashed_token":"x","token_last_characters":"zzzz","scope_list":"['project:write', 'org:admin', 'custom', 'member:write']"}"#
                )
            ])
        let token = try #require(try site.rows("sentry_apitoken").first)
        // The well-known SHA-256 of "abc".
        #expect(token["hashed_token"] == .text("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
        #expect(token["hashed_refresh_token"] == .null)
        #expect(token["token_last_characters"] == .text("abc"))
        #expect(
            token["scope_list"]
                == .textArray([
                    "custom", "member:invite", "member:read", "member:write", "org:admin", "org:integrations",
                    "org:read", "org:write", "project:read", "project:write",
                ]))
    }

    @Test(arguments: Engine.allCases) func aTokenInUseIsRenewed(_ engine: Engine) throws {
        let site = try Site(engine)
        try workWithUser(site).add(
            "sentry.apitoken", [(1, #"{"user":1,"token":"t1","refresh_token":"r1","expires_at":null}"#)])
        let work = try workWithUser(site, uuid: uuidB)
        try work.add(
            "sentry.apitoken",
            [
                (1, #"{"user":1,"token":"t1","refresh_token":null,"expires_at":null}"#),
                (
                    2,
                    #"{"user":1,"token":"t2","refresh_token":"r1","token_type":"sntryu_","expires_at":"2020-01-01T00:00:00Z"}"#
                ),
                (3, #"{"user":1,"token":"t3","refresh_token":null}"#),
                (4, #"{"user":1,"token":"t3","refresh_token":null}"#),
            ])
        let rows = try site.rows("sentry_apitoken").dropFirst().map { $0 }
        #expect(matches(rows[0]["token"]?.text, "[0-9a-f]{64}"))
        #expect(rows[0]["refresh_token"] == .null)
        #expect(rows[0]["expires_at"] == .null)
        #expect(matches(rows[1]["token"]?.text, "sntryu_[0-9a-f]{64}"))
        #expect(matches(rows[1]["refresh_token"]?.text, "sntryu_[0-9a-f]{64}"))
        #expect(rows[1]["expires_at"] == .timestamp(fixedNow + 30 * 86_400_000_000))
        #expect(rows[1]["hashed_token"] == .text(Digest.sha256(rows[1]["token"]?.text ?? "")))
        #expect(rows[2]["token"] == .text("t3"))
        #expect(matches(rows[3]["token"]?.text, "[0-9a-f]{64}"))
    }

    @Test(arguments: Engine.allCases) func tokensOfApplicationsAreGlobal(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try workWithUser(site, .global)
        try work.add("sentry.apiapplication", [(7, #"{"owner":1,"redirect_uris":""}"#)])
        for model in ["sentry.apitoken", "sentry.apiauthorization"] {
            let rows: [(pk: Int64, fields: String)] = [
                (1, #"{"user":1,"application":7}"#), (2, #"{"user":1,"application":null}"#),
            ]
            #expect(try work.add(model, rows).account.totals.inserted == 2)
            let config = try workWithUser(site, uuid: uuidB)
            // The application was not imported there; without one the row belongs to the configuration.
            #expect(
                try config.add(model, rows).reasons == ["missingReference:application->sentry.apiapplication"])
            try site.execute("DELETE FROM sentry_controlimportchunk WHERE import_uuid = '\(uuidB)'")
        }
        #expect(matches(try site.texts("sentry_apiapplication", "client_id")[0], "[0-9a-f]{64}"))
    }

    @Test(arguments: Engine.allCases) func anEmptyAPIKeyIsMade(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        try work.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
        try work.add(
            "sentry.apikey",
            [
                (1, #"{"organization_id":10,"key":"","scope_list":"['event:admin']"}"#),
                (2, #"{"organization_id":10,"key":"kept","scope_list":"{a,b}"}"#),
            ])
        let rows = try site.rows("sentry_apikey")
        #expect(matches(rows[0]["key"]?.text, "[0-9a-f]{32}"))
        #expect(rows[0]["scope_list"] == .textArray(["event:admin", "event:read", "event:write"]))
        #expect(rows[1]["key"] == .text("kept"))
        #expect(rows[1]["scope_list"] == .textArray(["a", "b"]))
        let finding = try work.refusal("sentry.apikey", [(3, #"{"organization_id":10,"key":"kept"}"#)], from: 3)
        expect(finding, .integrityError, "sentry.apikey", 3, pk: 3)
    }

    @Test(arguments: Engine.allCases) func organizationTokensAreKeptMintedOrDropped(_ engine: Engine) throws {
        let site = try Site(engine)
        let rows: [(pk: Int64, fields: String)] = [
            (
                1,
                #"{"organization_id":10,"token_hashed":"h","token_last_characters":"last","name":"n","scope_list":"['org:ci']"}"#
            ),
            (2, #"{"organization_id":10,"token_hashed":"","name":"n"}"#),
            (3, #"{"organization_id":10,"token_hashed":"h","name":"n"}"#),
        ]
        let plain = try site.worker()
        try addBasics(plain)
        #expect(try plain.add("sentry.orgauthtoken", rows).reasons == ["superseded", "superseded"])
        #expect(try site.texts("sentry_orgauthtoken", "token_last_characters") == ["last"])
        #expect(try site.column("sentry_orgauthtoken", "scope_list") == [.textArray(["org:ci"])])
        let work = try site.worker(uuid: uuidB, instance: InstanceSettings(urlPrefix: "https://s.example.com"))
        try addBasics(work)
        #expect(try work.add("sentry.orgauthtoken", rows).account.totals.inserted == 3)
        let minted = try site.rows("sentry_orgauthtoken").dropFirst()
        #expect(Set(minted.map { $0["token_hashed"] }).count == 3)
        for row in minted {
            #expect(matches(row["token_hashed"]?.text, "[0-9a-f]{64}"))
            #expect(row["token_last_characters"]?.text?.count == 4)
        }
    }
}
