import TextForms
internal import Crypto

/// What a taken name gets behind it: random characters, or such as follow from a seed. The import of a plan has the plan's
/// seed, so that it gives the names that the plan has told.
struct NameSuffixes {
    private let random: SecureRandom
    private let seed: String?

    /// - Parameter seed: nil for random characters
    init(_ random: SecureRandom, seed: String?) {
        self.random = random
        self.seed = seed
    }

    /// - Parameters:
    ///   - base: the name that is taken
    ///   - attempt: how many suffixes were tried before
    func suffix(_ length: Int, of alphabet: [UInt8], for base: String, attempt: Int) -> String {
        guard let seed else { return random.string(length, of: alphabet) }
        let digest = SHA256.hash(data: Array("\(seed)|\(attempt)|\(base)".utf8))
        let letters = digest.prefix(length).map { alphabet[Int($0) % alphabet.count] }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Bytes for the choice of a name.
    func bytes(_ count: Int, for base: String) -> [UInt8] {
        guard let seed else { return random.bytes(count) }
        return Array(SHA256.hash(data: Array("\(seed)|\(base)".utf8)).prefix(count))
    }

    /// A name for what has none: hexadecimal digits. One without a letter would be a number, which no slug may be, and would get
    /// a suffix; so the next one is taken.
    func nameless(_ length: Int, for base: String) -> String {
        var attempt = -1
        while true {
            let name = suffix(length, of: Alphabet.hexadecimal, for: base, attempt: attempt)
            if name.contains(where: \.isLetter) { return name }
            attempt -= 1
        }
    }
}
