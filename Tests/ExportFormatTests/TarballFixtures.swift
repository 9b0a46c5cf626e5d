import Catalogue
import Crypto
import CryptoExtras
import Foundation
import TestSupport
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// Writes encrypted tarballs as the reference does, and broken ones.
struct TarballMaker {
    struct Entry {
        var name: String
        var content: [UInt8]
        var type: UInt8 = UInt8(ascii: "0")
    }

    /// 2048 bits, made once: making one takes a while.
    private static let sharedPEM = Result { try fresh().key.pemRepresentation }

    let key: _RSA.Encryption.PrivateKey

    static func fresh() throws -> TarballMaker {
        TarballMaker(key: try _RSA.Encryption.PrivateKey(keySize: .bits2048))
    }

    static func shared() throws -> TarballMaker {
        TarballMaker(key: try _RSA.Encryption.PrivateKey(pemRepresentation: try sharedPEM.get()))
    }

    var privatePEM: [UInt8] { Array(key.pemRepresentation.utf8) }
    var publicPEM: [UInt8] { Array((key.publicKey.pemRepresentation + "\n").utf8) }

    static func base64URL(_ bytes: [UInt8]) -> [UInt8] {
        Data(bytes).base64EncodedString().utf8.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }
    }

    /// The bytes of a token before they become text.
    static func token(_ plain: [UInt8], key: [UInt8]) throws -> [UInt8] {
        let vector = (0..<16).map { UInt8($0 * 7) }
        let cipher = try AES._CBC.encrypt(
            plain, using: SymmetricKey(data: key[16...]), iv: AES._CBC.IV(ivBytes: vector))
        let signed = [0x80] + [0, 0, 0, 0, 0x65, 0, 0, 0] + vector + Array(cipher)
        let tag = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key[..<16]))
        return signed + Array(tag)
    }

    /// The three members of an export; `change` may break the token's bytes.
    func entries(_ plain: [UInt8], change: (inout [UInt8]) -> Void = { _ in }) throws -> [Entry] {
        let dataKey = (0..<32).map { UInt8(truncatingIfNeeded: $0 * 31 + 5) }
        var token = try Self.token(plain, key: dataKey)
        change(&token)
        let wrapped = try key.publicKey.encrypt(Self.base64URL(dataKey), padding: .PKCS1_OAEP_SHA256)
        return [
            Entry(name: "export.json", content: Self.base64URL(token)),
            Entry(name: "data.key", content: Array(wrapped)), Entry(name: "key.pub", content: publicPEM),
        ]
    }

    /// A ustar file of 10240-byte records.
    static func tar(_ entries: [Entry]) -> [UInt8] {
        var out: [UInt8] = []
        for entry in entries {
            out += header(entry) + entry.content
            out += Array(repeating: 0, count: (512 - entry.content.count % 512) % 512)
        }
        out += Array(repeating: 0, count: 1024)
        return out + Array(repeating: 0, count: (10_240 - out.count % 10_240) % 10_240)
    }

    private static func header(_ entry: Entry) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            for (offset, byte) in text.utf8.enumerated() { header[place + offset] = byte }
        }
        put(entry.name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        let size = String(entry.content.count, radix: 8)
        put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        header[156] = entry.type
        put("ustar\u{0}00", at: 257)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
        return header
    }

    /// Runs a program as a filter.
    static func pipe(_ program: String, _ bytes: [UInt8]) throws -> [UInt8] {
        let folder = try Folder()
        let input = try folder.file("input", bytes)
        let output = try folder.file("output", [])
        let process = try ChildProcess(program, ["-c"], input: input, output: output)
        try #require(process.wait() == 0)
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: output)))
    }
}

/// A tarball in a folder of its own, opened.
struct TarballFixture {
    let folder: Folder
    let path: String
    let source: ExportSource

    init(_ bytes: [UInt8], key: [UInt8]?, limits: ExportLimits = .standard) throws {
        folder = try Folder()
        path = try folder.file("export.tar", bytes)
        source = try ExportSource.open(
            path: path, opener: key.map { .privateKey($0) }, limits: limits, catalogue: .standard)
    }

    func text() throws -> [UInt8] {
        let reader = try source.records()
        var out: [UInt8] = []
        while let row = try reader.next() { out += row.json }
        return out
    }
}
