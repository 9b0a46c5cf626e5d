import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Both programs send their spans to a collector of OpenTelemetry, as one tree.
@Suite struct TraceTests {
    private let site: Installation

    init() throws { site = try Installation() }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    private struct Span {
        let id, parent, trace, name, service: String
        let times: ClosedRange<Int64>
        let facts: [String: String]

        init(_ object: [String: Any], service: String) throws {
            func text(_ name: String) throws -> String { try #require(object[name] as? String, "\(name) of \(object)") }
            (id, trace, name) = (try text("spanId"), try text("traceId"), try text("name"))
            parent = object["parentSpanId"] as? String ?? ""
            let began = try #require(Int64(try text("startTimeUnixNano")))
            times = began...(try #require(Int64(try text("endTimeUnixNano"))))
            facts = Self.facts(object)
            self.service = service
        }

        static func facts(_ object: [String: Any]) -> [String: String] {
            let list = object["attributes"] as? [[String: Any]] ?? []
            return list.reduce(into: [:]) { facts, entry in
                guard let key = entry["key"] as? String, let value = entry["value"] as? [String: Any] else { return }
                facts[key] = value.values.first.map { "\($0)" }
            }
        }
    }

    private func spans(_ collector: WebServer) throws -> [Span] {
        try collector.requests().flatMap { request in
            let body = try #require(try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any])
            return try (body["resourceSpans"] as? [[String: Any]] ?? []).flatMap { group in
                let service = Span.facts(group["resource"] as? [String: Any] ?? [:])["service.name"] ?? ""
                let scopes = group["scopeSpans"] as? [[String: Any]] ?? []
                return try scopes.flatMap { $0["spans"] as? [[String: Any]] ?? [] }.map {
                    try Span($0, service: service)
                }
            }
        }
    }

    private func file() throws -> String {
        try site.folder.write(SampleExport.json(SampleExport.users(20)), to: "secret-name.json")
    }

    private static func variable(_ port: Int) -> [String: String?] {
        ["RELOCATION_TRACES_URL": "http://127.0.0.1:\(port)"]
    }

    @Test func oneTreeLeadsFromTheEnqueueToTheAcknowledgement() throws {
        let collector = try WebServer()
        let queued = try site.enqueue(
            "users", "--chunk-size", "7", try file(), environment: Self.variable(collector.port))
        #expect(queued.code == 0, "\(queued.errors)")
        let worker = try site.worker("run", "--drain", environment: Self.variable(collector.port))
        #expect(worker.code == 0 && !worker.errors.contains("traces"), "\(worker.errors)")

        let spans = try spans(collector)
        let byID = Dictionary(spans.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        #expect(byID.count == spans.count && Set(spans.map(\.trace)).count == 1)
        let roots = spans.filter { $0.parent.isEmpty }
        #expect(roots.map(\.name) == ["enqueue"], "\(spans.map(\.name))")
        let links = Set(spans.compactMap { span in byID[span.parent].map { "\($0.name) > \(span.name)" } })
        #expect(
            links == [
                "enqueue > check", "enqueue > push", "push > claim", "claim > chunk", "claim > finish",
                "claim > derive", "claim > commit", "claim > acknowledge",
            ])
        for span in spans where !span.parent.isEmpty {
            let parent = try #require(byID[span.parent], "\(span)")
            #expect(parent.times.lowerBound <= span.times.lowerBound)
            #expect(parent.name == "push" || parent.times.upperBound >= span.times.upperBound)
        }
        let enqueuers: Set = ["enqueue", "check", "push"]
        #expect(
            spans.allSatisfy {
                $0.service == (enqueuers.contains($0.name) ? "relocation-enqueue" : "relocation-worker")
            })
        let chunks = spans.filter { $0.name == "chunk" }
        #expect(chunks.count == 12)
        let sums = ["relocation.rows", "relocation.rows.inserted"].map { name in
            chunks.compactMap { Int($0.facts[name] ?? "") }.reduce(0, +)
        }
        #expect(try sums == [80, site.rows(queued.lastLine)["inserted"]])
        let claim = try #require(spans.first { $0.name == "claim" })
        #expect(claim.facts["relocation.uuid"] == queued.lastLine && claim.facts["relocation.end"] == "completed")

        let bodies = try collector.requests().map(\.body).joined()
        for secret in ["user-1", "example.com", "secret-name", site.databasePath] { #expect(!bodies.contains(secret)) }
        try expectProtocol(collector)
    }

    /// The protocol's own definition reads what was sent.
    private func expectProtocol(_ collector: WebServer) throws {
        let script = try site.folder.write(
            """
            import base64, json, re, sys
            from google.protobuf.json_format import Parse
            from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
            def binary(match):  # Ids are hexadecimal in OTLP, and base64 in other JSON of protocol buffers.
                return match[1] + base64.b64encode(bytes.fromhex(match[2])).decode() + '"'
            for line in sys.stdin:
                body = re.sub(r'("(?:traceId|spanId|parentSpanId)":")([0-9a-f]+)"', binary, json.loads(line))
                for span in Parse(body, ExportTraceServiceRequest()).resource_spans[0].scope_spans[0].spans:
                    assert len(span.trace_id) == 16 and len(span.span_id) == 8 and span.name and span.kind, span
            """, to: "otlp.py")
        let lines = try collector.requests().map { String(decoding: try JSONEncoder().encode($0.body), as: UTF8.self) }
        let log = site.folder.file("otlp.log")
        let check = try ChildProcess(
            "\(Self.root)/.build/python/bin/python3", [script],
            input: try site.folder.write(lines.joined(separator: "\n"), to: "bodies"), output: log, errors: log)
        #expect(check.wait(seconds: 60) == 0, "\(site.folder.read("otlp.log"))")
    }

    @Test(arguments: ["away", "failing", "silent"]) func aCollectorInTroubleChangesNothing(_ kind: String) throws {
        let failing = kind == "failing" ? try WebServer(answers: [500]) : nil
        let silent = kind == "silent" ? try SilentServer() : nil
        let variable = Self.variable(try failing?.port ?? silent?.port ?? freePort())
        let queued = try site.enqueue("users", try file(), environment: variable)
        #expect(queued.code == 0 && queued.output == queued.lastLine + "\n", "\(queued.errors)")
        #expect(queued.errors.contains("spans of the trace were not taken"), "\(queued.errors)")
        let worker = try site.worker("run", "--drain", environment: variable)
        #expect(worker.code == 0, "\(worker.errors)")
        let status = try site.status(queued.lastLine)
        #expect(status["status"] as? String == "SUCCESS" && status["trouble"] is NSNull)
    }

    /// Listens and says nothing.
    private final class SilentServer {
        let port: Int
        private let descriptor: Int32

        init() throws {
            port = try freePort()
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
            address.sin_port = UInt16(port).bigEndian
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isBound, listen(descriptor, 8) == 0 else { throw SystemFailure("listen", errno) }
        }

        deinit { close(descriptor) }
    }

    @Test func aWrongAddressIsRefused() throws {
        for address in ["collector:4318", "https://user:secret@collector", "http://"] {
            let refused = try site.worker("run", "--drain", "--traces-url", address)
            #expect(refused.code == 64 && refused.errors.contains("--traces-url"), "\(refused.errors)")
            #expect(!refused.errors.contains("secret"))
        }
    }
}
