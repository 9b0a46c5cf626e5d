import Catalogue

/// Stands for a folded text: two hashes with different seeds, so that no two texts share both.
struct TextKey: Hashable {
    private let first: Int
    private let second: Int

    init(_ folded: ExactText) {
        first = folded.hashValue
        var hasher = Hasher()
        hasher.combine(1)
        hasher.combine(folded)
        second = hasher.finalize()
    }
}
