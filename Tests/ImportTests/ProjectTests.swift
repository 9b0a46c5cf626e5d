import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

@Suite struct ProjectTests {
    @Test(arguments: Engine.allCases) func savingAProjectMakesAKeyAndAnOption(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let project = Value.integer(try work.newPK("sentry.project", 40))
        try work.complete()
        let key = try #require(try site.rows("sentry_projectkey").first)
        #expect(key["project_id"] == project)
        #expect(key["label"] == .text("Default"))
        #expect(matches(key["public_key"]?.text, "[0-9a-f]{32}"))
        #expect(matches(key["secret_key"]?.text, "[0-9a-f]{32}"))
        #expect(key["roles"] == .integer(1))
        #expect(key["data"] == .text(#"{"dynamicSdkLoaderOptions":{"hasPerformance":true,"hasReplay":true}}"#))
        let option = try #require(try site.rows("sentry_projectoptions").first)
        #expect(option["project_id"] == project)
        #expect(option["key"] == .text("sentry:option-epoch"))
        #expect(option["value"] == .text("13"))
    }

    @Test(arguments: Engine.allCases) func aTemplateThatHasTheEpochSparesTheOption(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
        try work.add(
            "sentry.projecttemplate",
            [(1, #"{"organization":10,"name":"t"}"#), (2, #"{"organization":10,"name":"u"}"#)])
        try work.add(
            "sentry.projecttemplateoption",
            [
                (1, #"{"project_template":1,"key":"sentry:option-epoch","value":"9"}"#),
                (2, #"{"project_template":2,"key":"other","value":"9"}"#),
            ])
        try work.add(
            "sentry.project",
            [
                (1, #"{"organization":10,"slug":"a","name":"a","template":1}"#),
                (2, #"{"organization":10,"slug":"b","name":"b","template":2}"#),
            ])
        let with = Value.integer(try work.newPK("sentry.project", 2))
        try work.complete()
        #expect(try site.column("sentry_projectoptions", "project_id") == [with])
    }

    /// A project asks its template for what its key says of the loader, and the template knows no default.
    @Test(arguments: Engine.allCases) func aTemplateDecidesWhatTheMadeKeyHolds(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try work.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
        try work.add(
            "sentry.projecttemplate", (1...3).map { (Int64($0), #"{"organization":10,"name":"t\#($0)"}"#) })
        try work.add(
            "sentry.projecttemplateoption",
            [
                (1, #"{"project_template":2,"key":"sentry:default_loader_options","value":"{\"hasDebug\": true}"}"#),
                (2, #"{"project_template":3,"key":"sentry:default_loader_options","value":null}"#),
            ])
        try work.add(
            "sentry.project",
            (1...3).map { (Int64($0), #"{"organization":10,"slug":"p\#($0)","name":"p","template":\#($0)}"#) })
        try work.complete()
        #expect(
            try site.texts("sentry_projectkey", "data") == [
                "{}", #"{"dynamicSdkLoaderOptions":{"hasDebug":true}}"#, "{}",
            ])
    }

    @Test(arguments: Engine.allCases) func anImportedOptionTakesThePlaceOfTheMadeOne(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        let outcome = try work.add(
            "sentry.projectoption",
            [
                (1, #"{"project":40,"key":"sentry:option-epoch","value":11}"#),
                (2, #"{"project":40,"key":"foo","value":"{\"a\":\"é\"}"}"#),
                (3, #"{"project":40,"key":"foo","value":"1"}"#),
            ])
        #expect(outcome.account.totals.inserted == 3)
        // The project keeps the imported epoch.
        try work.complete()
        #expect(try site.texts("sentry_projectoptions", "value") == ["11", "1"])
        #expect(try work.newPK("sentry.projectoption", 2) == work.newPK("sentry.projectoption", 3))
    }

    @Test(arguments: Engine.allCases) func everyKeyIsKeptAcrossChunksAndWorkers(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        try addBasics(work)
        func key(_ number: Int64, _ digit: String) -> (pk: Int64, fields: String) {
            let hex = String(repeating: digit, count: 32)
            return (number, #"{"project":40,"label":"k\#(number)","public_key":"\#(hex)","secret_key":"\#(hex)"}"#)
        }
        try work.add("sentry.projectkey", [key(1, "a"), key(2, "b")])
        try work.add("sentry.projectkey", [key(3, "c")], from: 3)
        try site.worker().add("sentry.projectkey", [key(4, "d")], from: 4)
        // None is made for a project that has some.
        try site.worker().complete()
        #expect(try site.texts("sentry_projectkey", "label") == ["k1", "k2", "k3", "k4"])
        let other = try site.worker(uuid: uuidB)
        try addBasics(other)
        try other.add(
            "sentry.projectkey",
            [
                key(1, "a"),
                (2, #"{"project":40,"label":"","public_key":"\#(String(repeating: "e", count: 32))","secret_key":""}"#),
            ])
        let rows = try site.rows("sentry_projectkey").suffix(2).map { $0 }
        #expect(rows[0]["public_key"] != .text(String(repeating: "a", count: 32)))
        #expect(matches(rows[0]["public_key"]?.text, "[0-9a-f]{32}"))
        #expect(rows[1]["public_key"] == .text(String(repeating: "e", count: 32)))
        #expect(matches(rows[1]["secret_key"]?.text, "[0-9a-f]{32}"))
        #expect(matches(rows[1]["label"]?.text, "[A-Z][a-z]+ [A-Z][a-z]+"))
    }

    @Test(arguments: Engine.allCases) func globalKeepsProjectKeysOfTheSource(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        try work.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
        try work.add("sentry.project", [(4040, #"{"organization":10,"slug":"web","name":"Web"}"#)])
        #expect(try work.newPK("sentry.project", 4040) == 4040)
        try work.complete()
        #expect(try site.column("sentry_projectkey", "project_id") == [.integer(4040)])
        let finding = try work.refusal(
            "sentry.project",
            [
                (4041, #"{"organization":10,"slug":"x","name":"x"}"#),
                (4040, #"{"organization":10,"slug":"y","name":"y"}"#),
            ], from: 2)
        expect(finding, .integrityError, "sentry.project", 3, pk: 4040)
        // Ids made by the database go on above the one that was kept.
        let later = try site.worker(uuid: uuidB)
        try addBasics(later)
        #expect(try later.newPK("sentry.project", 40) > 4040)
    }
}
