/// Mutates the inputs of the corpus: the same mutations for the same seed.
struct Mutator {
    private var random: SplitMix64
    private let corpus: [[UInt8]]

    /// What the formats are made of.
    private static let tokens = [
        "[", "]", "{", "}", "\"", "\\", ",", ":", "null", "true", "1e999", "-0", "\\u0000", "\\ud800", "'", "(", ")",
        "\u{FEFF}", "99999999999999999999", "\"pk\":", "\"model\":", "\"fields\":", "\r\n", "*3\r\n", "$-1\r\n",
        ":-1\r\n",
    ].map { Array($0.utf8) }

    init(seed: UInt64, corpus: [[UInt8]]) {
        random = SplitMix64(state: seed)
        self.corpus = corpus
    }

    mutating func next() -> [UInt8] {
        var input = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&input) }
        return input
    }

    private mutating func mutate(_ input: inout [UInt8]) {
        let place = Int.random(in: 0...input.count, using: &random)
        let length = Int.random(in: 0...min(32, input.count - place), using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: input.removeSubrange(place..<place + length)
        case 2: input.insert(contentsOf: input[place..<place + length], at: place)
        case 3: input.removeLast(input.count - place)
        case 4: input.insert(contentsOf: Self.tokens.randomElement(using: &random) ?? [], at: place)
        case 5:
            let other = corpus.randomElement(using: &random) ?? []
            input = Array(input[..<place] + other[Int.random(in: 0...other.count, using: &random)...])
        default:
            let bracket = Self.tokens.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...60, using: &random) { input.insert(contentsOf: bracket, at: place) }
        }
    }
}

/// Steele, Lea and Flood's generator.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
