import Crypto
import CryptoExtras
import Foundation

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// The first byte says what the rest is: the base64 text itself, the token's bytes, or the cipher text of a token that
/// is signed here (damage after the signature is never reached otherwise).
enum FernetFuzz {
    nonisolated(unsafe) private static let file = InputFile()
    private static let keyBytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 * 31 + 5) }

    static func run(_ input: UnsafeRawBufferPointer) {
        guard let mode = input.first, let key = FernetKey(keyBytes) else { return }
        let rest = Array(input.dropFirst())
        switch mode % 3 {
        case 0: _ = read(text: rest, key)
        case 1: _ = read(text: base64URL(rest), key)
        default: checkSigned(rest, key)
        }
    }

    /// A token with a valid signature gives the same text as the library.
    private static func checkSigned(_ cipher: [UInt8], _ key: FernetKey) {
        let vector = (0..<16).map { UInt8($0 * 7) }
        let signed = [FernetLayout.version] + Array(repeating: 0, count: FernetLayout.timeBytes) + vector + cipher
        let tag = Array(HMAC<SHA256>.authenticationCode(for: signed, using: key.signing))
        let plain = read(text: base64URL(signed + tag), key)
        mustHold(plain == expected(cipher, vector, key), "a signed token is read as it was written")
    }

    private static func expected(_ cipher: [UInt8], _ vector: [UInt8], _ key: FernetKey) -> [UInt8]? {
        guard !cipher.isEmpty, cipher.count % 16 == 0, let iv = try? AES._CBC.IV(ivBytes: vector),
            let plain = try? AES._CBC.decrypt(cipher, using: key.encryption, iv: iv, noPadding: true),
            let padding = plain.last, 1...16 ~= padding, plain.suffix(Int(padding)).allSatisfy({ $0 == padding })
        else { return nil }
        return Array(plain.dropLast(Int(padding)))
    }

    /// The plain text; nil if it is refused.
    private static func read(text: [UInt8], _ key: FernetKey) -> [UInt8]? {
        do {
            file.fill(tar(text))
            let open = try OpenFile.open(path: file.path)
            let bytes = try FernetCheck.cipherBytes(token(open), key)
            let source = try FernetPlainText(token(open), key, cipherBytes: bytes, file: open)
            var out: [UInt8] = []
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 37, alignment: 16)
            defer { block.deallocate() }
            while case let count = try source.read(into: block), count > 0 { out += block[..<count] }
            return out
        } catch {
            ReaderFuzz.check(error)
            return nil
        }
    }

    private static func token(_ file: OpenFile) throws(ExportError) -> Base64URLReader {
        let archive = try ArchiveReader(file, limits: .standard)
        guard try archive.next() != nil else { fatalError("does not hold: the tar has a member") }
        return Base64URLReader(archive)
    }

    private static func base64URL(_ bytes: [UInt8]) -> [UInt8] {
        Data(bytes).base64EncodedString().utf8.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }
    }

    /// One member, as ustar.
    private static func tar(_ content: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            for (offset, byte) in text.utf8.enumerated() { header[place + offset] = byte }
        }
        let size = String(content.count, radix: 8)
        put("export.json", at: 0)
        put("0000644", at: 100)
        put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
        return header + content + Array(repeating: 0, count: (512 - content.count % 512) % 512 + 1024)
    }
}
