import TextForms

/// E-mail addresses, compared without regard to letter case as `citext` does. It keeps 128 bits of each, from a hash with a
/// secret of the process: addresses that are taken for each other do not occur.
struct AddressSet {
    private struct Digest: Hashable, Comparable {
        let first: Int
        let second: Int

        init(_ address: String) {
            let folded = LowerCaseFolding.folded(address)
            first = Self.hash(folded, 1)
            second = Self.hash(folded, 2)
        }

        private static func hash(_ text: String, _ number: UInt8) -> Int {
            var hasher = Hasher()
            hasher.combine(number)
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            return hasher.finalize()
        }

        static func < (left: Digest, right: Digest) -> Bool { (left.first, left.second) < (right.first, right.second) }
    }

    private var digests: [Digest] = []

    mutating func insert(_ address: String) { digests.append(Digest(address)) }

    /// Ends the insertions; look-ups come after it.
    mutating func seal() { digests.sort() }

    func contains(_ address: String) -> Bool {
        let wanted = Digest(address)
        var low = 0
        var high = digests.count
        while low < high {
            let middle = (low + high) / 2
            if digests[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < digests.count && digests[low] == wanted
    }
}
