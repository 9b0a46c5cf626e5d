import Catalogue
import Testing

@Suite struct SaturationTests {
    @Test(arguments: [Int.max, .min]) func sumsStopAtTheLimit(_ extreme: Int) {
        let words = ["inserted", "existing", "overwritten", "dropped|filtered", "dropped|skipped"]
        var counters: [String: Int] = [:]
        for model in ["a", "b"] { for word in words { counters["\(model)|\(word)"] = extreme } }
        var account = RowAccount(counters: counters)
        #expect(account.totals.total == extreme)
        #expect(account.totals.droppedTotal == extreme)
        account.add(RowAccount(counters: counters))
        account.inserted(extreme, model: "a")
        account.existing(extreme, model: "a")
        account.overwritten(extreme, model: "a")
        account.dropped(extreme, model: "a", .skippedByOperator)
        #expect(account.models["a"]?.total == extreme)
    }

    @Test func oppositeExtremesCancelOut() {
        let account = RowAccount(counters: ["a|inserted": .max, "b|inserted": .min])
        #expect(account.totals.inserted == -1)
    }
}
