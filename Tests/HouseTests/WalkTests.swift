import Foundation
import Testing

/// ARCHITECTURE.md tells the way of one row from the file to its chunk row: a newcomer keeps ten names in mind.
@Suite struct WalkTests {
    @Test func oneRowsWayNamesAtMostTenTypes() throws {
        let text = try Repository.text("ARCHITECTURE.md")
        let walk = try #require(text.components(separatedBy: "\n## One row's way\n").dropFirst().first)
            .components(separatedBy: "\n## ")[0]
        let types = Set(walk.matches(of: #/`([A-Z][A-Za-z]+)`/#).map { String($0.1) })
        #expect(types.contains("RecordReader") && types.contains("Ledger"), "from the file to its chunk row")
        #expect(types.count <= 10, "\(types.sorted())")
    }
}
