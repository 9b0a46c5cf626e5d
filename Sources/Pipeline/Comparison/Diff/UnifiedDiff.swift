/// The unified difference of two lists of lines, as Python's `difflib.unified_diff` writes it.
enum UnifiedDiff {
    /// Equal lines that are shown around a change.
    static let context = 15

    /// Head lines carry their own line end; empty if the lists are equal.
    static func lines(_ left: [String], _ right: [String]) -> [String] {
        let groups = groups(LineMatcher(left, right).changes())
        guard !groups.isEmpty else { return [] }
        return ["--- \n", "+++ \n"] + groups.flatMap { lines($0, left, right) }
    }

    private static func lines(_ group: [LineChange], _ left: [String], _ right: [String]) -> [String] {
        guard let first = group.first, let last = group.last else { return [] }
        let leftRange = range(first.left.lowerBound..<last.left.upperBound)
        let rightRange = range(first.right.lowerBound..<last.right.upperBound)
        return ["@@ -\(leftRange) +\(rightRange) @@\n"] + group.flatMap { lines($0, left, right) }
    }

    private static func lines(_ change: LineChange, _ left: [String], _ right: [String]) -> [String] {
        if change.isEqual { return left[change.left].map { " " + $0 } }
        return left[change.left].map { "-" + $0 } + right[change.right].map { "+" + $0 }
    }

    /// `first line,number of lines`.
    private static func range(_ lines: Range<Int>) -> String {
        switch lines.count {
        case 1: "\(lines.lowerBound + 1)"
        case 0: "\(lines.lowerBound),0"
        default: "\(lines.lowerBound + 1),\(lines.count)"
        }
    }

    /// Changes with their context; a long run of equal lines parts two groups.
    private static func groups(_ changes: [LineChange]) -> [[LineChange]] {
        var groups: [[LineChange]] = [[]]
        for (place, change) in changes.enumerated() {
            guard change.isEqual else {
                groups[groups.count - 1].append(change)
                continue
            }
            let isFirst = place == 0
            let isLast = place == changes.count - 1
            if isFirst || isLast || change.left.count <= 2 * context {
                groups[groups.count - 1].append(
                    change.cut(first: isLast ? context : nil, last: isFirst ? context : nil))
            } else {
                groups[groups.count - 1].append(change.cut(first: context, last: nil))
                groups.append([change.cut(first: nil, last: context)])
            }
        }
        return groups.filter { $0.contains { !$0.isEqual } }
    }
}

/// Lines of both lists that are equal, or that replace each other.
struct LineChange: Equatable {
    let isEqual: Bool
    let left: Range<Int>
    let right: Range<Int>

    /// Only the first or the last lines.
    func cut(first: Int?, last: Int?) -> LineChange {
        LineChange(isEqual: isEqual, left: Self.cut(left, first, last), right: Self.cut(right, first, last))
    }

    private static func cut(_ range: Range<Int>, _ first: Int?, _ last: Int?) -> Range<Int> {
        let lower = last.map { max(range.lowerBound, range.upperBound - $0) } ?? range.lowerBound
        let upper = first.map { min(range.upperBound, range.lowerBound + $0) } ?? range.upperBound
        return lower..<max(lower, upper)
    }
}
