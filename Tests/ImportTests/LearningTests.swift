import Foundation
import Testing
import TestSupport

@testable import Catalogue
@testable import Cutting
@testable import ExportFormat
@testable import Import
@testable import Ledger
@testable import Storage

/// A catalogue that does not know a model: what learning it must bring back.
enum Hiding {
    static func catalogue(without name: String) throws -> Catalogue {
        let model = try #require(Catalogue.standard.model(name))
        let texts = CatalogueText.models.map { text in
            text.split(separator: "\n", omittingEmptySubsequences: false).split(separator: "").filter { block in
                block.first?.split(separator: " ").dropFirst(2).first.map(String.init) != name
            }.map { block in
                block.map { line in
                    line.hasSuffix(":\(name) fk") || line.contains(":\(name) fk ")
                        ? line.replacingOccurrences(of: ":\(name) fk", with: ":\(name) references=\(model.table.name)")
                        : String(line)
                }.joined(separator: "\n")
            }.joined(separator: "\n\n")
        }
        let short = name.hasPrefix("sentry.") ? String(name.dropFirst(7)) : name
        let order = CatalogueText.fullOrder.split(whereSeparator: { $0 == " " || $0 == "\n" }).filter {
            let word = $0.drop { $0 == "*" }
            return word != short && !word.hasPrefix("\(short)=")
        }.joined(separator: " ")
        return try Catalogue(models: texts, tables: CatalogueText.tables, fullOrder: order)
    }

    /// What an operator confirms: what the catalogue says of references without a constraint.
    static func confirmed(_ name: String) throws -> [String: String] {
        let model = try #require(Catalogue.standard.model(name))
        var out: [String: String] = [:]
        for column in model.columns where !column.isPrimaryKey && column.type.integerRange != nil {
            guard column.constrainedTable == nil else { continue }
            out["\(name).\(column.field)"] = column.reference?.model ?? "none"
        }
        return out
    }
}

@Suite struct LearningTests {
    private static let file = """
        [{"model":"sentry.organization","pk":10,"fields":{"name":"Acme","slug":"acme"}},
        {"model":"sentry.user","pk":20,"fields":{"username":"ann","email":"ann@example.com"}},
        {"model":"sentry.project","pk":40,"fields":{"organization":10,"slug":"web","name":"Web"}},
        {"model":"sentry.projectredirect","pk":41,"fields":{"organization":10,"project":40,"redirect_slug":"old"}},
        {"model":"sentry.projectbookmark","pk":42,"fields":{"project":40,"user_id":20}}]
        """

    private static let confirmed = [
        "sentry.projectbookmark.user_id": "sentry.user", "sentry.projectbookmark.project": "sentry.project",
    ]

    @Test(arguments: Engine.allCases) func aModelIsLearnedFromItsTable(_ engine: Engine) throws {
        let hidden = try Hiding.catalogue(without: "sentry.projectbookmark")
        let site = try Site(engine)
        let request = LearnRequest("sentry.projectbookmark", fields: ["project": .number, "user_id": .number])
        let open = try site.destination.learn([request], hidden, confirmed: [:])
        #expect(open.first?.problems.count == 2, "both references are told by their names only")
        #expect(
            open.first?.problems.contains {
                $0.contains("--learn-reference sentry.projectbookmark.user_id=sentry.user")
            } == true)
        let settled = try site.destination.learn([request], hidden, confirmed: Self.confirmed)
        #expect(settled.first?.problems == [])
        let lines = settled.first?.text.split(separator: "\n").map(String.init) ?? []
        #expect(lines.first?.hasSuffix("sentry.projectbookmark sentry_projectbookmark Organization Region") == true)
        #expect(
            lines.contains { $0.hasPrefix("  project_id bigint") && $0.hasSuffix("H:sentry.project field=project") })
        #expect(lines.contains { $0.hasPrefix("  user_id bigint") && $0.hasSuffix("H:sentry.user") })
        #expect(lines.contains { $0.hasPrefix("  unique ") && $0.contains("user_id") && $0.contains("project_id") })

        let folder = try TemporaryFolder()
        let path = try folder.write(Self.file, to: "learn.json")
        let result = try FileImport(
            path, .organizations, reading: hidden, into: site.destination,
            { survey in
                let learned = try site.destination.learn(survey.learned, hidden, confirmed: Self.confirmed)
                return try hidden.adding(learned.map(\.text))
            }, learns: true)
        #expect(result.isComplete && result.account.totals.inserted == 5, "\(result.account)")
        let user = try site.rows("auth_user").first?["id"]
        #expect(try site.rows("sentry_projectbookmark").first?["user_id"] == user)
    }

    /// A word that names nothing, or contradicts the table, is never passed over.
    @Test func wordsThatNameNothingAreRefused() throws {
        let requests = [LearnRequest("toys.gadget", fields: ["user_id": .number, "name": .text])]
        for (place, reason) in [
            "toys.gadjet.user_id": "toys.gadjet is no model to learn; the models are toys.gadget",
            "toys.gadget.userid": "toys.gadget has no field userid in the file; the fields are name, user_id",
        ] {
            let error = #expect(throws: ExportError.self) { try requests.mustHave([place: "sentry.user"]) }
            #expect(error?.kind.exitCode == 64)
            #expect(error?.message == "--learn-reference \(place)=sentry.user: \(reason)")
        }
        #expect(throws: ExportError.self) { try [LearnRequest]().mustHave(["toys.gadget.user_id": "none"]) }
        try requests.mustHave(["toys.gadget.user_id": "sentry.user", "toys.gadget.name": "none"])
        try [LearnRequest]().mustHave([:])
    }

    @Test(arguments: Engine.allCases) func wordsThatContradictTheTableAreProblems(_ engine: Engine) throws {
        let name = "sentry.projectredirect"
        let site = try Site(engine)
        let request = LearnRequest(
            name, fields: ["organization": .number, "project": .number, "redirect_slug": .text])
        let words = ["\(name).organization": "sentry.team", "\(name).redirect_slug": "sentry.project"]
        let found = try site.destination.learn(
            [request], try Hiding.catalogue(without: name), confirmed: words)
        let problems = found.first?.problems ?? []
        for problem in [
            "organization=sentry.team: its constraint refers to sentry_organization; leave this word out",
            "redirect_slug=sentry.project: a varchar(50) is no id; leave this word out",
        ] { #expect(problems.contains("--learn-reference \(name).\(problem)"), "\(problems)") }
    }

    @Test func whatIsNotPlainIsNotLearned() throws {
        let site = try Site(.sqlite)
        let odd = LearnRequest("sentry.odd\n  id bigint", fields: [:])
        #expect(try site.destination.learn([odd], .standard, confirmed: [:]).first?.text == "")
        let nowhere = LearnRequest("sentry.nowhere", fields: ["colour": .text])
        let found = try site.destination.learn([nowhere], .standard, confirmed: [:])
        #expect(found.first?.problems.first?.contains("no table") == true)
    }
}
