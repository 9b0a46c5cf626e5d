import EventFormat
import ExportFormat
import TestSupport
import Testing

/// Pure rules of saving against all vectors that were recorded.
@Suite(.enabled(if: Recordings.folder != nil, "RELOCATION_PARITY_DIR is not set"))
struct RecordedVectorTests {
    @Test func spanHashes() throws {
        let recorded = try Recordings.read("span-hashes.json")
        for vector in recorded["spans"].items {
            #expect(SpanGrouping.hash(of: vector["span"]) == vector["hash"].text, "\(spelled(vector))")
        }
        for vector in recorded["roots"].items {
            let name = try #require(vector["transaction"].text)
            #expect(SpanGrouping.hash(transaction: name) == vector["hash"].text, "\(spelled(vector))")
        }
        #expect(recorded["spans"].items.count >= 100)
    }

    @Test func releaseVersions() throws {
        let vectors = try Recordings.read("releases.json").items
        for vector in vectors {
            let version = try #require(vector["version"].text)
            #expect(.bool(ReleaseVersion.isValid(version)) == vector["valid"], "\(version)")
            guard vector["row"].isTruthy else { continue }
            let parts = ReleaseVersion(version)
            #expect(.bool(parts != nil) == vector["is_semver"], "\(version)")
            #expect(spelled(columns(version, parts)) == spelled(vector["row"]), "\(version)")
        }
        #expect(vectors.count >= 60)
    }

    private func columns(_ version: String, _ parts: ReleaseVersion?) -> FieldValue {
        let numbers: [(String, Int64?)] = [
            ("major", parts?.major), ("minor", parts?.minor), ("patch", parts?.patch), ("revision", parts?.revision),
            ("build_number", parts?.buildNumber),
        ]
        let texts: [(String, String?)] = [
            ("package", parts?.package), ("prerelease", parts?.prerelease), ("build_code", parts?.buildCode),
            ("version", version),
        ]
        return .object(
            numbers.map { .init($0.0, $0.1.map { .integer($0) } ?? .null) }
                + texts.map { .init($0.0, $0.1.map { .text($0) } ?? .null) })
    }

    @Test func metadata() throws {
        let payloads = try Recordings.payloads()
        let vectors = try Recordings.read("metadata.json").items
        for vector in vectors {
            let name = try #require(vector["payload"].text)
            let body = try #require(payloads[name])
            #expect(
                spelled(.object(EventMetadata.computed(body))) == spelled(vector["computed_metadata"]), "\(name)")
            #expect(spelled(described(body)) == spelled(expected(vector)), "\(name)")
        }
        #expect(vectors.count >= 150)
    }

    private func described(_ body: FieldValue) -> FieldValue {
        let type = EventMetadata.type(of: body)
        let merged = EventMetadata.merged(body)
        let culprit = EventCulprit.of(body)
        let search = EventMetadata.searchMessage(body, metadata: merged, culprit: culprit)
        let user = EventTags.userTag(body["user"])
        let project = body["project"].number.map { Int64($0) } ?? 0
        return .object([
            .init("title", .text(EventMetadata.title(.object(merged), type: type))),
            .init("location", EventMetadata.location(.object(merged), type: type)), .init("culprit", .text(culprit)),
            .init("type", .text(type)), .init("metadata", .object(merged)), .init("search_message", .text(search)),
            .init("user_tag", user.map { .text($0) } ?? .null),
            .init("interface_tags", tags(EventTags.interfaceTags(body))),
            .init("node_id", .text(EventHash.nodeID(project: project, event: body["event_id"].text ?? ""))),
        ])
    }

    private func tags(_ tags: [(part: String, key: String, value: String)]) -> FieldValue {
        var out = FieldValue.object([])
        for (part, key, value) in tags {
            out[part] = .list(out[part].items + [.list([.text(key), .text(value)])])
        }
        return out
    }

    private func expected(_ vector: FieldValue) -> FieldValue {
        var out = vector["materialized"]
        for key in ["search_message", "user_tag", "interface_tags", "node_id"] { out[key] = vector[key] }
        return out
    }

    @Test func detectors() throws {
        let vectors = try Recordings.read("performance.json").items
        for vector in vectors {
            var body = vector["data"]
            SpanGrouping.apply(to: &body)
            for span in body["spans"].items {
                let id = try #require(span["span_id"].text)
                #expect(span["hash"] == vector.at("hashes", id), "\(vector["name"])")
            }
            let detection = ProblemDetection(settings: DetectionSettings(options: vector["project_settings"]))
            var found = FieldValue.object([])
            for (name, problems) in detection.all(body) where !problems.isEmpty {
                found[name] = .list(problems.map(\.recorded))
            }
            let recorded = vector["detectors"].members.filter { $0.value.isTruthy }
            #expect(spelled(found) == spelled(.object(recorded)), "\(vector["name"])")
            expectSame(detection.problems(body), vector["problems_default_features"], vector)
            expectSame(detection.problems(body, extended: true), vector["problems_all_features"], vector)
        }
        #expect(vectors.count >= 100)
    }

    /// The order of one event's problems means nothing.
    private func expectSame(_ problems: [SpanProblem], _ recorded: FieldValue, _ vector: FieldValue) {
        let found = problems.map { spelled($0.recorded) }.sorted()
        #expect(found == recorded.items.map { spelled($0) }.sorted(), "\(vector["name"])")
    }

    @Test func nodeRows() throws {
        let recorded = try Recordings.read("nodestore.json")
        for vector in recorded["node_id_vectors"].items + recorded["events"].items {
            guard case .integer(let project) = vector["project_id"], let event = vector["event_id"].text else {
                Issue.record("no ids in \(spelled(vector))")
                continue
            }
            #expect(.text(EventHash.nodeID(project: project, event: event)) == vector["node_id"])
        }
        let node = NodeText()
        for row in recorded["rows"].items {
            guard let text = row["inflated_text"].text else { continue }
            let stored = try #require(row["data"].text)
            #expect(node.inflated(stored) == Array(text.utf8), "\(row["id"])")
            #expect(node.encoded(Array(text.utf8)) == stored, "\(row["id"])")
            for (key, value) in row["get"].members.map({ ($0.key, $0.value) }) {
                let read = node.value(Array(text.utf8), under: key == "-" ? nil : key)
                #expect(spelled(read ?? .null) == spelled(value), "\(row["id"]) \(key)")
                if key == "-", let read, read.isTruthy, !text.contains("\n") {
                    #expect(EventText.stored(read) == Array(text.utf8), "\(row["id"])")
                }
            }
        }
        // Pickles of protocols 0, 1, 3, 4 and 2.
        let pickles = recorded["rows"].items.filter { $0.has("inflated_hex") }
        for row in pickles {
            let text = try #require(node.inflated(row["data"].text ?? ""))
            #expect(spelled(node.value(text) ?? .null) == spelled(row.at("get", "-")), "\(row["id"])")
            #expect(node.value(text, under: "unprocessed") == nil)
        }
        #expect(pickles.count == 5 && recorded["rows"].items.count >= 15)
    }
}

extension SpanProblem {
    /// As the recordings show a problem.
    var recorded: FieldValue {
        .object([
            .init("fingerprint", .text(fingerprint)), .init("op", .text(op)), .init("desc", .text(description)),
            .init("type", .integer(type.number)), .init("type_slug", .text("performance_" + type.slug)),
            .init("title", .text(type.title)), .init("subtitle", .null), .init("parent_span_ids", parents),
            .init("cause_span_ids", causes), .init("offender_span_ids", .list(offenders)),
            .init("evidence_data", evidenceData),
            .init(
                "evidence_display",
                .list([
                    .object([
                        .init("name", .text("Offending Spans")), .init("value", .text(displayText)),
                        .init("important", .bool(true)),
                    ])
                ])),
        ])
    }
}
