import Testing

@testable import Import

/// Names for what has none.
@Suite struct NameSuffixesTests {
    /// One name in 281 would be digits alone, of which an organization's slug cannot be made.
    @Test(arguments: [nil, "seed"]) func aNamelessOneIsNeverANumber(_ seed: String?) {
        let suffixes = NameSuffixes(SecureRandom(), seed: seed)
        let names = (1...5000).map { suffixes.nameless(12, for: "docs\($0)") }
        #expect(names.allSatisfy { $0.contains(where: \.isLetter) })
        #expect(names.allSatisfy { matches($0, "[0-9a-f]{12}") })
        #expect(Set(names).count == names.count)
    }

    /// A plan and its import tell the same.
    @Test func aSeedGivesTheSameNamesAgain() {
        let first = NameSuffixes(SecureRandom(), seed: "seed"), second = NameSuffixes(SecureRandom(), seed: "seed")
        #expect((1...5000).allSatisfy { first.nameless(12, for: "\($0)") == second.nameless(12, for: "\($0)") })
    }
}
