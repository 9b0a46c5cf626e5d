import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

/// Encodings and defaults that no recorded case carries, from the file's text to the stored value.
@Suite struct StoredFormTests {
    @Test(arguments: Engine.allCases) func flagsKeepTheirBits(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker()
        // Eleven bits are defined: −1 as a number is all of them; as text it is what it says.
        let flags = ["null", "-1", #""-1""#, #""5""#, "64"]
        try work.add(
            "sentry.organization",
            flags.enumerated().map { (Int64($0 + 1), #"{"name":"n","slug":"o\#($0)","flags":\#($1)}"#) })
        let stored: [Value] = [.integer(0), .integer(2047), .integer(-1), .integer(5), .integer(64)]
        #expect(try site.column("sentry_organization", "flags") == stored)
    }

    @Test(arguments: Engine.allCases) func arraysInEverySpelling(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        try addBasics(work)
        let spellings = [#""{a.b,c}""#, #""['a.b', 'c']""#, #""[\"a.b\", \"c\"]""#, #"["a.b","c"]"#, "null", #""{}""#]
        try work.add(
            "sentry.userrole",
            spellings.enumerated().map { (Int64($0 + 1), #"{"name":"r\#($0)","permissions":\#($1)}"#) })
        let two = Value.textArray(["a.b", "c"])
        #expect(
            try site.column("sentry_userrole", "permissions") == [
                two, two, two, two, .textArray([]), .textArray([]),
            ])
        try work.add("sentry.dashboard", [(1, #"{"organization":10,"title":"D","created_by_id":20}"#)])
        try work.add("sentry.dashboardwidget", [(1, #"{"dashboard":1,"order":0,"title":"W","display_type":0}"#)])
        let query = #""widget":1,"name":"","fields":"['x']","conditions":"","orderby":"""#
        try work.add(
            "sentry.dashboardwidgetquery",
            [
                (1, #"{\#(query),"order":0,"aggregates":"[\"count()\",\"p95(d)\"]","columns":null}"#),
                (2, #"{\#(query),"order":1,"aggregates":"[]","columns":"[\"é\"]"}"#),
            ])
        #expect(
            try site.column("sentry_dashboardwidgetquery", "aggregates") == [
                .textArray(["count()", "p95(d)"]), .textArray([]),
            ])
        #expect(try site.column("sentry_dashboardwidgetquery", "columns") == [.null, .textArray(["é"])])
    }

    @Test(arguments: Engine.allCases) func nestedJSONInsideAString(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        try addBasics(work)
        let metadata = [#"{"b":1,"a":"é"}"#, #""{\"b\": 1, \"a\": \"é\"}""#]
        try work.add(
            "sentry.integration",
            metadata.enumerated().map {
                (Int64($0 + 1), #"{"provider":"p","external_id":"\#($0)","name":"n","metadata":\#($1)}"#)
            })
        let text = #"{"b":1,"a":"\u00e9"}"#
        #expect(try site.texts("sentry_integration", "metadata") == [text, text])
        #expect(try site.column("auth_user", "is_sentry_app") == [.null], "a nullable boolean without a value")
    }

    @Test(arguments: Engine.allCases) func whatAMissingKeyBecomes(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.global)
        try addBasics(work)
        try work.add("sentry.apiapplication", [(1, "{}"), (2, "{}")])
        try work.add("sentry.apigrant", [(1, #"{"user":20,"application":1}"#)])
        try work.add("sentry.apitoken", [(1, #"{"user":20}"#)])
        let digits = "[0-9a-f]{64}"
        for column in ["client_id", "client_secret"] {
            let made = try site.texts("sentry_apiapplication", column)
            #expect(made.allSatisfy { matches($0, digits) } && made[0] != made[1], "\(column)")
        }
        #expect(try site.texts("sentry_apiapplication", "name").allSatisfy { matches($0, "[A-Z][a-z]+ [A-Z][a-z]+") })
        #expect(matches(try site.texts("sentry_apigrant", "code")[0], digits))
        #expect(try site.column("sentry_apigrant", "expires_at") == [.timestamp(fixedNow + 600_000_000)])
        #expect(try site.column("sentry_apitoken", "expires_at") == [.timestamp(fixedNow + 30 * 86_400_000_000)])
        #expect(matches(try site.texts("sentry_apitoken", "token")[0], digits))
    }
}
