import EventFormat
import ExportFormat
import Testing

/// Values that were worked out by hand: `printf %s TEXT | md5sum | cut -c1-16`.
struct SpanGroupingTests {
    private func hash(_ op: String, _ description: String) throws -> String {
        var span = try parsed("{}")
        span["op"] = .text(op)
        span["description"] = .text(description)
        return SpanGrouping.hash(of: span)
    }

    @Test func literalsOfQueriesDoNotMatter() throws {
        // printf %s 'SELECT name FROM shelf WHERE id = %s'
        #expect(
            try hash("db", "SELECT name FROM shelf WHERE id = 12")
                == hash("db.query", "SELECT name FROM shelf WHERE id = -3e5"))
        #expect(
            try hash("db", "SELECT name FROM shelf WHERE id = 'x'")
                == hash("db", " SELECT name FROM shelf WHERE id = true "))
        #expect(try hash("db", "SELECT 1 FROM shelf2") != hash("db", "SELECT 1 FROM shelf3"))
        #expect(try hash("cache", "key 1") != hash("cache", "key 2"))
    }

    @Test func quotedTextsEndWhereTheyEnd() throws {
        #expect(try hash("db", "SELECT 'it''s' , 'b' FROM t") == hash("db", "SELECT 'x' , 'y' FROM t"))
        #expect(try hash("db", "SELECT 'open FROM t") != hash("db", "SELECT 'other FROM t"))
    }

    @Test func manyQuotesTakeNoLongTime() throws {
        let quotes = String(repeating: "''", count: 200_000) + "'"
        let clock = ContinuousClock()
        let time = try clock.measure { _ = try hash("db", "SELECT " + quotes) }
        #expect(time < .seconds(5))
    }

    @Test func requestsCountWithoutTheirParameters() throws {
        #expect(
            try hash("http.client", "get https://a.example/b?c=1") == hash("http.client", "GET HTTPS://a.example/b#d"))
        #expect(try hash("http.client", "GET https://a.example/b") != hash("http.client", "POST https://a.example/b"))
    }

    @Test func aTransactionGetsHashesForEachSpan() throws {
        var body = try parsed(
            #"{"transaction":"/a","contexts":{"trace":{"span_id":"r"}},"spans":[{"span_id":"1","op":"x","description":"a"}]}"#
        )
        SpanGrouping.apply(to: &body)
        // printf %s a | md5sum → 0cc175b9c0f1b6a8…
        #expect(body["spans"].items[0]["hash"].text == "0cc175b9c0f1b6a8")
        #expect(body.at("span_grouping_config", "id").text == "default:2022-10-27")
        var nameless = try parsed(#"{"transaction":null,"contexts":{"trace":{"span_id":"r"}},"spans":[{"op":"x"}]}"#)
        SpanGrouping.apply(to: &nameless)
        #expect(!nameless.has("span_grouping_config"))
    }
}
