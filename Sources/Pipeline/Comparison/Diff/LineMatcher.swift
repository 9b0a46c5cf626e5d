/// Finds the lines that two lists have in common, as Python's `difflib.SequenceMatcher` does: the longest run first, then
/// what lies before and behind it.
struct LineMatcher {
    private let left: [Int]
    private let right: [Int]
    /// Where each line stands in the right list, by the line's number. Very frequent lines begin no run.
    private let places: [[Int]]

    /// In a right list of at least so many lines, those that make up more than a hundredth are very frequent.
    private static let longList = 200
    /// Pairs of equal lines above which runs are not looked for: the time grows with their number.
    private static let maxPairs = 4_000_000

    init(_ left: [String], _ right: [String]) {
        var numbers: [String: Int] = [:]
        func number(_ line: String) -> Int {
            if let known = numbers[line] { return known }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        self.left = left.map(number)
        self.right = right.map(number)
        var places = Array(repeating: [Int](), count: numbers.count)
        for (place, line) in self.right.enumerated() { places[line].append(place) }
        if right.count >= Self.longList {
            for line in places.indices where places[line].count > right.count / 100 + 1 { places[line] = [] }
        }
        self.places = places
    }

    /// The whole of both lists, in order.
    func changes() -> [LineChange] {
        var changes: [LineChange] = []
        var (leftDone, rightDone) = (0, 0)
        for run in runs() + [Run(left: left.count, right: right.count, count: 0)] {
            if run.left > leftDone || run.right > rightDone {
                changes.append(
                    LineChange(isEqual: false, left: leftDone..<run.left, right: rightDone..<run.right))
            }
            (leftDone, rightDone) = (run.left + run.count, run.right + run.count)
            if run.count > 0 {
                changes.append(
                    LineChange(isEqual: true, left: run.left..<leftDone, right: run.right..<rightDone))
            }
        }
        return changes
    }

    /// Equal lines that follow each other in both lists.
    private struct Run {
        var left: Int
        var right: Int
        var count: Int
    }

    /// All runs in order; those that touch are one.
    private func runs() -> [Run] {
        guard left.reduce(0, { $0 + places[$1].count }) <= Self.maxPairs else { return ends() }
        var runs: [Run] = []
        var open = [(left: 0..<left.count, right: 0..<right.count)]
        while let (leftPart, rightPart) = open.popLast() {
            let run = longest(leftPart, rightPart)
            guard run.count > 0 else { continue }
            runs.append(run)
            open.append((leftPart.lowerBound..<run.left, rightPart.lowerBound..<run.right))
            open.append((run.left + run.count..<leftPart.upperBound, run.right + run.count..<rightPart.upperBound))
        }
        return joined(runs.sorted { $0.left < $1.left })
    }

    private func joined(_ runs: [Run]) -> [Run] {
        runs.reduce(into: []) { joined, run in
            if let last = joined.last, last.left + last.count == run.left, last.right + last.count == run.right {
                joined[joined.count - 1].count += run.count
            } else {
                joined.append(run)
            }
        }
    }

    /// The longest run within both parts; of several the first one in the left list.
    private func longest(_ leftPart: Range<Int>, _ rightPart: Range<Int>) -> Run {
        var best = Run(left: leftPart.lowerBound, right: rightPart.lowerBound, count: 0)
        /// The lengths of the runs that end with the line before, by their last place in the right list.
        var lengths: [Int: Int] = [:]
        for line in leftPart {
            var next: [Int: Int] = [:]
            for place in places[left[line]] where rightPart ~= place {
                let count = (lengths[place - 1] ?? 0) + 1
                next[place] = count
                if count > best.count { best = Run(left: line - count + 1, right: place - count + 1, count: count) }
            }
            lengths = next
        }
        return extended(best, leftPart, rightPart)
    }

    /// With the equal lines around, which may be very frequent ones.
    private func extended(_ run: Run, _ leftPart: Range<Int>, _ rightPart: Range<Int>) -> Run {
        var run = run
        while run.left > leftPart.lowerBound, run.right > rightPart.lowerBound,
            left[run.left - 1] == right[run.right - 1]
        {
            run = Run(left: run.left - 1, right: run.right - 1, count: run.count + 1)
        }
        while run.left + run.count < leftPart.upperBound, run.right + run.count < rightPart.upperBound,
            left[run.left + run.count] == right[run.right + run.count]
        {
            run.count += 1
        }
        return run
    }

    /// The equal lines at the beginning and at the end only.
    private func ends() -> [Run] {
        let head = zip(left, right).prefix { $0 == $1 }.count
        let tail = zip(left.dropFirst(head).reversed(), right.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        return [
            Run(left: 0, right: 0, count: head),
            Run(left: left.count - tail, right: right.count - tail, count: tail),
        ].filter { $0.count > 0 }
    }
}
