import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct ConfigTests {
    @Test(arguments: Engine.allCases) func aStoredOptionIsKept(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.config).add("sentry.option", [(1, #"{"key":"a","value":"1"}"#)])
        let outcome = try site.worker(.config, uuid: uuidB).add(
            "sentry.option",
            [(1, #"{"key":"a","value":"2"}"#), (2, #"{"key":"b","value":"3"}"#), (3, #"{"key":"b","value":"4"}"#)])
        #expect(outcome.account.totals.existing == 2)
        #expect(outcome.account.totals.inserted == 1)
        #expect(try site.texts("sentry_option", "value") == ["1", "3"])
        let chunk = try #require(try site.rows("sentry_regionimportchunk").last)
        #expect(chunk["existing_map"]?.text?.filter { $0 != " " } == #"{"1":1,"3":2}"#)
        #expect(chunk["inserted_map"]?.text?.filter { $0 != " " } == #"{"2":2}"#)
    }

    @Test(arguments: Engine.allCases) func anOverwrittenOptionTakesEveryImportedValue(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.config).add("sentry.controloption", [(1, #"{"key":"a","value":"1","last_updated_by":"x"}"#)])
        let work = try site.worker(.config, ImportFlags(overwriteConfigs: true), uuid: uuidB)
        let outcome = try work.add(
            "sentry.controloption",
            [
                (1, #"{"key":"a","value":"2","last_updated_by":"y"}"#), (2, #"{"key":"b","value":"3"}"#),
                (3, #"{"key":"a","value":"4"}"#),
            ])
        #expect(outcome.account.totals.overwritten == 2)
        #expect(outcome.account.totals.inserted == 1)
        let rows = try site.rows("sentry_controloption")
        #expect(rows.map { $0["value"]?.text } == ["4", "3"])
        #expect(rows[0]["last_updated_by"] == .text("unknown"))
        #expect(work.map["sentry.controloption", 3]?.kind == .overwritten)
    }

    @Test(arguments: Engine.allCases) func aRelayUsageIsFoundByIDAndVersion(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.config)
        try work.add("sentry.relayusage", [(1, #"{"relay_id":"r","version":"1"}"#)])
        let outcome = try work.add(
            "sentry.relayusage",
            [(2, #"{"relay_id":"r","version":"2"}"#), (3, #"{"relay_id":"r","version":"1"}"#)], from: 2)
        #expect(outcome.account.totals.inserted == 1)
        #expect(outcome.account.totals.existing == 1)
    }

    @Test(arguments: Engine.allCases) func keysThatAreNullFindByTheOthersOrFail(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.config)
        try work.add("sentry.relayusage", [(1, #"{"relay_id":"r","version":"7"}"#)])
        let found = try work.add("sentry.relayusage", [(2, #"{"relay_id":null,"version":"7"}"#)], from: 2)
        #expect(found.account.totals.existing == 1)
        let finding = try work.refusal(
            "sentry.relayusage",
            [(3, #"{"relay_id":"s","version":"1"}"#), (4, #"{"relay_id":null,"version":"8"}"#)], from: 3)
        expect(finding, .integrityError, "sentry.relayusage", 4, pk: 4)
        let option = try work.refusal("sentry.option", [(1, #"{"key":null,"value":"1"}"#)])
        expect(option, .integrityError, "sentry.option", 1, pk: 1)
    }

    @Test(arguments: Engine.allCases) func permissionsAndRolesOfMergedUsers(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.worker(.config).add("sentry.user", [(1, #"{"username":"a","name":"","email":""}"#)])
        let work = try site.worker(.config, ImportFlags(mergeUsers: true), uuid: uuidB)
        try work.add(
            "sentry.user",
            [(5, #"{"username":"a","name":"","email":""}"#), (6, #"{"username":"b","name":"","email":""}"#)])
        let permissions = try work.add(
            "sentry.userpermission", [(1, #"{"user":5,"permission":"p"}"#), (2, #"{"user":6,"permission":"p"}"#)])
        #expect(permissions.reasons == ["merged"])
        try work.add("sentry.userrole", [(1, #"{"name":"admin","permissions":"['a', 'b']"}"#)])
        // Role assignments have no such rule, and nothing that keeps them unique.
        let roles = try work.add(
            "sentry.userroleuser", [(1, #"{"user":5,"role":1}"#), (2, #"{"user":5,"role":1}"#)])
        #expect(roles.account.totals.inserted == 2)
        #expect(try site.column("sentry_userrole", "permissions") == [.textArray(["a", "b"])])
    }
}
