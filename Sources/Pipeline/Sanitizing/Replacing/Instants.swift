/// The points in time of a file. Each is replaced by one between the midpoints to its neighbours, so that their order stays.
struct Instants {
    /// Microseconds since 1970, ascending, each once.
    private let instants: [Int64]

    /// - Parameter found: microseconds since 1970, in any order and number
    init(_ found: consuming [Int64]) {
        found.sort()
        var kept = 0
        for place in found.indices where place == 0 || found[place] != found[kept - 1] {
            found[kept] = found[place]
            kept += 1
        }
        found.removeLast(found.count - kept)
        instants = found
    }

    /// Milliseconds since 1970; nil for an instant that the file does not have.
    func replacement(of instant: Int64, _ key: RunKey) -> Int64? {
        guard let place = place(of: instant) else { return nil }
        let previous = place > 0 ? instants[place - 1] : instant
        let following = place + 1 < instants.count ? instants[place + 1] : instant
        let low = -Self.milliseconds(ofTwice: -instant - previous)
        let high = Self.milliseconds(ofTwice: instant + following)
        // Between close neighbours there may be no whole millisecond: the one before keeps the order.
        guard low <= high else { return high }
        var random = key.stream(.instant, instant)
        return random.next(in: low...high)
    }

    /// Half of a sum of microseconds, rounded down to milliseconds.
    private static func milliseconds(ofTwice microseconds: Int64) -> Int64 {
        (microseconds / 2000) - (microseconds % 2000 < 0 ? 1 : 0)
    }

    private func place(of instant: Int64) -> Int? {
        var (low, high) = (0, instants.count)
        while low < high {
            let middle = (low + high) / 2
            if instants[middle] < instant { low = middle + 1 } else { high = middle }
        }
        return low < instants.count && instants[low] == instant ? low : nil
    }
}
