import Crypto
import CryptoExtras
import FoundationEssentials

/// The key of a Fernet token.
struct FernetKey {
    let signing: SymmetricKey
    let encryption: SymmetricKey

    /// 32 bytes: the first half signs, the second encrypts.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        signing = SymmetricKey(data: bytes[..<16])
        encryption = SymmetricKey(data: bytes[16...])
    }
}

/// The parts of a token: a version byte, eight bytes of time, the initialisation vector, the cipher text, and an
/// HMAC-SHA256 of everything before it.
enum FernetLayout {
    static let version: UInt8 = 0x80
    static let timeBytes = 8
    static let blockBytes = 16
    static let tagBytes = 32
    static let headBytes = 1 + timeBytes + blockBytes

    static let broken = ExportError(
        .badData, "the tarball's export.json is not a Fernet token; it is damaged or truncated, encrypt it again")
    static let forged = ExportError(
        .badData,
        "the tarball's export.json does not have the signature of its key: it was damaged, truncated or changed")
}

/// Authenticates a whole token without keeping it.
enum FernetCheck {
    /// Returns the bytes of the cipher text.
    static func cipherBytes(_ token: Base64URLReader, _ key: FernetKey) throws(ExportError) -> Int {
        var hmac = HMAC<SHA256>(key: key.signing)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { block.deallocate() }
        var kept = 0
        var total = 0
        while true {
            let room = UnsafeMutableRawBufferPointer(rebasing: block[kept...])
            let count = try token.read(into: room)
            if count == 0 { break }
            if total == 0, block[0] != FernetLayout.version { throw FernetLayout.broken }
            total += count
            // The last bytes are held back: they may be the tag.
            let signed = max(0, kept + count - FernetLayout.tagBytes)
            hmac.update(data: UnsafeRawBufferPointer(rebasing: block[..<signed]))
            kept = kept + count - signed
            block.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[signed..<signed + kept]))
        }
        let cipher = total - FernetLayout.headBytes - FernetLayout.tagBytes
        guard cipher > 0 else { throw FernetLayout.broken }
        guard hmac.finalize() == UnsafeRawBufferPointer(rebasing: block[..<kept]) else { throw FernetLayout.forged }
        guard cipher % FernetLayout.blockBytes == 0 else { throw FernetLayout.broken }
        return cipher
    }
}

/// The plain text of a token that has been authenticated. The signature is computed again during the pass and compared
/// at the end, in case the file has changed since.
// Ten properties: the state of a cipher, of a signature and of the block between them, which advance together.
final class FernetPlainText: ByteSource {
    private let token: Base64URLReader
    private let key: FernetKey
    private let file: OpenFile
    private var hmac: HMAC<SHA256>
    private var vector: [UInt8] = []
    private var cipherLeft: Int
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    /// Token bytes in the block that are not decrypted yet.
    private var kept = 0
    private var plain = Data()
    private var plainStart = 0

    init(_ token: Base64URLReader, _ key: FernetKey, cipherBytes: Int, file: OpenFile) throws(ExportError) {
        self.token = token
        self.key = key
        self.file = file
        cipherLeft = cipherBytes
        hmac = HMAC<SHA256>(key: key.signing)
        try need(FernetLayout.headBytes)
        vector = Array(block[(1 + FernetLayout.timeBytes)..<FernetLayout.headBytes])
        consume(FernetLayout.headBytes)
    }

    deinit { block.deallocate() }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        while plainStart == plain.count {
            if cipherLeft == 0 { return 0 }
            try decryptBlock()
        }
        let count = min(buffer.count, plain.count - plainStart)
        plain.copyBytes(to: buffer, from: plain.startIndex + plainStart..<plain.startIndex + plainStart + count)
        plainStart += count
        return count
    }

    private func decryptBlock() throws(ExportError) {
        try need(min(cipherLeft, FernetLayout.blockBytes))
        let size = min(cipherLeft, kept - kept % FernetLayout.blockBytes)
        let cipher = Array(block[..<size])
        plain = try decrypted(cipher)
        plainStart = 0
        vector = Array(cipher.suffix(FernetLayout.blockBytes))
        consume(size)
        cipherLeft -= size
        if cipherLeft == 0 { try finish() }
    }

    private func decrypted(_ cipher: [UInt8]) throws(ExportError) -> Data {
        do {
            let vector = try AES._CBC.IV(ivBytes: vector)
            return try AES._CBC.decrypt(cipher, using: key.encryption, iv: vector, noPadding: true)
        } catch {
            throw FernetLayout.broken
        }
    }

    /// After the last block: the padding says how many bytes of itself to cut off, and the signature has to hold.
    private func finish() throws(ExportError) {
        try need(FernetLayout.tagBytes)
        guard hmac.finalize() == UnsafeRawBufferPointer(rebasing: block[..<kept]) else {
            try file.requireUnchanged()
            throw FernetLayout.forged
        }
        guard let padding = plain.last, 1...16 ~= padding, plain.suffix(Int(padding)).allSatisfy({ $0 == padding })
        else { throw FernetLayout.broken }
        plain.removeLast(Int(padding))
        try file.requireUnchanged()
    }

    /// Reads until the block holds that many bytes.
    private func need(_ count: Int) throws(ExportError) {
        while kept < count {
            let read = try token.read(into: UnsafeMutableRawBufferPointer(rebasing: block[kept...]))
            guard read > 0 else {
                try file.requireUnchanged()
                throw FernetLayout.broken
            }
            kept += read
        }
    }

    private func consume(_ count: Int) {
        hmac.update(data: UnsafeRawBufferPointer(rebasing: block[..<count]))
        kept -= count
        block.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[count..<count + kept]))
    }
}
