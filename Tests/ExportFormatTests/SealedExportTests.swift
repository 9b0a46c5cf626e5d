import Catalogue
import CryptoExtras
import Foundation
import TestSupport
import Testing

@testable import ExportFormat

/// Encrypted tarballs as they are written; `TarballTests` reads those of the reference's form.
@Suite struct SealedExportTests {
    private let maker: TarballMaker
    private let folder: TemporaryFolder

    init() throws {
        maker = try TarballMaker.shared()
        folder = try TemporaryFolder()
    }

    /// Writes a tarball in pieces of odd sizes; its path.
    private func seal(_ plain: [UInt8], piece: Int = 999, _ seal: TarballSeal? = nil) throws -> String {
        let path = folder.file("export.tar")
        let output = try ExportOutput.open(path, try seal ?? TarballSeal(publicKeyPEM: maker.publicPEM))
        for start in stride(from: 0, to: plain.count, by: piece) {
            try output.write(Array(plain[start..<min(start + piece, plain.count)]))
        }
        try output.finish()
        return path
    }

    private func open(_ path: String, _ opener: TarballOpener? = nil) throws -> [UInt8] {
        let source = try ExportSource.open(
            path: path, opener: opener ?? .privateKey(maker.privatePEM), catalogue: .standard)
        let sink = Memory()
        try source.copy(to: sink)
        #expect(sink.isFinished)
        return sink.bytes
    }

    private final class Memory: ByteSink {
        var bytes: [UInt8] = []
        var isFinished = false
        func write(_ bytes: UnsafeRawBufferPointer) { self.bytes += bytes }
        func finish() { isFinished = true }
    }

    private func bytes(_ count: Int) -> [UInt8] {
        var seed: UInt64 = 7
        return (0..<count).map { _ in
            seed = seed &* 6_364_136_223_846_793_005 &+ 1
            return UInt8(truncatingIfNeeded: seed >> 33)
        }
    }

    private func contents(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    /// Around the cipher's blocks, the pieces that are encrypted at once, and the blocks of the file.
    @Test func textsOfEverySizeComeBack() throws {
        let sizes =
            [0, 1, 14, 15, 16, 17, 31, 32, 33] + [48 << 10, 96 << 10, 256 << 10].flatMap { [$0 - 1, $0, $0 + 1] }
        for size in sizes {
            let plain = bytes(size)
            let path = try seal(plain, piece: size > 1000 ? 7777 : 5)
            #expect(try open(path) == plain, "\(size)")
            #expect(try contents(path).count % 10_240 == 0)
        }
        let large = bytes(10 << 20)
        #expect(try open(seal(large, piece: 300_000)) == large)
    }

    /// The members as Python's tarfile writes them.
    @Test func theTarIsThatOfTheReference() throws {
        let tar = try contents(seal(Array("[]".utf8)))
        // A token of 25 + 16 + 32 bytes is 100 characters; key.pub of 2048 bits has 451 bytes.
        let members = [(0, "export.json", 100, 0o144), (1024, "data.key", 256, 0o400), (2048, "key.pub", 451, 0o703)]
        for (place, name, size, octal) in members {
            let header = Array(tar[place..<place + 512])
            #expect(size == octal)
            #expect(String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self) == name)
            let digits = String(size, radix: 8)
            let numbers =
                "0000644\0" + "0000000\0" + "0000000\0" + String(repeating: "0", count: 11 - digits.count) + digits
                + "\0" + "00000000000\0"
            #expect(Array(header[100..<148]) == Array(numbers.utf8), "\(name)")
            #expect(header[154] == 0 && header[155] == 0x20 && header[156] == UInt8(ascii: "0"))
            let sum = header.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 0x20 : Int($1.element)) }
            #expect(Int(String(decoding: header[148..<154], as: UTF8.self), radix: 8) == sum)
            #expect(Array(header[257..<265]) == Array("ustar\u{0}00".utf8))
            #expect(header[157..<257].allSatisfy { $0 == 0 } && header[265...].allSatisfy { $0 == 0 })
        }
        #expect(Array(tar[2560..<2560 + 451]) == maker.publicPEM)
        #expect(tar[2560 + 451..<10_240].allSatisfy { $0 == 0 } && tar.count == 10_240)
        #expect(tar[1280..<1536].contains { $0 != 0 })
    }

    /// Eight gibibytes do not fit into eleven octal digits: GNU's binary form says them.
    @Test func aSizeBeyondOctalDigits() {
        #expect(Array(TarHeader.of("x", size: 8 << 30 - 1)[124..<135]) == Array("77777777777".utf8))
        #expect(Array(TarHeader.of("x", size: 8 << 30)[124..<136]) == [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])
    }

    @Test func everyTarballHasItsOwnKey() throws {
        let first = try contents(seal(Array("[]".utf8)))
        let second = try contents(seal(Array("[]".utf8)))
        #expect(first[512..<612] != second[512..<612] && first[1536..<1792] != second[1536..<1792])
    }

    @Test func nothingIsLeftOfAnUnfinishedTarball() throws {
        let output = try ExportOutput.open(folder.file("x.tar"), TarballSeal(publicKeyPEM: maker.publicPEM))
        try output.write(bytes(300_000))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    /// A pipe cannot be patched: the tarball waits in a temporary file.
    @Test func aStreamGetsTheSameTarball() throws {
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = try ChildProcess("cat", [pipe], output: folder.file("copy.tar"))
        let plain = bytes(100_000)
        do {
            let output = try ExportOutput.open(pipe, TarballSeal(publicKeyPEM: maker.publicPEM))
            try output.write(plain)
            try output.finish()
        }
        #expect(reader.wait(seconds: 20) == 0)
        #expect(try open(folder.file("copy.tar")) == plain)
    }

    @Test func noRoomIsAnError() throws {
        let output = try ExportOutput.open("/dev/full", TarballSeal(publicKeyPEM: maker.publicPEM))
        let error = #expect(throws: ExportError.self) { try output.finish() }
        #expect(error?.kind == .cannotCreate)
    }
}

/// Keys that are wrapped and unwrapped.
@Suite struct TarballKeyTests {
    private let maker: TarballMaker

    init() throws { maker = try TarballMaker.shared() }

    private func refusal(_ pem: String) -> ExportError? {
        #expect(throws: ExportError.self) { try TarballSeal(publicKeyPEM: Array(pem.utf8)) }
    }

    private var pem: String { String(decoding: maker.publicPEM, as: UTF8.self) }

    @Test func theUsualFormIsKept() throws {
        let seal = try TarballSeal(publicKeyPEM: maker.publicPEM)
        #expect(seal.publicKey == maker.publicPEM && seal.warning == nil && seal.wrappedKey.count == 256)
        let text = try maker.key.decrypt(seal.wrappedKey, padding: .PKCS1_OAEP_SHA256)
        #expect(text.count == 44 && text.last == UInt8(ascii: "="))
    }

    /// Readers compare `key.pub` byte for byte with what OpenSSL writes.
    @Test func otherFormsGetTheUsualOne() throws {
        let forms = [
            pem.replacingOccurrences(of: "\n", with: "\r\n"), String(pem.dropLast()), "\n" + pem + "\n\n",
            maker.key.publicKey.pkcs1PEMRepresentation,
        ]
        for form in forms {
            let seal = try TarballSeal(publicKeyPEM: Array(form.utf8))
            #expect(seal.publicKey == maker.publicPEM)
            #expect(seal.warning?.contains("usual form") == true, "\(form)")
        }
    }

    @Test func textAroundTheKeyIsKeptWithAWarning() throws {
        let text = "a line before\n" + pem
        let seal = try TarballSeal(publicKeyPEM: Array(text.utf8))
        #expect(seal.publicKey == Array(text.utf8))
        #expect(seal.warning?.contains("no private key will open that") == true)
    }

    @Test func aShortKeyIsUsedWithAWarning() throws {
        let short = try _RSA.Encryption.PrivateKey(unsafeKeySize: .init(bitCount: 1024))
        let seal = try TarballSeal(publicKeyPEM: Array((short.publicKey.pemRepresentation + "\n").utf8))
        #expect(seal.warning == "the public key has only 1024 bits; use one of 2048 or more.")
    }

    @Test func whatIsNoPublicKeyIsNamed() throws {
        #expect(refusal("")?.message.contains("not an RSA key in PEM form") == true)
        #expect(refusal(maker.key.pemRepresentation)?.message.contains("private key") == true)
        #expect(refusal("-----BEGIN CERTIFICATE-----")?.message.contains("openssl x509") == true)
        let curve = """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
            6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
            -----END PUBLIC KEY-----

            """
        #expect(refusal(curve)?.kind == .badKey)
    }

    /// A service may wrap the key; this one adds one to every byte.
    @Test func aKeyWrappedElsewhere() throws {
        let seal = try TarballSeal(publicKeyPEM: nil) { $0.map { $0 + 1 } }
        #expect(seal.wrappedKey.count == 44)
        #expect(String(decoding: seal.publicKey, as: UTF8.self).contains("by a program"))
        let back = try TarballKey.unwrap(
            seal.wrappedKey, publicPEM: [], with: .unwrap { wrapped in wrapped.map { $0 - 1 } + [0x0A] })
        #expect(back.signing == seal.key.signing && back.encryption == seal.key.encryption)
        let named = try TarballSeal(publicKeyPEM: maker.publicPEM) { _ in [1] }
        #expect(named.publicKey == maker.publicPEM)
    }

    @Test func answersThatAreNoKey() throws {
        let same = #expect(throws: ExportError.self) { try TarballSeal(publicKeyPEM: nil) { [0x20] + $0 + [0x0A] } }
        #expect(same?.message.contains("the key itself") == true)
        let nothing = #expect(throws: ExportError.self) { try TarballSeal(publicKeyPEM: nil) { _ in [] } }
        #expect(nothing?.message.contains("nothing") == true)
        for answer in ["", "short", "\n", String(repeating: "A", count: 44)] {
            let error = #expect(throws: ExportError.self) {
                try TarballKey.unwrap([1], publicPEM: [], with: .unwrap { _ in Array(answer.utf8) })
            }
            #expect(error?.kind == .badKey)
        }
    }

    @Test func aFreshPair() throws {
        let pair = try KeyPair(bits: 2048)
        let key = try _RSA.Encryption.PrivateKey(
            pemRepresentation: String(decoding: pair.privatePEM, as: UTF8.self))
        #expect(key.keySizeInBits == 2048)
        #expect(pair.privatePEM.starts(with: Array("-----BEGIN PRIVATE KEY-----\n".utf8)))
        #expect(pair.privatePEM.last == 0x0A && pair.privatePEM.dropLast().last == UInt8(ascii: "-"))
        let seal = try TarballSeal(publicKeyPEM: pair.publicPEM)
        #expect(seal.warning == nil)
        let back = try TarballKey.unwrap(
            seal.wrappedKey, publicPEM: seal.publicKey, with: .privateKey(pair.privatePEM))
        #expect(back.signing == seal.key.signing)
    }
}
