import Catalogue
import Testing

/// What is remembered of written rows, and how a file is compared with it.
@Suite struct WrittenRowsTests {
    private func row(_ ordinal: Int64, _ digest: UInt64) -> Row {
        Row(ordinal: ordinal, sourcePK: ordinal, values: [], digest: digest)
    }

    private func written(_ rows: [(Int64, UInt64)], _ model: String = "a.b") -> WrittenRows {
        var written = WrittenRows(model)
        for (ordinal, digest) in rows { written.append(row(ordinal, digest)) }
        return written
    }

    /// How a file with these rows differs; nil if it has all that are written.
    private func difference(_ written: [WrittenRows], _ rows: [(Int64, UInt64)]) -> WrittenRowsComparison.Difference? {
        var comparison = WrittenRowsComparison(written)
        do throws(WrittenRowsComparison.Difference) {
            for (ordinal, digest) in rows { _ = try comparison.add("a.b", ordinal: ordinal, digest: digest) }
            try comparison.finish()
            return nil
        } catch {
            return error
        }
    }

    @Test func theyComeBackFromText() throws {
        let rows = written([(1, 7), (2, .max), (5, 65_536), (6, 0)])
        #expect(rows.ordinals == [1...2, 5...6])
        #expect(rows.text.hasPrefix("1-2,5-6 ") && rows.name == "a.b 1 \(rows.digestText)")
        #expect(WrittenRows("a.b", text: rows.text) == rows)
        #expect(WrittenRows(name: rows.name, text: rows.text) == rows)
        for text in ["", "1-2", "2-1 00 AAAAAA==", "1-2 00 AAA=", "1-2,2-3 00 AAAAAAAAAAA=", "1-2 zz AAAAAA=="] {
            #expect(WrittenRows("a.b", text: text) == nil, "\(text)")
        }
    }

    @Test func theSameRowsInOtherChunksAreTheSame() {
        let all: [(Int64, UInt64)] = (1...9).map { (Int64($0), UInt64($0) * 1_000_003) }
        let chunks = [written(Array(all[0..<3])), written(Array(all[3..<5])), written(Array(all[0..<4]))]
        #expect(difference(chunks, all) == nil)
        #expect(difference(chunks, Array(all[0..<5])) == nil, "rows behind them may be missing")
        var changed = all
        changed[7].1 = 1
        #expect(difference(chunks, changed) == nil, "rows behind them may change")
        changed[4].1 = 1
        #expect(difference(chunks, changed) == .changed(model: "a.b", ordinal: 5))
        #expect(difference(chunks, Array(all[0..<4])) == .missing(model: "a.b", ordinal: 5))
        #expect(difference(chunks, Array(all[1...])) == .missing(model: "a.b", ordinal: 1))
    }

    @Test func rowsThatWereNotWrittenMayChange() {
        let chunk = written([(1, 1), (3, 3)])
        #expect(difference([chunk], [(1, 1), (2, 99), (3, 3)]) == nil)
        #expect(difference([chunk], [(1, 1), (3, 3)]) == nil)
        #expect(difference([chunk], [(1, 1), (2, 3)]) == .missing(model: "a.b", ordinal: 3))
    }

    @Test func aChangeThatItsMarkDoesNotShowIsFound() {
        // The last sixteen bits are the same.
        let chunk = written([(1, 1), (2, 2)])
        #expect(difference([chunk], [(1, 1), (2, 2 + 65_536)]) == .changedOne(model: "a.b", first: 1, last: 2))
    }
}
