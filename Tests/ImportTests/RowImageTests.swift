import Catalogue
import Testing

@testable import Ledger

/// What a ledger remembers of overwritten rows, and which values come back.
@Suite struct RowImageTests {
    private func image(_ before: Value, _ written: Value) -> RowImage {
        RowImage(id: 7, changes: ["a": RowImage.Change(before: before, written: written)])
    }

    /// One text per kind of value, as every version must read it.
    @Test(arguments: [
        (Value.null, "{}"), (.bool(true), #"{"bool":true}"#), (.integer(.max), #"{"integer":9223372036854775807}"#),
        (.double(0.5), #"{"double":0.5}"#), (.double(.infinity), #"{"double":"inf"}"#),
        (.text("a/\u{301}"), "{\"text\":\"a/\u{301}\"}"),
        (.timestamp(-1), #"{"timestamp":-1}"#), (.textArray(["x", nil]), #"{"texts":["x",null]}"#),
        (.doubleArray([[1.5], []]), #"{"doubles":[[1.5],[]]}"#),
    ])
    func eachValueIsReadAsItWasWritten(_ value: Value, _ text: String) throws {
        let image = image(value, .null)
        #expect(image.text == #"{"a":[\#(text),{}]}"#)
        #expect(try RowImage(id: 7, text: image.text) == image)
    }

    @Test func whatCannotBeReadIsRefused() {
        for text in ["", "{", #"{"a":[{}]}"#, #"{"a":[{"integer":"x"},{}]}"#] {
            #expect(throws: (any Error).self) { try RowImage(id: 7, text: text) }
        }
    }

    @Test func onlyChangedColumnsAreRemembered() {
        let images = RowImage.list(
            ["a", "b"], before: [[.integer(1), .text("x"), .null], [.integer(2), .text("y"), .null]],
            after: [[.integer(1), .text("z"), .null], [.integer(2), .text("y"), .null]])
        #expect(images == [RowImage(id: 1, changes: ["a": .init(before: .text("x"), written: .text("z"))])])
    }

    /// The first value before and the last one written count.
    @Test func aSecondUpdateFollowsTheFirst() {
        let both = image(.integer(1), .integer(2)).followed(by: image(.integer(2), .integer(3)))
        #expect(both == image(.integer(1), .integer(3)))
    }

    @Test func onlyWhatTheImportWroteIsRestored() {
        let image = image(.integer(1), .integer(2))
        #expect(image.restorable(["a": .integer(2)]) == ["a": .integer(1)])
        #expect(image.restorable(["a": .integer(3)]).isEmpty)
        #expect(image.restorable([:]).isEmpty)
    }

    /// A later import has found what the one that goes had found, unless somebody changed it in between.
    @Test func aLaterImportTakesTheValueOver() {
        let gone = image(.integer(1), .integer(2))
        #expect(gone.taken(from: image(.integer(2), .integer(3))) == image(.integer(1), .integer(3)))
        #expect(gone.taken(from: image(.integer(9), .integer(3))) == image(.integer(9), .integer(3)))
    }

    @Test func idsAreKeptAsRanges() {
        #expect(IDRanges.text([5, 1, 2, 3, 9, 9]) == "1-3,5,9")
        #expect(IDRanges.ids("1-3,5,9") == [1, 2, 3, 5, 9])
        for text in ["x", "3-1", "1-2-3", "-4", "1-99999999999"] { #expect(IDRanges.ids(text) == nil, "\(text)") }
        #expect(IDRanges.text([]).isEmpty && IDRanges.ids("") == [])
    }
}
