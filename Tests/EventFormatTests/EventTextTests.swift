import EventFormat
import ExportFormat
import Testing

struct EventTextTests {
    @Test func storedTextIsSortedASCII() throws {
        let body = try parsed(#"{"b":1.0,"a":{"é":"ü🐍","z":[1e300,-0.0,1e16]},"A":"\u007f\"\\\n"}"#)
        let text = #"{"A":"\u007f\"\\\n","a":{"z":[1e+300,-0.0,1e+16],"\u00e9":"\u00fc\ud83d\udc0d"},"b":1.0}"#
        #expect(String(decoding: EventText.stored(body), as: UTF8.self) == text)
    }

    @Test func messagesKeepTheOrderOfKeysAndKnowNoInfinity() throws {
        let body = try parsed(#"{"b":Infinity,"a":NaN}"#)
        #expect(EventText.message(body) == #"{"b":null,"a":null}"#)
        #expect(String(decoding: EventText.stored(body), as: UTF8.self) == #"{"a":NaN,"b":Infinity}"#)
    }

    @Test func halfSurrogatesSurvive() throws {
        let body = try parsed(#"{"a":"x\ud83dy"}"#)
        #expect(String(decoding: EventText.stored(body), as: UTF8.self) == #"{"a":"x\ud83dy"}"#)
        // printf %s 'x?y' | md5sum
        #expect(EventHash.span([body["a"].text ?? ""]) == EventHash.span(["x?y"]))
        #expect(throws: ValueReader.Refusal.self) { try parsed("{\"a\":\"\u{10D83D}\"}") }
    }

    /// The lengths of `{"a":"é\n","b":[1e300,0.00001,1.5,null]}` and so on, counted by hand.
    @Test(arguments: [
        (#"{"a":"é\n","b":[1e300,1.5,null]}"#, 32), (#"[0.00001]"#, 9), (#"[1e-6]"#, 6), (#"["\u0001\u007f"]"#, 11),
        (#"{}"#, 2), (#"[[],{}]"#, 7), (#"[-1.5e-5]"#, 11),
    ])
    func characters(_ json: String, _ count: Int) throws {
        #expect(EventText.characters(try parsed(json)) == count)
    }

    @Test func nodeIDsAreDigests() {
        // printf 1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | md5sum
        #expect(
            EventHash.nodeID(project: 1, event: String(repeating: "a", count: 32)) == "3549e3329672c1f16a38f4704c14dafd"
        )
    }

    @Test func nodeTextComesBack() throws {
        let node = NodeText()
        let text = Array("{\"a\":1}\nunprocessed\n{\"b\":2}".utf8)
        let data = try #require(node.encoded(text))
        #expect(data.hasPrefix("eJ"))
        #expect(node.inflated(data) == text)
        #expect(node.value(text)?["a"] == .integer(1))
        #expect(node.value(text, under: "unprocessed")?["b"] == .integer(2))
        #expect(node.value(text, under: "other") == nil)
        #expect(node.inflated("cGxhaW4=") == nil)
    }
}
