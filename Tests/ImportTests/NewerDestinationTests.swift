import Catalogue
import Foundation
import Testing
import TestSupport

@testable import Cutting
@testable import Import
@testable import Ledger
@testable import Storage

/// The folder of reference material, if there is one.
private let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

/// Real exports into a destination that is made from what was read of June 2026.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct NewerDestinationTests {
    /// Where exports and descriptions of versions are.
    private static func root() throws -> String { try #require(material) }

    @Test(arguments: Engine.allCases, ["exhaustive-24_8_0", "exhaustive-head"])
    func takesAnExhaustiveExport(_ engine: Engine, _ file: String) throws {
        let folder = try Self.root()
        let schema = try NewerSchema(folder + "/versions/newer.json")
        let site = try NewerSite(engine, schema)
        let raw = try site.connect()
        let fit = try raw.fit(.standard)
        #expect(fit.mismatches.filter(\.isFatal) == [], "\(fit.mismatches.filter(\.isFatal))")
        #expect(fit.version == "26.6")
        #expect(fit.catalogue.version == SentryVersion(26, 6))
        #expect(fit.count(.impossible) == 19, "\(fit.models.filter { $0.verdict == .impossible }.map(\.model))")

        let path = "\(folder)/exports/\(file).json"
        let destination = Destination(raw, by: fit)
        let first = try FileImport(path, .global, into: destination) { _ in fit.catalogue }
        #expect(first.isComplete, "\(first.account.totals) of \(first.survey.rowsTotal)")
        let totals = first.account.totals
        #expect(totals.inserted + totals.existing + totals.overwritten > 100)
        #expect(Set(totals.dropped.keys).isSubset(of: ["deletedModel", "superseded"]), "\(totals.dropped)")
        let contents = try Site.contents(destination, fit.catalogue)
        let second = try FileImport(
            path, .global, into: Destination(try site.connect(), by: fit)
        ) { _ in fit.catalogue }
        let isSame = try Site.contents(destination, fit.catalogue) == contents
        #expect(isSame && second.account.totals.total == totals.total)
        // Tests/versions-table reads this line.
        print(
            "version \(file == "exhaustive-head" ? "24.9" : "24.8") to \(fit.version) \(engine): \(isSame && first.isComplete ? "right" : "wrong")"
        )
    }
}
