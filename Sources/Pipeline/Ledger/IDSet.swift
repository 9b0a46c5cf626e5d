/// A set of ids, most of which follow each other: a few bits per id.
package struct IDSet: Sendable {
    /// id / 64 → one bit per id.
    private var words: [Int64: UInt64] = [:]

    package init() {}

    package func contains(_ id: Int64) -> Bool { (words[id >> 6] ?? 0) & Self.bit(id) != 0 }

    /// Returns whether the id was not in the set.
    @discardableResult
    package mutating func insert(_ id: Int64) -> Bool {
        let bit = Self.bit(id)
        let word = words[id >> 6] ?? 0
        guard word & bit == 0 else { return false }
        words[id >> 6] = word | bit
        return true
    }

    private static func bit(_ id: Int64) -> UInt64 { 1 << UInt64(id & 63) }
}
