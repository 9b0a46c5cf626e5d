import Catalogue

/// Texts that are replaced, to be found inside other texts. It takes some hundred bytes for each.
struct SoughtTexts: Sendable {
    /// What a text stands for.
    enum Meaning: Sendable {
        case text, email, address, url, uuid
        case twice(SecondKind)
        case slug(ofName: [UInt8])
    }

    private var meanings: [UInt64: Meaning] = [:]
    /// Lengths of texts by their first bytes, the longest first.
    private var lengths: [UInt32: [Int]] = [:]
    /// Which beginnings there are, by a few bits of them.
    private var filter: [Bool]

    /// Bytes of the shortest text that is sought. All texts are looked up by so many.
    private static let shortest = 3
    /// Texts with fewer characters are found only where they are words of their own.
    private static let shortestPart = 6
    private static let filterBits: UInt32 = 16

    init() { filter = Array(repeating: false, count: 1 << Self.filterBits) }

    /// The first meaning of a text stays.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>, _ meaning: Meaning) {
        guard text.count >= Self.shortest else { return }
        let key = StableHash.of(text)
        guard meanings[key] == nil else { return }
        meanings[key] = meaning
        let start = Self.start(text, 0)
        filter[Self.filterPlace(start)] = true
        var known = lengths[start] ?? []
        guard !known.contains(text.count) else { return }
        known.append(text.count)
        lengths[start] = known.sorted(by: >)
    }

    /// The longest text that begins at a place.
    func longest(
        in text: UnsafeBufferPointer<UInt8>, at place: Int
    ) -> (length: Int, meaning: Meaning)? {
        guard place + Self.shortest <= text.count else { return nil }
        let start = Self.start(text, place)
        guard filter[Self.filterPlace(start)], let lengths = lengths[start] else { return nil }
        for length in lengths where place + length <= text.count {
            let part = UnsafeBufferPointer(rebasing: text[place..<place + length])
            guard let meaning = meanings[StableHash.of(part)] else { continue }
            if Self.isLong(part) || TextRuns.isWord(text, place..<place + length) { return (length, meaning) }
        }
        return nil
    }

    private static func isLong(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // Continuation bytes are no characters of their own.
        text.lazy.filter { $0 & 0xC0 != 0x80 }.prefix(shortestPart).count == shortestPart
    }

    @inline(__always)
    private static func start(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> UInt32 {
        UInt32(text[place]) << 16 | UInt32(text[place + 1]) << 8 | UInt32(text[place + 2])
    }

    @inline(__always)
    private static func filterPlace(_ start: UInt32) -> Int { Int((start &* 0x9E37_79B1) >> (32 - filterBits)) }
}
