import Catalogue
import Testing

@testable import ExportFormat

/// What a row's digest tells apart.
@Suite struct RowDigestTests {
    private func digest(_ json: String) throws -> UInt64 {
        let decoder = try RowTextDecoder(
            model: try #require(Catalogue.standard.model("sentry.option")), now: 0, catalogue: .standard)
        let text = Array(json.utf8) + Array(repeating: 0, count: RowTextDecoder.padding)
        let row = try text.withBytes { bytes throws(ExportError) in
            try decoder.row(UnsafeBufferPointer(rebasing: bytes[..<json.utf8.count]), ordinal: 1)
        }
        return try #require(row).digest
    }

    private let row =
        #"{"model":"sentry.option","pk":1,"fields":{"key":"a","value":{"b":[1,2],"c":"é"},"last_updated":"2023-01-01T00:00:00Z","last_updated_by":"x"}}"#

    @Test func formattingDoesNotCount() throws {
        let other = #"""
            { "pk" : 1.0, "fields" : { "last_updated_by" : "\u0078", "last_updated":"2023-01-01T00:00:00Z",
              "value" : { "c" : "\u00e9", "b" : [ 1.0, 2e0 ] }, "key" : "a" }, "model" : "Sentry.Option" }
            """#
        #expect(try digest(row) == digest(other))
    }

    @Test(arguments: [
        ("\"pk\":1", "\"pk\":2"), ("[1,2]", "[2,1]"), ("[1,2]", "[1,2,null]"), ("[1,2]", "[1,\"2\"]"),
        ("[1,2]", "[1,2.5]"),
        ("[1,2]", "[1,-2]"), ("[1,2]", "[[1,2]]"), ("é", "e"), ("\"b\"", "\"d\""), ("\"x\"", "null"),
        ("\"x\"", "\"x \""), ("\"x\"", "\"xxxxxxxxx\""), ("\"key\":\"a\",", ""), ("[1,2]", "[true,2]"),
        ("[1,2]", "{\"1\":2}"),
    ]) func eachValueCounts(_ was: String, _ is: String) throws {
        #expect(row.contains(was))
        #expect(try digest(row) != digest(row.replacing(was, with: `is`)))
    }

    /// What is stored must be found again by later versions. The number comes from another program of the same rules.
    @Test func itStaysTheSame() throws {
        #expect(try digest(row) == 0x209E_8A3C_9945_2CA0)
    }
}
