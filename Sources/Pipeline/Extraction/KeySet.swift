/// Primary keys as ranges: keys that follow each other take no room of their own.
final class KeySet {
    private var ranges: [ClosedRange<Int64>] = []
    /// Where the last look-up ended: the next one is often there or right behind it.
    private var last = 0
    private(set) var count = 0

    init() {}

    /// Keys in any order, perhaps repeated.
    init(_ keys: [Int64]) {
        for key in keys.sorted() where key != ranges.last?.upperBound { append(key) }
    }

    /// Adds a key that is greater than all before.
    func append(_ key: Int64) {
        count += 1
        if let end = ranges.last, end.upperBound == key &- 1 {
            ranges[ranges.count - 1] = end.lowerBound...key
        } else {
            ranges.append(key...key)
        }
    }

    func contains(_ key: Int64) -> Bool {
        if last < ranges.count, ranges[last].contains(key) { return true }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < key { low = middle + 1 } else { high = middle }
        }
        last = low
        return low < ranges.count && ranges[low].contains(key)
    }

    /// All keys, ascending.
    var keys: [Int64] { ranges.flatMap { Array($0) } }
}
