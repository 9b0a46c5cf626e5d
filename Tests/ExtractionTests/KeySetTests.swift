import Testing

@testable import Extraction

@Suite struct KeySetTests {
    @Test(
        arguments: [
            [], [1], [1, 2, 3], [1, 3, 5, 6, 7, 100], [Int64.min, -1, 0, 1, .max], [5, 3, 4, 4, 9, 3],
        ] as [[Int64]])
    func containsItsKeys(_ keys: [Int64]) {
        let set = KeySet(keys)
        #expect(set.count == Set(keys).count && set.keys == Set(keys).sorted())
        let others = Set(keys.flatMap { [$0 &- 1, $0 &+ 1] }).subtracting(keys)
        for _ in 0..<2 {
            for key in keys.reversed() + keys { #expect(set.contains(key)) }
            for key in others { #expect(!set.contains(key)) }
        }
    }

    @Test func addressesAreComparedWithoutLetterCase() {
        var set = AddressSet()
        for address in ["A@example.com", "ÄÖ@example.com", "b@example.com", "b@example.com"] { set.insert(address) }
        set.seal()
        for address in ["a@EXAMPLE.com", "äö@example.com", "B@example.com"] { #expect(set.contains(address)) }
        for address in ["", "a@example.co", "a\u{308}o\u{308}@example.com"] { #expect(!set.contains(address)) }
    }

    @Test(
        arguments: [("a", ["a"]), ("a,b", ["a", "b"]), (",a,,", ["", "a"]), ("a, b\n", ["a", " b\n"])]
            as [(String, Set<String>)])
    func namesAreTakenAsTheyAre(_ text: String, _ names: Set<String>) throws {
        #expect(try RowSelection.names(parsing: text) == Set(names.map { Array($0.utf8) }))
    }

    @Test(arguments: ["", ",", ",,"]) func aFilterNamesSomebody(_ text: String) {
        #expect(throws: (any Error).self) { try RowSelection.names(parsing: text) }
    }
}
