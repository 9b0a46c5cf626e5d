import Catalogue
import Crypto
import CryptoExtras
import Foundation
import Glibc
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct TarballTests {
    private let maker: TarballMaker
    private let row = record("sentry.email", #"{"email":"a@x.org"}"#)

    init() throws { maker = try TarballMaker.shared() }

    private func open(_ entries: [TarballMaker.Entry], key: [UInt8]? = nil) throws -> TarballFixture {
        try TarballFixture(TarballMaker.tar(entries), key: key ?? maker.privatePEM)
    }

    private func refusal(_ entries: [TarballMaker.Entry], key: [UInt8]? = nil) throws -> ExportError {
        try #require(throws: ExportError.self) {
            try open(entries, key: key).source.survey(scope: .users, filter: nil, chunkSize: 20)
        }
    }

    private var plain: [UInt8] { Array("[\(row)]".utf8) }

    @Test func opens() throws {
        let fixture = try open(maker.entries(plain))
        #expect(fixture.source.isEncrypted)
        #expect(try fixture.text() == Array(row.utf8))
        let survey = try fixture.source.survey(scope: .users, filter: nil, chunkSize: 20)
        #expect(survey.rowsTotal == 1 && survey.bytesRead == Int64(plain.count))
        var chunks: [Chunk] = []
        try fixture.source.cut(survey) { chunks.append($0) }
        let rows = try ChunkDecoder.decode(
            try #require(chunks.first).payload, model: model("sentry.email"), now: fixedNow, catalogue: .standard)
        #expect(rows.first?.values[1] == .text("a@x.org"))
    }

    @Test(arguments: ["gzip", "bzip2", "xz"])
    func opensCompressed(_ program: String) throws {
        let bytes = try TarballMaker.pipe(program, TarballMaker.tar(maker.entries(plain)))
        #expect(try TarballFixture(bytes, key: maker.privatePEM).text() == Array(row.utf8))
    }

    /// Every length of padding, and texts around the sizes of the buffers.
    @Test func opensTextsOfAnyLength() throws {
        for length in Array(0...49) + [48 << 10, 64 << 10, 96 << 10, 128 << 10].flatMap({ [$0 - 17, $0, $0 + 1] }) {
            let text = "[" + String(repeating: " ", count: length) + row + "]"
            #expect(try open(maker.entries(Array(text.utf8))).text() == Array(row.utf8))
        }
    }

    @Test func opensMembersInAnyOrderAndIgnoresWhatIsNoFile() throws {
        var entries = try Array(maker.entries(plain).reversed())
        entries.insert(.init(name: "folder/", content: [], type: UInt8(ascii: "5")), at: 1)
        entries.insert(.init(name: "link", content: [], type: UInt8(ascii: "2")), at: 0)
        #expect(try open(entries).text() == Array(row.utf8))
    }

    @Test func readsPassesSideBySide() throws {
        let rows = (1...2000).map { record("sentry.email", pk: "\($0)", "{}") }
        let fixture = try open(maker.entries(Array("[\(rows.joined(separator: ","))]".utf8)))
        let first = try fixture.source.records()
        let second = try fixture.source.records()
        for row in rows {
            #expect(try first.next()?.json == Array(row.utf8))
            #expect(try second.next()?.json == Array(row.utf8))
        }
        #expect(try first.next() == nil)
        #expect(try second.next() == nil)
    }

    @Test func needsAKey() throws {
        let error = #expect(throws: ExportError.self) {
            try TarballFixture(TarballMaker.tar(maker.entries(plain)), key: nil)
        }
        #expect(error?.kind == .badKey && error?.message.contains("private key") == true)
    }

    @Test func refusesOtherKeys() throws {
        let other = try TarballMaker.fresh()
        let wrong = try refusal(maker.entries(plain), key: other.privatePEM)
        #expect(wrong.kind == .badKey && wrong.kind.exitCode == 65 && wrong.message.contains("not the one"))
        for (pem, words) in [
            (maker.publicPEM, "public key"), (Array("{}".utf8), "PEM"), ([], "PEM"), ([0xFF, 0x00], "PEM"),
            (Array("-----BEGIN ENCRYPTED PRIVATE KEY-----".utf8), "passphrase"),
            (Array(maker.privatePEM.dropLast(100)), "PEM"),
        ] {
            let error = try refusal(maker.entries(plain), key: pem)
            #expect(error.kind == .badKey && error.message.contains(words), "\(error)")
        }
    }

    @Test func comparesThePublicKeyByteForByte() throws {
        for change in [{ $0.dropLast() }, { $0 + [0x0A] }, { $0.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }]
            as [([UInt8]) -> [UInt8]]
        {
            var entries = try maker.entries(plain)
            entries[2].content = change(entries[2].content)
            #expect(try refusal(entries).kind == .badKey)
        }
    }

    @Test func refusesADamagedDataKey() throws {
        for length in [0, 100, 255, 257] {
            var entries = try maker.entries(plain)
            entries[1].content = Array((entries[1].content + [0]).prefix(length))
            #expect(try refusal(entries).kind == .badKey)
        }
        var entries = try maker.entries(plain)
        entries[1].content[17] ^= 1
        #expect(try refusal(entries).kind == .badKey)
        for text in ["", "short", String(repeating: "A", count: 43) + "!", String(repeating: "A", count: 44)] {
            entries[1].content = Array(try maker.key.publicKey.encrypt(Array(text.utf8), padding: .PKCS1_OAEP_SHA256))
            #expect(try refusal(entries).kind == .badKey)
        }
    }

    @Test func refusesOtherMembers() throws {
        let entries = try maker.entries(plain)
        for place in entries.indices {
            var fewer = entries
            let name = fewer.remove(at: place).name
            #expect(try refusal(fewer).message.contains("lacks \(name)"))
        }
        for name in ["extra", "./export.json", "folder/data.key", ""] where !name.isEmpty {
            #expect(try refusal(entries + [.init(name: name, content: [])]).message.contains(name))
        }
    }

    /// As in any tar, the last one counts.
    @Test func takesTheLastOfMembersThatComeTwice() throws {
        let entries = try maker.entries(plain)
        let other = try maker.entries(Array("[\(record("sentry.email", "{}"))]".utf8))
        var broken = entries[1]
        broken.content[17] ^= 1
        #expect(try open([other[0], broken] + entries).text() == Array(row.utf8))
        #expect(try refusal(entries + [broken]).kind == .badKey)
    }

    /// As Python's decoder does.
    @Test func takesBothAlphabetsAndMissingPadding() throws {
        for length in 0..<48 {
            var entries = try maker.entries(plain + Array(repeating: 0x20, count: length))
            entries[0].content = entries[0].content.filter { $0 != 0x3D }
                .map { $0 == 0x2D ? 0x2B : $0 == 0x5F ? 0x2F : $0 }
            #expect(try open(entries).text() == Array(row.utf8))
        }
    }

    @Test func refusesATokenOfAnotherSignature() throws {
        let count = try TarballMaker.token(plain, key: Array(repeating: 0, count: 32)).count
        for place in [1, 9, 24, 25, count - 33, count - 32, count - 1] {
            let error = try refusal(maker.entries(plain) { $0[place] ^= 1 })
            #expect(error.kind == .badData && error.message.contains("signature"), "\(place)")
        }
        #expect(try refusal(maker.entries(plain) { $0[0] = 0x81 }).message.contains("Fernet"))
        #expect(try refusal(maker.entries(plain) { $0.removeLast(16) }).message.contains("signature"))
        for length in [0, 1, 24, 25, 56, 57] {
            #expect(try refusal(maker.entries(plain) { $0 = Array($0.prefix(length)) }).kind == .badData)
        }
    }

    /// No plain text is returned if the signature, at the very end, is wrong.
    @Test func authenticatesBeforeReading() throws {
        let long = Array("[\(Array(repeating: row, count: 50_000).joined(separator: ","))]".utf8)
        let fixture = try open(maker.entries(long) { $0[$0.count - 1] ^= 1 })
        #expect(throws: ExportError.self) { try fixture.source.records() }
    }

    @Test func refusesTextThatIsNoBase64() throws {
        for change in [
            { $0.filter { $0 != 0x3D }.dropLast(1) }, { $0 + [0x41] }, { [0x2A] + $0.dropFirst() },
            { $0.dropLast(8) + [0x3D, 0x41, 0x41, 0x41] + $0.suffix(4) },
            { $0 + $0 }, { Array($0.prefix(2)) },
        ] as [([UInt8]) -> [UInt8]] {
            var entries = try maker.entries(plain + [0x20])
            entries[0].content = change(entries[0].content)
            #expect(try refusal(entries).kind == .badData)
        }
    }

    @Test func takesLineEndsInsideTheToken() throws {
        var entries = try maker.entries(plain)
        entries[0].content =
            entries[0].content.enumerated().flatMap { $0.offset % 61 == 60 ? [$0.element, 0x0A] : [$0.element] } + [
                0x0A
            ]
        #expect(try open(entries).text() == Array(row.utf8))
    }

    @Test func refusesCutFiles() throws {
        let tar = try TarballMaker.tar(maker.entries(plain))
        for length in [512, 600, 1024, 2048] {
            #expect(throws: ExportError.self) { try TarballFixture(Array(tar.prefix(length)), key: maker.privatePEM) }
        }
        for program in ["gzip", "bzip2", "xz"] {
            let packed = try TarballMaker.pipe(program, tar)
            #expect(throws: ExportError.self) {
                try TarballFixture(Array(packed.dropLast(packed.count / 3)), key: maker.privatePEM)
            }
        }
    }

    @Test(arguments: ["gzip", "bzip2", "xz", "zstd"]) func readsCompressedText(_ program: String) throws {
        let text = "[" + (1...3000).map { record("sentry.email", pk: "\($0)", "{}") }.joined(separator: ",\n") + "]"
        let packed = try TarballMaker.pipe(program, Array(text.utf8))
        let whole = try Fixture(bytes: packed)
        #expect(try whole.survey() == Fixture(text).survey())
        #expect(!whole.source.isEncrypted)
        let cut = #expect(throws: ExportError.self) { try Fixture(bytes: packed.dropLast(packed.count / 3)).survey() }
        #expect(cut?.kind == .badData, "\(String(describing: cut))")
    }

    @Test func judgesCompressionAtBothEdges() throws {
        var limits = ExportLimits.standard
        let tar = try TarballMaker.tar(maker.entries(plain) { $0 += Array(repeating: 0, count: 3 << 20) })
        let packed = try TarballMaker.pipe("gzip", tar)
        let ratio = tar.count / packed.count
        limits.maxCompressionRatio = ratio + 1
        _ = try TarballFixture(packed, key: maker.privatePEM, limits: limits)
        limits.maxCompressionRatio = ratio - 2
        let error = #expect(throws: ExportError.self) {
            try TarballFixture(packed, key: maker.privatePEM, limits: limits)
        }
        #expect(error?.kind == .tooLarge)
    }

    @Test func judgesEntriesAtBothEdges() throws {
        var limits = ExportLimits.standard
        limits.maxTarballEntries = 5
        limits.maxKeyBytes = 2000
        let folder = TarballMaker.Entry(name: "f/", content: [], type: UInt8(ascii: "5"))
        let entries = try maker.entries(plain)
        for (count, isTaken) in [(2, true), (3, false)] {
            let tar = TarballMaker.tar(Array(repeating: folder, count: count) + entries)
            #expect(((try? TarballFixture(tar, key: maker.privatePEM, limits: limits)) != nil) == isTaken)
        }
        for (bytes, kind) in [(2000, ExportError.Kind.badKey), (2001, .tooLarge)] {
            var entries = entries
            entries[2].content = Array(repeating: 0x41, count: bytes)
            let error = #expect(throws: ExportError.self) {
                try TarballFixture(TarballMaker.tar(entries), key: maker.privatePEM, limits: limits)
            }
            #expect(error?.kind == kind)
        }
        let error = #expect(throws: ExportError.self) {
            try TarballFixture(
                TarballMaker.tar(entries), key: maker.privatePEM + Array(repeating: 0x0A, count: 2001), limits: limits)
        }
        #expect(error?.kind == .badKey)
    }

    @Test func noticesAChangeBetweenPasses() throws {
        let fixture = try open(maker.entries(plain))
        let survey = try fixture.source.survey(scope: .users, filter: nil, chunkSize: 20)
        let file = try #require(fopen(fixture.path, "r+"))
        fseek(file, 600, SEEK_SET)
        fputs("x", file)
        fclose(file)
        let error = #expect(throws: ExportError.self) { try fixture.source.cut(survey) { _ in } }
        #expect(error?.kind == .changed)
    }

    /// No error of a tarball shows a key or the text.
    @Test func keepsSecretsToItself() throws {
        let secret = String(decoding: maker.privatePEM, as: UTF8.self).split(separator: "\n")[3]
        let errors = [
            try refusal(maker.entries(plain), key: TarballMaker.fresh().privatePEM),
            try refusal(maker.entries(plain) { $0[30] ^= 1 }),
            try refusal(maker.entries(plain), key: Array(maker.privatePEM.dropLast(60))),
        ]
        for error in errors { #expect(!error.description.contains(secret) && !error.description.contains("a@x.org")) }
    }
}
