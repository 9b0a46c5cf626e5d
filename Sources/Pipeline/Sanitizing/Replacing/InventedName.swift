/// Two capitalised words that can be spoken: `Molati Kaveso`. There are so many that two names of a file hardly ever get the
/// same one.
enum InventedName {
    private static let consonants = Array("bdhjklmnprstvwz".utf8)
    private static let vowels = Array("aeiou".utf8)
    private static let shortest = 3
    private static let longest = 8

    /// - Parameter length: of the name that is replaced, in characters; no word is longer, but each has three letters
    static func append(length: Int, _ random: inout RandomStream, to out: inout [UInt8]) {
        let most = min(max(length, shortest), longest)
        appendWord(most, &random, to: &out)
        out.append(UInt8(ascii: " "))
        appendWord(most, &random, to: &out)
    }

    private static func appendWord(_ most: Int, _ random: inout RandomStream, to out: inout [UInt8]) {
        let letters = max(shortest, most - Int(random.next(below: 2)))
        let start = out.count
        for place in 0..<letters { random.append(1, of: place.isMultiple(of: 2) ? consonants : vowels, to: &out) }
        out[start] ^= 0x20
    }
}
