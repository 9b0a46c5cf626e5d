import Foundation
import Testing

@testable import Ledger

/// The maps of chunk rows, read fast.
@Suite struct IntegerMapTests {
    @Test(arguments: [
        ("{}", []), (" {\n} ", []), (#"{"1":2}"#, [1, 2]), (#"{"1": 2, "3" : 4}"#, [1, 2, 3, 4]),
        (#"{"10":1,"-2":-7}"#, [10, 1, -2, -7]), (#"{"0":0}"#, [0, 0]),
        (#"{"999999999999999999":999999999999999999}"#, [999_999_999_999_999_999, 999_999_999_999_999_999]),
    ]) func takes(_ text: String, _ expected: [Int64]) throws {
        let map = try #require(IntegerMap.read(text))
        #expect(map.flatMap { [$0.0, $0.1] } == expected)
    }

    /// A whole decoder judges these: some are no JSON, some mean the same in another form.
    @Test(arguments: [
        "", "{", "[]", "null", #"{"1":2"#, #"{"1":2}x"#, #"{"1":2,}"#, #"{,"1":2}"#, #"{"1" 2}"#, #"{"1":}"#,
        #"{"":1}"#,
        #"{"a":1}"#, #"{"1":"2"}"#, #"{"1":2.0}"#, #"{"1":1e3}"#, #"{"1":007}"#, #"{"007":1}"#, #"{"1":-}"#,
        #"{"1":-0}"#,
        #"{"+1":2}"#, #"{" 1":2}"#, #"{"1 ":2}"#, #"{"1":null}"#, #"{"1":2,"1":3}"#, #"{"2":2,"1":2,"2":3}"#,
        #"{"1":9223372036854775807}"#, #"{"9223372036854775808":1}"#, #"{"1":2 3}"#, "{\"1\":2}\u{0}",
        "{\"\\u0031\":2}",
    ]) func leaves(_ text: String) { #expect(IntegerMap.read(text) == nil) }

    @Test func agreesWithTheDecoder() throws {
        var random = SystemRandomNumberGenerator()
        for count in [0, 1, 2, 50, 3_000] {
            let map = Dictionary(
                (0..<count).map { _ in
                    ("\(Int64.random(in: -99_999...99_999_999_999, using: &random))", Int64.random(in: 0...1 << 40))
                }, uniquingKeysWith: { $1 })
            let text = String(decoding: try JSONEncoder().encode(map), as: UTF8.self)
            let read = try #require(IntegerMap.read(text))
            #expect(Dictionary(uniqueKeysWithValues: read.map { ("\($0.0)", $0.1) }) == map)
        }
    }
}
