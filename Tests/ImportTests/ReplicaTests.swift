import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct ReplicaTests {
    /// Whose replica: everything that has one, in a Global import.
    private func importEverything(_ work: RelocationImport) throws {
        try addBasics(work)
        try work.add("sentry.organizationmember", [(1, #"{"organization":10,"user_id":20,"role":"owner"}"#)])
        try work.add(
            "sentry.authprovider", [(1, #"{"organization_id":10,"provider":"okta","config":{"a":1},"flags":"2"}"#)])
        try work.add(
            "sentry.authidentity",
            [(1, #"{"user":20,"auth_provider":1,"ident":"i","last_verified":"2020-01-01T00:00:00Z"}"#)])
        try work.add(
            "sentry.apikey",
            [
                (1, #"{"organization_id":10,"key":"k1","scope_list":"['org:write']","allowed_origins":"a\n\nb\n"}"#),
                (2, #"{"organization_id":10,"key":"k2","allowed_origins":null,"scope_list":"[]"}"#),
                (3, #"{"organization_id":10,"key":"k3","allowed_origins":"\n","scopes":"10","scope_list":"[]"}"#),
            ])
        try work.add(
            "sentry.apiapplication",
            [
                (1, #"{"owner":20,"redirect_uris":"","status":0,"allowed_origins":"\nhttps://b\n\nhttps://a\n"}"#),
                (2, #"{"owner":20,"redirect_uris":"","status":1,"allowed_origins":"\n"}"#),
            ])
        try work.add("sentry.sentryapp", [(1, #"{"owner_id":10,"name":"app","slug":"app","application":1}"#)])
        try work.add("sentry.organizationmemberteam", [(1, #"{"organizationmember":1,"team":30,"is_active":true}"#)])
        try work.add(
            "sentry.apitoken",
            [
                (1, #"{"user":20,"application":1,"token":"t1","refresh_token":null,"scopes":"7"}"#),
                (
                    2,
                    #"{"user":20,"application":2,"token":"t2","refresh_token":null,"scopes":"7","scope_list":["x:b","a"]}"#
                ),
                (3, #"{"user":20,"token":"t3","refresh_token":null}"#),
            ])
        try work.add(
            "sentry.sentryappinstallation",
            [
                (1, #"{"sentry_app":1,"organization_id":10,"api_token":1,"date_updated":"2020-01-01T00:00:00Z"}"#),
                (2, #"{"sentry_app":1,"organization_id":10,"api_token":null}"#),
            ])
        try work.add("sentry.orgauthtoken", [(1, #"{"organization_id":10,"token_hashed":"h","name":"n"}"#)])
    }

    private func deriveAll(_ work: RelocationImport) throws {
        for name in Catalogue.standard.derivedModels {
            try work.derive(try #require(Catalogue.standard.model(name)), now: fixedNow)
        }
    }

    @Test(arguments: Engine.allCases, [false, true])
    func everyMirroredRowHasItsReplica(_ engine: Engine, _ isSplit: Bool) throws {
        let site = try Site(engine, isSplit: isSplit, separately: isSplit)
        let work = try site.worker(.global)
        try importEverything(work)
        try work.provisionSlugs(now: fixedNow)
        try deriveAll(work)
        let organization = Value.integer(try work.newPK("sentry.organization", 10))
        let user = Value.integer(try work.newPK("sentry.user", 20))

        let mapping = try #require(try site.rows("sentry_organizationmapping").first)
        #expect(mapping["organization_id"] == organization)
        #expect(mapping["slug"] == .text("acme"))
        #expect(mapping["region_name"] == .text("--monolith--"))
        #expect(mapping["verified"] == .bool(false))
        #expect(mapping["idempotency_key"] == .text(""))
        // The default flags are the lowest bit.
        #expect(mapping["allow_joinleave"] == .bool(true))
        #expect(mapping["require_2fa"] == .bool(false))

        let member = try #require(try site.rows("sentry_organizationmembermapping").first)
        #expect(member["user_id"] == user)
        #expect(member["role"] == .text("owner"))
        #expect(member["date_added"] == .timestamp(fixedNow))
        #expect(try site.texts("sentry_teamreplica", "slug") == ["core"])
        #expect(try site.column("sentry_organizationmember_teamsreplica", "organization_id") == [organization])

        let provider = try #require(try site.rows("sentry_authproviderreplica").first)
        #expect(provider["allow_unlinked"] == .bool(false))
        #expect(provider["scim_enabled"] == .bool(true))
        #expect(provider["config"] == .text(#"{"a":1}"#))
        let identity = try #require(try site.rows("sentry_authidentityreplica").first)
        #expect(identity["last_verified"] == .timestamp(1_577_836_800_000_000))

        let keys = try site.rows("hybridcloud_apikeyreplica")
        #expect(keys.map { $0["allowed_origins"]?.text } == ["a\nb", "", ""])
        // The second and the fourth bit, sorted by name.
        #expect(
            keys.map { $0["scope_list"]?.text } == ["{org:read,org:write}", "{}", "{project:releases,project:write}"])
        #expect(keys.map { $0["scopes"] } == [.integer(0), .integer(0), .integer(0)])
        let tokens = try site.rows("hybridcloud_apitokenreplica")
        #expect(tokens.map { $0["application_is_active"]?.bool } == [true, false, true])
        #expect(tokens.map { $0["organization_id"] } == [organization, .null, .null])
        #expect(tokens.map { $0["allowed_origins"] } == [.text("https://b\nhttps://a"), .null, .null])
        #expect(tokens.map { $0["scopes"] } == [.integer(0), .integer(0), .integer(0)])
        #expect(
            tokens.map { $0["scope_list"] } == [
                .textArray(["project:admin", "project:read", "project:write"]), .textArray(["a", "x:b"]),
                .textArray([]),
            ])
        #expect(try site.texts("hybridcloud_orgauthtokenreplica", "token_hashed") == ["h"])

        let before = try site.snapshot()
        try deriveAll(try site.worker(.global))
        #expect(try site.snapshot() == before)
    }

    @Test(arguments: Engine.allCases) func anInstallationWithATokenLeavesAMessage(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        try importEverything(work)
        let message = try #require(try site.rows("sentry_controloutbox").first)
        #expect(try site.rows("sentry_controloutbox").count == 1)
        #expect(message["shard_scope"] == .integer(1))
        #expect(message["category"] == .integer(32))
        #expect(message["shard_identifier"] == .integer(try work.newPK("sentry.user", 20)))
        #expect(message["object_identifier"] == .integer(try work.newPK("sentry.apitoken", 1)))
        #expect(
            try site.column("sentry_sentryappinstallation", "date_updated") == [
                .timestamp(fixedNow), .timestamp(fixedNow),
            ])
    }

    @Test(arguments: Engine.allCases) func aReplicaOfAnOrganizationThatIsGoneIsSkipped(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        try work.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
        try work.add("sentry.apikey", [(1, #"{"organization_id":10,"key":"k1"}"#)])
        try site.execute("DELETE FROM sentry_organization")
        try deriveAll(work)
        #expect(try site.rows("hybridcloud_apikeyreplica").isEmpty)
    }

    @Test func everyReplicaIsOfAMirroredModel() throws {
        #expect(Set(Replica.all.map(\.model)) == Set(Catalogue.standard.mirroredModels))
        for replica in Replica.all {
            let table = try Catalogue.standard.requireTable(replica.table)
            let written = Set(replica.columns.map(\.name))
            for (name, _) in replica.columns { #expect(table.column(name) != nil, "\(replica.table).\(name)") }
            let forgotten = table.columns.filter {
                !$0.isPrimaryKey && !$0.isNullable && !written.contains($0.name) && $0.databaseDefault == nil
            }
            #expect(forgotten.isEmpty, "\(replica.table): \(forgotten.map(\.name))")
        }
    }
}
