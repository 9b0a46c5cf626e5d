import Foundation
import TestSupport
import Testing
import Tracing

@testable import Traces

/// What leaves the process, and what does not.
@Suite struct ExporterTests {
    private func settings(_ port: Int) throws -> TraceSettings {
        try TraceSettings(url: "http://127.0.0.1:\(port)", service: "test", version: "1")
    }

    private func makeSpans(_ count: Int, _ exporter: SpanExporter) {
        for _ in 0..<count { SpanTracer(exporter: exporter).startSpan("chunk", context: .topLevel).end() }
    }

    @Test func spansGoInBatches() throws {
        let collector = try WebServer()
        let exporter = SpanExporter(try settings(collector.port)) { _ in }
        // Before its thread begins: what leaves at once is then certain.
        makeSpans(TraceSettings.batchLimit + 88, exporter)
        exporter.start()
        #expect(exporter.end(withinMilliseconds: 20_000) == TraceReport(sent: TraceSettings.batchLimit + 88))
        let requests = try collector.requests()
        #expect(requests.map(\.path) == ["/v1/traces", "/v1/traces"])
        let sizes = requests.map { $0.body.matches(of: #/"spanId":"[0-9a-f]{16}"/#).count }
        #expect(sizes == [TraceSettings.batchLimit, 88])
    }

    @Test func moreThanTheLimitAreCounted() throws {
        let exporter = SpanExporter(try settings(try freePort())) { _ in }
        makeSpans(TraceSettings.bufferLimit + 5, exporter)
        exporter.start()
        let report = exporter.end(withinMilliseconds: 20_000)
        #expect(report.sent == 0 && report.dropped == TraceSettings.bufferLimit + 5)
        #expect(report.trouble?.contains("cannot be reached") == true, "\(report)")
    }

    @Test func whatIsNotTakenNowIsSentAgain() throws {
        let collector = try WebServer(answers: [503, 200])
        let exporter = SpanExporter(try settings(collector.port)) { _ in }
        makeSpans(2, exporter)
        exporter.start()
        #expect(try eventually(within: 20) { try collector.requests().count == 2 })
        #expect(exporter.end(withinMilliseconds: 20_000) == TraceReport(sent: 2))
        let bodies = try collector.requests().map(\.body)
        #expect(bodies[0] == bodies[1])
    }

    @Test func whatIsRefusedIsDropped() throws {
        let collector = try WebServer(answers: [400])
        let exporter = SpanExporter(try settings(collector.port)) { _ in }
        makeSpans(3, exporter)
        exporter.start()
        let report = exporter.end(withinMilliseconds: 20_000)
        #expect(report == TraceReport(sent: 0, dropped: 3, trouble: "the collector answers 400"))
        #expect(try collector.requests().count == 1)
    }

    @Test func anErrorTellsItsKindAlone() throws {
        let collector = try WebServer()
        let exporter = SpanExporter(try settings(collector.port)) { _ in }
        struct Secret: Error { let row = "joe@example.com" }
        let span = SpanTracer(exporter: exporter).startSpan("chunk", context: .topLevel)
        span.recordError(Secret())
        span.end()
        span.end()
        exporter.start()
        #expect(exporter.end(withinMilliseconds: 20_000).sent == 1)
        let body = try #require(try collector.requests().first).body
        #expect(body.contains(#""status":{"code":2}"#) && body.contains(#""stringValue":"Secret""#))
        #expect(!body.contains("joe"))
    }

    @Test func offMeansNoSpan() {
        #expect(Traces.span(.push) { Traces.parent } == "")
        var isAsked = false
        func facts() -> [String: TraceFact] {
            isAsked = true
            return [:]
        }
        Traces.span(.push) { Traces.note(facts()) }
        #expect(!isAsked)
    }
}
