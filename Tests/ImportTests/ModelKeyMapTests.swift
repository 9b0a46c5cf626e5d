import Testing

@testable import Import
@testable import Ledger

@Suite struct ModelKeyMapTests {
    private func entry(_ newPK: Int64, _ kind: MappingKind = .inserted, earlier: Bool = false) -> PrimaryKeyMap.Entry {
        PrimaryKeyMap.Entry(newPK: newPK, kind: kind, isEarlier: earlier)
    }

    /// Stretches, gaps, keys out of order, and keys that come twice, against a plain dictionary.
    @Test func itMapsAsADictionaryDoes() {
        let sources: [Int64] = [1, 2, 3, 7, 8, 8, 20, 5, 2, 21, -4, 22, .max, 0, 7]
        var map = ModelKeyMap()
        var expected: [Int64: PrimaryKeyMap.Entry] = [:]
        for (index, source) in sources.enumerated() {
            let entry = entry(100 + Int64(index), index % 5 == 0 ? .existing : .inserted, earlier: index > 9)
            map.insert(source, entry)
            expected[source] = entry
        }
        for source in sources + [4, 6, 9, 19, 23, -5, .min] { #expect(map[source] == expected[source], "\(source)") }
        #expect(map.count == expected.count)
        #expect(map.holdsEarlier)
        for kind in [MappingKind.inserted, .existing, .overwritten] {
            let wanted = expected.values.filter { $0.kind == kind }.map(\.newPK).sorted()
            #expect(map.newPKs(of: [kind]) == wanted)
        }
        let pairs = map.sourcePKs(of: Set(expected.values.map(\.newPK)))
        #expect(
            Dictionary(pairs.map { ($0.sourcePK, $0.newPK) }, uniquingKeysWith: { first, _ in first })
                == expected.mapValues(\.newPK))
        #expect(pairs.count == expected.count)
    }

    @Test func stretchesEndWhereKindOrDestinationChanges() {
        var map = ModelKeyMap()
        map.insert(1, entry(10))
        map.insert(2, entry(11))
        map.insert(3, entry(12, .existing))
        map.insert(4, entry(20))
        #expect([1, 2, 3, 4].map { map[$0]?.newPK } == [10, 11, 12, 20])
        #expect(map[3]?.kind == .existing)
        #expect(!map.holdsEarlier)
        #expect(map[5] == nil && map[0] == nil)
    }
}
