import Testing

@testable import Comparison

@Suite struct UnifiedDiffTests {
    private func diff(_ left: String, _ right: String) -> [String] {
        UnifiedDiff.lines(left.map { String($0) }, right.map { String($0) })
    }

    @Test func equalListsHaveNone() { #expect(diff("abc", "abc").isEmpty) }

    @Test func anEmptySide() {
        #expect(diff("", "a") == ["--- \n", "+++ \n", "@@ -0,0 +1 @@\n", "+a"])
        #expect(diff("ab", "") == ["--- \n", "+++ \n", "@@ -1,2 +0,0 @@\n", "-a", "-b"])
    }

    @Test func theLongestRunStays() {
        // "bc" is longer than "a", which therefore moves.
        #expect(diff("abc", "bca").dropFirst(3) == ["-a", " b", " c", "+a"])
        // Of two runs of the same length the first one stays.
        #expect(diff("ab", "ba").dropFirst(3) == ["+b", " a", "-b"])
    }

    @Test func changesFarApartAreTwoGroups() {
        let middle = (0..<31).map(String.init)
        let lines = UnifiedDiff.lines(["a"] + middle + ["b"], ["x"] + middle + ["y"])
        #expect(lines.filter { $0.hasPrefix("@@") } == ["@@ -1,16 +1,16 @@\n", "@@ -18,16 +18,16 @@\n"])
        #expect(lines.contains(" 14") && !lines.contains(" 15") && lines.contains(" 16"))
        let near = UnifiedDiff.lines(["a"] + middle.dropLast() + ["b"], ["x"] + middle.dropLast() + ["y"])
        #expect(near.count { $0.hasPrefix("@@") } == 1)
    }

    @Test func veryFrequentLinesOfLongListsBeginNoRun() {
        // 300 lines, 5 of them are more than one in a hundred and one: "x" counts only next to other equal lines.
        let right = Array(repeating: "x", count: 5) + (0..<295).map(String.init)
        #expect(LineMatcher(["x"], right).changes().map(\.isEqual) == [true, false])
        #expect(LineMatcher(["0", "x"], right).changes().map(\.isEqual) == [false, true, false])
        #expect(LineMatcher(["q", "x"], right).changes().map(\.isEqual) == [false])
    }

    @Test func tooManyPairs() {
        // 200 different lines, each 200 times, make eight million pairs: only both ends are matched.
        let lines = (0..<40_000).map { String($0 % 200) }
        var other = lines
        (other[1], other[39_998]) = ("x", "y")
        #expect(
            LineMatcher(lines, other).changes() == [
                LineChange(isEqual: true, left: 0..<1, right: 0..<1),
                LineChange(isEqual: false, left: 1..<39_999, right: 1..<39_999),
                LineChange(isEqual: true, left: 39_999..<40_000, right: 39_999..<40_000),
            ])
    }
}
