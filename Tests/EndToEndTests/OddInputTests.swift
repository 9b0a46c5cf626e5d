import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Input that the reference accepts is accepted, with a warning that counts it.
@Suite struct OddInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let warning: String
        let source: Int
        let inserted: Int
        var dropped: [String: Int] = [:]
    }

    private static func keyed(_ name: String, _ pks: [String], _ warning: String) -> Case {
        let rows = pks.enumerated().map { row(pk: $0.element, #"{"username":"ada-\#($0.offset)"}"#) }
        // With each user its address, of which there are no rows in the file.
        return Case(
            testDescription: name, text: "[\(rows.joined(separator: ","))]", warning: warning, source: pks.count,
            inserted: pks.count)
    }

    static let cases: [Case] = [
        Case(testDescription: "[]", text: "[]", warning: "empty list: 0 rows", source: 0, inserted: 0),
        Case(testDescription: "{}", text: "{}", warning: "empty object: 0 rows", source: 0, inserted: 0),
        Case(
            testDescription: "unknown model",
            text: "[\(row(model: "getsentry.shoe")),\(row(model: "getsentry.shoe", pk: "2"))]",
            warning: "2 rows of the unknown model getsentry.shoe", source: 2, inserted: 0, dropped: ["unknownModel": 2]),
        Case(
            testDescription: "pk null", text: "[\(row(pk: "null", #"{"username":"ada"}"#))]",
            warning: "1 row without a primary key", source: 1, inserted: 0, dropped: ["missingPrimaryKey": 1]),
        Case(
            testDescription: "pk missing",
            text: #"[{"model":"sentry.user","fields":{"username":"ada"}},\#(row(#"{"username":"bob"}"#))]"#,
            warning: "1 row without a primary key", source: 2, inserted: 1, dropped: ["missingPrimaryKey": 1]),
        keyed("negative pk", ["-4", "-9223372036854775808"], "2 rows with a negative primary key"),
        keyed("pk 0", ["0"], "1 row with the primary key 0"),
        keyed("pk with a fraction", ["7.9", "8.0"], "with a fraction as primary key"),
        keyed("pk as a string", ["\"12\"", "\"13\""], "2 rows with a string as primary key"),
    ]

    @Test(arguments: cases) func isTakenAndCounted(_ item: Case) throws {
        let installation = try Installation()
        let file = try installation.folder.write(item.text, to: "export.json")
        let queued = try installation.enqueue("users", "--findings-file", installation.folder.file("f.json"), file)
        #expect(queued.code == 0, "\(queued.errors)")
        #expect(queued.errors.contains("Warning: ") && queued.errors.contains(item.warning), "\(queued.errors)")
        #expect(installation.folder.read("f.json") == "[]")
        #expect(try installation.worker("run", "--drain").code == 0)
        let status = try installation.status(queued.lastLine)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        #expect(status["dropped"] as? [String: Int] == item.dropped)
        #expect(
            status["rows"] as? [String: Int] == [
                "source": item.source, "inserted": item.inserted, "existing": 0, "overwritten": 0,
                "dropped": item.source - item.inserted,
            ])
        let warnings = try #require(status["warnings"] as? [String])
        #expect(warnings.contains { $0.contains(item.warning) }, "\(warnings)")
        #expect(try installation.table("auth_user").count == item.inserted)
    }

    /// A fraction is cut off: an option that names the whole number finds its user.
    @Test func aFractionIsCutOff() throws {
        let installation = try Installation()
        let option = row(
            model: "sentry.useroption", pk: "3",
            #"{"user":7,"project_id":null,"organization_id":null,"key":"language","value":"\"de\""}"#)
        let file = try installation.folder.write(
            "[\(row(pk: "7.9", #"{"username":"ada"}"#)),\(option)]", to: "export.json")
        try installation.enqueue("users", file)
        #expect(try installation.worker("run", "--drain").code == 0)
        let user = try #require(try installation.table("auth_user").first)
        #expect(try installation.table("sentry_useroption").map { $0["user_id"] } == [user["id"]])
    }

    /// With --strict a row before its parent is dropped as in Sentry, and enqueuing the file again never writes it either.
    @Test func aChildBeforeItsParentStaysDropped() throws {
        let installation = try Installation()
        let team = { (pk: String, slug: String) in
            row(model: "sentry.team", pk: pk, #"{"organization":5,"slug":"\#(slug)","name":"n"}"#)
        }
        let rows = [
            team("1", "early"), row(model: "sentry.organization", pk: "5", #"{"name":"Acme","slug":"acme"}"#),
            team("2", "late"), row(pk: "9", #"{"username":"ada"}"#), team("3", "later"),
        ]
        let file = try installation.folder.write("[\(rows.joined(separator: ","))]", to: "export.json")
        let uuid = try installation.enqueue("organizations", "--strict", file).lastLine
        #expect(try installation.worker("run", "--drain").code == 0)
        let counts = try installation.rows(uuid)
        #expect(counts == ["source": 5, "inserted": 4, "existing": 0, "overwritten": 0, "dropped": 1])
        let before = try installation.everything()
        for size in ["1", "2", "1000"] {
            let again = try installation.enqueue(
                "organizations", "--strict", "--import-uuid", uuid, "--chunk-size", size, file)
            #expect(again.lastLine == uuid, "\(again.errors)")
            #expect(try installation.worker("run", "--drain").code == 0)
            #expect(try installation.rows(uuid) == counts)
            #expect(try installation.table("sentry_team").map { $0["slug"] } == [.text("late"), .text("later")])
            #expect(try installation.everything() == before)
        }
    }
}
