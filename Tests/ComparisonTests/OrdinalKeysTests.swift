import ExportFormat
import Testing

@testable import Comparison

@Suite struct OrdinalKeysTests {
    private func keys(_ tuples: [[FieldValue]]) -> OrdinalKeys {
        var keys = OrdinalKeys()
        for tuple in tuples {
            for part in tuple {
                let isTaken = keys.append(part)
                #expect(isTaken)
            }
            keys.finishKey()
        }
        return keys
    }

    @Test(arguments: [
        ([FieldValue.text("a")], [FieldValue.text("b")]), ([.text("")], [.text("\0")]), ([.text("a")], [.text("a\0")]),
        ([.text("a\0b")], [.text("ab")]), ([.text("Z")], [.text("a")]), ([.text("z")], [.text("é")]),
        ([.text("\u{FFFF}")], [.text("\u{10000}")]), ([.integer(-1)], [.integer(0)]), ([.integer(9)], [.integer(10)]),
        ([.integer(.min)], [.integer(.max)]), ([.text("a"), .text("z")], [.text("ab"), .text("a")]),
        ([.text("a"), .integer(1)], [.text("a"), .integer(2)]),
    ]) func order(_ first: [FieldValue], _ second: [FieldValue]) {
        let keys = keys([first, second])
        #expect(keys.precedes(0, 1) && !keys.precedes(1, 0) && !keys.areEqual(0, 1))
        #expect(keys.areComparable(0, 1))
    }

    @Test func whatPythonCannotOrder() {
        #expect(!keys([[.null], [.text("a")]]).areComparable(0, 1))
        #expect(!keys([[.text("a"), .integer(1)], [.text("a"), .text("1")]]).areComparable(0, 1))
        // The first parts decide.
        #expect(keys([[.text("a"), .integer(1)], [.text("b"), .text("1")]]).areComparable(0, 1))
        #expect(keys([[.null], [.null]]).areEqual(0, 1))
        var keys = OrdinalKeys()
        let taken = [keys.append(.list([])), keys.append(.double(1))]
        #expect(taken == [false, false])
    }

    @Test func shownAsTuples() {
        let keys = keys([[.text("a")], [.text("o'b"), .integer(-3), .null], [.text("x\0y")]])
        #expect(keys.pythonForm(0) == "('a',)")
        #expect(keys.pythonForm(1) == #"("o'b", -3, None)"#)
        #expect(keys.pythonForm(2) == #"('x\x00y',)"#)
    }

    @Test func theFirstPartOfAnother() {
        let users = keys([[.text("ann")], [.text("bob")]])
        var keys = OrdinalKeys()
        keys.appendFirstPart(of: 1, in: users)
        let isTaken = keys.append(.text("ip"))
        #expect(isTaken)
        keys.finishKey()
        #expect(keys.pythonForm(0) == "('bob', 'ip')")
    }
}
