internal import Glibc

/// What searches look at, of all relocations together: one text is searched faster than thousands.
struct SearchWords: Sendable {
    /// The words of each, and an end that no search has.
    fileprivate var bytes: [UInt8] = []
    /// Where the words of each begin.
    fileprivate var starts: [Int] = []

    init() {}

    init(_ entries: [RelocationIndex.Entry]) {
        starts.reserveCapacity(entries.count)
        for entry in entries {
            starts.append(bytes.count)
            bytes += entry.words
            bytes.append(0)
        }
    }
}

/// A text that is looked for in many others.
struct SoughtText {
    private let text: String
    private let bytes: [UInt8]
    private let isASCII: Bool
    /// The first digits of a UUID; empty if the text cannot be that.
    private let digits: String

    init(_ wanted: String) {
        text = wanted.lowercased().trimmed
        bytes = Array(text.utf8)
        isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        let hex = text.filter { $0 != "-" }
        digits = hex.allSatisfy(\.isHexDigit) ? hex : ""
    }

    /// - Parameter words: those of the same entries
    func found(in entries: [RelocationIndex.Entry], _ words: SearchWords) -> [RelocationIndex.Entry] {
        if bytes.isEmpty { return entries }
        // A zero ends words, so none is found.
        let places = bytes.contains(0) ? [] : places(in: words)
        // Only these are compared otherwise: characters take many times as long as bytes.
        guard !digits.isEmpty || !isASCII else { return places.map { entries[$0] } }
        let known = Set(places)
        return entries.indices.filter { known.contains($0) || isOtherwise(in: entries[$0]) }.map { entries[$0] }
    }

    private func isOtherwise(in entry: RelocationIndex.Entry) -> Bool {
        (!digits.isEmpty && entry.digits.hasPrefix(digits))
            || (!isASCII && String(decoding: entry.words, as: UTF8.self).contains(text))
    }

    /// The entries that have these bytes.
    private func places(in words: SearchWords) -> [Int] {
        words.bytes.withUnsafeBytes { all in
            var (found, place, from) = ([Int](), 0, 0)
            while place < words.starts.count, let hit = first(in: all, from: from) {
                while place + 1 < words.starts.count, words.starts[place + 1] <= hit { place += 1 }
                found.append(place)
                place += 1
                from = place < words.starts.count ? words.starts[place] : all.count
            }
            return found
        }
    }

    private func first(in all: UnsafeRawBufferPointer, from: Int) -> Int? {
        guard let base = all.baseAddress, let begin = bytes.first else { return nil }
        var place = from
        while all.count - place >= bytes.count, let hit = memchr(base + place, Int32(begin), all.count - place) {
            place = base.distance(to: hit)
            guard all.count - place >= bytes.count else { return nil }
            if memcmp(hit, bytes, bytes.count) == 0 { return place }
            place += 1
        }
        return nil
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
