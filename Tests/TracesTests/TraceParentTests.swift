import Testing

@testable import Traces

/// The header `traceparent` of the W3C's Trace Context.
@Suite struct TraceParentTests {
    private static let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func aHeaderIsReadAndWritten() throws {
        let parent = try #require(TraceParent(Self.text))
        #expect(parent.text == Self.text && parent.isSampled)
        #expect(parent.traceText == "0af7651916cd43dd8448eb211c80319c" && parent.spanText == "b7ad6b7169203331")
        let below = TraceParent(below: parent)
        #expect(below.traceText == parent.traceText && below.span != parent.span && below.isSampled)
        // A later version may say more; unknown flags are left out.
        #expect(TraceParent("cc" + Self.text.dropFirst(2) + "-more")?.span == parent.span)
        #expect(TraceParent(Self.text.dropLast(2) + "f8")?.text == Self.text.dropLast(2) + "00")
    }

    @Test func newIDsAreWhole() {
        let made = (0..<100).map { _ in TraceParent() }
        #expect(Set(made.map(\.traceText)).count == 100 && Set(made.map(\.spanText)).count == 100)
        #expect(made.allSatisfy { TraceParent($0.text) == $0 && $0.text.utf8.count == 55 })
    }

    @Test(arguments: [
        "", "00", "garbage", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", text + "-more",
        "ff" + text.dropFirst(2),
        text.uppercased(), "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "00-é\(text.dropFirst(4))", "\u{0}" + text,
    ])
    func anythingElseIsNone(_ text: String) { #expect(TraceParent(text) == nil) }
}
