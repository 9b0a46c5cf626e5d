import Catalogue
import Testing

@testable import Import
@testable import Ledger

@Suite struct DecisionsTests {
    private func row(_ ordinal: Int64) -> Row {
        Row(ordinal: ordinal, sourcePK: 100 + ordinal, values: [.integer(ordinal)])
    }

    private func expect(
        _ decisions: Decisions, inserts: [Int64], updates: [Int64: Int64] = [:], checks: [Int64], fates: [String]?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(decisions.inserts.map(\.ordinal) == inserts, sourceLocation: sourceLocation)
        #expect(decisions.updates.mapValues(\.ordinal) == updates, sourceLocation: sourceLocation)
        #expect(decisions.rowsToCheck.map(\.ordinal) == checks, sourceLocation: sourceLocation)
        #expect(decisions.fates?.map(Self.text) == fates, sourceLocation: sourceLocation)
    }

    private static func text(_ fate: Decisions.Fate) -> String {
        switch fate {
        case .inserted(let place, let kind): "insert \(place) as \(kind)"
        case .matched(.stored(let id), let kind): "stored \(id) as \(kind)"
        case .matched(.inserted(let place), let kind): "same as \(place) as \(kind)"
        case .dropped(let reason): reason.text
        }
    }

    @Test func allRowsAreInsertedAsTheyAre() {
        expect(Decisions(inserting: [row(1), row(2)]), inserts: [1, 2], checks: [1, 2], fates: nil)
    }

    @Test func aChangeConcernsEveryRow() {
        let decisions = Decisions.inserting([row(1), row(2)]) { $0.values[0] = .null }
        #expect(decisions.inserts.map(\.values) == [[.null], [.null]])
        expect(decisions, inserts: [1, 2], checks: [1, 2], fates: nil)
    }

    @Test func everySourceRowHasAFate() {
        var decisions = Decisions()
        let target = decisions.insert(row(1))
        decisions.drop(.superseded)
        decisions.match(target, as: .existing)
        decisions.insert(row(4), as: .existing)
        decisions.match(.stored(9), as: .existing)
        expect(
            decisions, inserts: [1, 4], checks: [1, 4],
            fates: [
                "insert 0 as inserted", "superseded", "same as 0 as existing", "insert 1 as existing",
                "stored 9 as existing",
            ])
    }

    /// Rows 1 and 4 share a key, 2 and 5 find a stored row, 3 and 6 have no key.
    private static let keys = ["a", "b", nil, "a", "b", nil]

    @Test func theLastRowOfAKeyStands() {
        var upsert = Upsert(["b": 7, "c": 8])
        for (index, key) in Self.keys.enumerated() { upsert.add(row(Int64(index) + 1), key: key, found: .overwritten) }
        expect(
            upsert.decisions, inserts: [4, 3, 6], updates: [7: 5], checks: [1, 2, 3, 4, 5, 6],
            fates: [
                "insert 0 as inserted", "stored 7 as overwritten", "insert 1 as inserted", "same as 0 as overwritten",
                "stored 7 as overwritten", "insert 2 as inserted",
            ])
    }

    @Test func theFirstRowOfAKeyStands() {
        var upsert = Upsert(["b": 7, "c": 8], keepsFirst: true)
        for (index, key) in Self.keys.enumerated() { upsert.add(row(Int64(index) + 1), key: key, found: .existing) }
        expect(
            upsert.decisions, inserts: [1, 3, 6], checks: [1, 3, 6],
            fates: [
                "insert 0 as inserted", "stored 7 as existing", "insert 1 as inserted", "same as 0 as existing",
                "stored 7 as existing", "insert 2 as inserted",
            ])
    }
}
