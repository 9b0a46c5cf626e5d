import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct ChunkTests {
    /// One row per letter: e-mails, options, users, an unknown model, organization auth tokens.
    private static func text(_ letters: String) -> String {
        let names: [Character: String] = [
            "e": "sentry.email", "o": "sentry.option", "u": "sentry.user", "x": "sentry.nosuch",
            "t": "sentry.orgauthtoken",
        ]
        return "["
            + letters.enumerated().map { record(names[$1] ?? "", pk: "\($0 + 1)", "{}") }.joined(separator: " , ") + "]"
    }

    private static func chunks(_ letters: String, size: Int) throws -> [String] {
        let fixture = try Fixture(text(letters))
        let survey = try fixture.survey(chunkSize: size)
        let chunks = try fixture.chunks(survey)
        #expect(survey.tasks == chunks.count)
        return try chunks.map { chunk in
            let rows = try ChunkDecoder.decode(
                chunk.payload, model: model(chunk.model), now: fixedNow, catalogue: .standard)
            #expect(chunk.rows == rows.count)
            #expect(rows.first?.ordinal == chunk.minOrdinal)
            return
                "\(chunk.model.dropFirst(7)) \(rows.map { "\($0.ordinal)=\($0.sourcePK ?? 0)" }.joined(separator: " "))"
        }
    }

    @Test func cutsByModelAndSize() throws {
        #expect(try Self.chunks("eeeuu", size: 1) == ["email 1=1", "email 2=2", "email 3=3", "user 1=4", "user 2=5"])
        #expect(try Self.chunks("eeeuu", size: 2) == ["email 1=1 2=2", "email 3=3", "user 1=4 2=5"])
        #expect(try Self.chunks("eeeuu", size: 20) == ["email 1=1 2=2 3=3", "user 1=4 2=5"])
    }

    @Test func cutsAtTwenty() throws {
        let fixture = try Fixture(Self.text(String(repeating: "e", count: 41)))
        let chunks = try fixture.chunks(fixture.survey(chunkSize: 20))
        #expect(chunks.map(\.minOrdinal) == [1, 21, 41])
        #expect(chunks.map(\.rows) == [20, 20, 1])
    }

    /// A model that appears again continues its ordinals.
    @Test func continuesOrdinals() throws {
        #expect(try Self.chunks("eeuueeu", size: 20) == ["email 1=1 2=2", "user 1=3 2=4", "email 3=5 4=6", "user 3=7"])
        #expect(try Self.chunks("eeuee", size: 3) == ["email 1=1 2=2", "user 1=3", "email 3=4 4=5"])
        #expect(try Self.chunks("exe", size: 20) == ["email 1=1", "email 2=3"])
    }

    /// Workers move late models behind the others; the enqueuer reads the file once.
    @Test func keepsLateModelsInFileOrder() throws {
        #expect(
            try Self.chunks("tteot", size: 20) == [
                "orgauthtoken 1=1 2=2", "email 1=3", "option 1=4", "orgauthtoken 3=5",
            ])
    }

    /// What each chunk hides: `model from` of those that it may refer to and that come after it.
    private static func hidden(
        _ rows: [(model: String, fields: String)], scope: ImportScope = .organizations, size: Int = 20,
        filter: ExportFilter? = nil
    ) throws -> [String] {
        let text = rows.enumerated().map { record($1.model, pk: "\($0 + 1)", $1.fields) }.joined(separator: ",")
        let fixture = try Fixture("[\(text)]")
        return try fixture.chunks(fixture.survey(scope, filter: filter, chunkSize: size)).map { chunk in
            let contents = try ChunkDecoder.contents(
                of: chunk.payload, model: model(chunk.model), now: fixedNow, catalogue: .standard)
            #expect(chunk.payload.first == (contents.hidden.isEmpty ? 1 : 2))
            let hidden = contents.hidden.sorted { $0.key < $1.key }.map { " \($0.key.dropFirst(7)) \($0.value)" }
            return "\(chunk.model.dropFirst(7)) \(chunk.minOrdinal):\(hidden.joined())"
        }
    }

    @Test func namesTheParentsThatComeBehindTheirChildren() throws {
        let organization = ("sentry.organization", "{}")
        let team = ("sentry.team", "{}")
        // As an exporter writes it.
        #expect(try Self.hidden([organization, organization, team]) == ["organization 1:", "team 1:"])
        #expect(
            try Self.hidden([team, organization, team, team, organization, team], size: 1) == [
                "team 1: organization 1", "organization 1:", "team 2: organization 2", "team 3: organization 2",
                "organization 2:", "team 4:",
            ])
        #expect(
            try Self.hidden([("sentry.organizationmember", "{}"), ("sentry.user", "{}"), organization]) == [
                "organizationmember 1: organization 1 user 1", "user 1:", "organization 1:",
            ])
        // Rows that are not queued are hidden from no chunk.
        #expect(
            try Self.hidden([("sentry.useroption", "{}"), organization, ("sentry.user", "{}")], scope: .users) == [
                "useroption 1: user 1", "user 1:",
            ])
        // Nothing is hidden from late models: all others are imported before them.
        #expect(
            try Self.hidden([("sentry.orgauthtoken", "{}"), organization]) == ["orgauthtoken 1:", "organization 1:"])
    }

    /// Filtered rows count for ordinals and windows; a window without any row left gives no chunk.
    @Test func keepsWindowsUnderAFilter() throws {
        let rows = (1...9).map {
            record("sentry.user", pk: "\($0)", "{\"username\": \"\([3, 4, 8].contains($0) ? "in" : "out")\"}")
        }
        let fixture = try Fixture("[" + rows.joined(separator: ",") + "]")
        let survey = try fixture.survey(.users, filter: .usernames(["in"]), chunkSize: 3)
        let chunks = try fixture.chunks(survey)
        #expect(survey.tasks == 3)
        #expect(chunks.map(\.minOrdinal) == [1, 4, 7])
        #expect(chunks.map(\.rows) == [1, 1, 1])
        let ordinals = try chunks.flatMap {
            try ChunkDecoder.decode($0.payload, model: model("sentry.user"), now: fixedNow, catalogue: .standard).map(
                \.ordinal)
        }
        #expect(ordinals == [3, 4, 8])
        let one = try fixture.survey(.users, filter: .usernames(["in"]), chunkSize: 1)
        #expect(try fixture.chunks(one).map(\.minOrdinal) == [3, 4, 8])
    }

    @Test func passesTheConsumersErrorOn() throws {
        struct Full: Error {}
        let fixture = try Fixture(Self.text("eu"))
        let survey = try fixture.survey()
        #expect(throws: Full.self) { try fixture.source.cut(survey) { _ in throw Full() } }
    }

    @Test func countsSourceBytes() throws {
        let fixture = try Fixture(Self.text("ee"))
        let survey = try fixture.survey()
        let chunk = try #require(try fixture.chunks(survey).first)
        #expect(chunk.sourceBytes == record("sentry.email", pk: "1", "{}").utf8.count * 2)
        #expect(survey.bytesQueued == Int64(chunk.sourceBytes))
    }
}

@Suite struct ChunkCodecTests {
    private static func payload() throws -> [UInt8] {
        let rows = (1...5).map {
            record(
                "sentry.email", pk: "\($0)",
                "{\"email\": \"user\($0)@example.com\", \"date_added\": \"2023-06-22T22:59:57.023Z\"}")
        }
        let fixture = try Fixture("[" + rows.joined(separator: ",") + "]")
        return try #require(try fixture.chunks(fixture.survey()).first).payload
    }

    private static func decode(_ payload: [UInt8]) throws -> [Row] {
        try ChunkDecoder.decode(payload, model: model("sentry.email"), now: fixedNow, catalogue: .standard)
    }

    @Test func goesBothWays() throws {
        let rows = try Self.decode(Self.payload())
        #expect(rows.count == 5)
        #expect(rows[4].ordinal == 5 && rows[4].sourcePK == 5)
        #expect(rows[4].values == [.null, .text("user5@example.com"), .timestamp(1_687_474_797_023_000)])
    }

    @Test func refusesEveryTruncation() throws {
        let payload = try Self.payload()
        for length in 0..<payload.count {
            let error = #expect(throws: ExportError.self) { try Self.decode(Array(payload[..<length])) }
            #expect(error?.kind == .badData)
        }
    }

    @Test func refusesEveryFlippedByte() throws {
        let payload = try Self.payload()
        let rows = try Self.decode(payload)
        var refused = 0
        for place in payload.indices {
            var damaged = payload
            damaged[place] ^= 0x5A
            do {
                // A bit that the frame does not use changes nothing.
                #expect(try Self.decode(damaged).map(\.values) == rows.map(\.values))
            } catch {
                refused += 1
            }
        }
        #expect(refused > payload.count * 9 / 10)
    }

    @Test func refusesNoise() throws {
        var generator = Seeded(state: 7)
        for length in 0..<300 {
            let noise = [ChunkCodec.version] + (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(throws: ExportError.self) { try Self.decode(noise) }
        }
    }

    /// Valid frames around invalid bodies.
    @Test(
        arguments: [
            [], [1], [0], [0x80], [1, 0], [1, 0, 5], [1, 0, 2, 0x7B], [1, 0, 1, 0x35], [1, 0, 2, 0x5B, 0x5D],
            [1, 0, 2, 0x7B, 0x7D],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0, 2, 0x7B, 0x7D],
            [1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
        ] as [[UInt8]])
    func refusesOtherBodies(_ body: [UInt8]) throws {
        let payload = try ChunkEncoder().framed(body)
        if body == [1] {
            #expect(try Self.decode(payload).isEmpty)
        } else {
            #expect(throws: ExportError.self) { try Self.decode(payload) }
        }
    }

    /// A payload comes from Redis and may hold anything.
    @Test func readsOrdinalsUpToTheLastNumber() throws {
        let first: [UInt8] = [0xFE] + Array(repeating: 0xFF, count: 7) + [0x7F]
        let row = Array(record("sentry.email", pk: "1", "{}").utf8.filter { $0 != 0x20 })
        func body(_ distance: UInt8) -> [UInt8] { first + [distance, UInt8(row.count)] + row }
        let last = try Self.decode(ChunkEncoder().framed(body(1)))
        #expect(last.map(\.ordinal) == [.max])
        #expect(throws: ExportError.self) { try Self.decode(ChunkEncoder().framed(body(2))) }
        let hidden: [UInt8] = first + [1, 1, 0x61] + first + [0, UInt8(row.count)] + row
        let payload = try ChunkEncoder().framed(hidden, version: ChunkCodec.versionWithHidden)
        let contents = try ChunkDecoder.contents(
            of: payload, model: model("sentry.email"), now: fixedNow, catalogue: .standard)
        #expect(contents.rows.map(\.ordinal) == [.max - 1])
        #expect(contents.hidden == ["a": .max - 1])
    }

    @Test func ordinalBelowTheSmallestIsRefusedWhenRead() throws {
        let encoder = try ChunkEncoder()
        encoder.begin(minOrdinal: 5)
        let row = Array(record("sentry.email", pk: "1", "{}").utf8)
        row.withUnsafeBufferPointer { encoder.add($0, ordinal: 4) }
        #expect(throws: ExportError.self) { try Self.decode(encoder.payload()) }
    }

    @Test func refusesARowOfAnotherModel() throws {
        let payload = try Self.payload()
        let error = #expect(throws: ExportError.self) {
            try ChunkDecoder.decode(payload, model: model("sentry.user"), now: fixedNow, catalogue: .standard)
        }
        #expect(error?.finding?.kind == .unexpectedModel)
    }

    @Test func refusesAnotherVersion() throws {
        var payload = try Self.payload()
        payload[0] = 2
        let error = #expect(throws: ExportError.self) { try Self.decode(payload) }
        #expect(error?.message == ChunkCodec.damaged.message)
    }

    @Test func readsVarintsAtTheirEdges() {
        for value in [0, 127, 128, 16_383, 16_384, UInt64(Int64.max), .max] {
            var bytes: [UInt8] = []
            Varint.append(value, to: &bytes)
            var place = 0
            #expect(Varint.read(bytes, at: &place) == value)
            #expect(place == bytes.count)
        }
        for bytes in [[], [0x80], [UInt8](repeating: 0xFF, count: 10), [UInt8](repeating: 0x80, count: 11)] {
            var place = 0
            #expect(Varint.read(bytes, at: &place) == nil)
        }
    }
}
