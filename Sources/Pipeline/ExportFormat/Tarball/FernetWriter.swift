import Crypto
import CryptoExtras
import FoundationEssentials

/// Encrypts a text into a Fernet token, block by block.
final class FernetWriter {
    private let token: Base64URLWriter
    private let key: FernetKey
    private var hmac: HMAC<SHA256>
    /// The last block of the cipher text, which the next one is chained to.
    private var vector: [UInt8]
    /// Text that is not encrypted yet.
    private var plain: [UInt8] = []

    /// Whole blocks of the cipher, and whole groups of base64.
    private static let blockBytes = 48 << 10

    /// Begins a token.
    ///
    /// - Parameter seconds: the token's time, since 1970
    init(to sink: any ByteSink, _ key: FernetKey, seconds: UInt64) throws(ExportError) {
        token = Base64URLWriter(to: sink)
        self.key = key
        hmac = HMAC<SHA256>(key: key.signing)
        vector = Array(AES._CBC.IV())
        plain.reserveCapacity(Self.blockBytes)
        let time = (0..<FernetLayout.timeBytes).reversed().map { UInt8(truncatingIfNeeded: seconds >> UInt64(8 * $0)) }
        try sign([FernetLayout.version] + time + vector)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, Self.blockBytes - plain.count)
            plain.append(contentsOf: rest[..<count])
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if plain.count == Self.blockBytes { try encrypt(isLast: false) }
        }
    }

    /// Ends the token; returns its length in bytes.
    func finish() throws(ExportError) -> Int {
        try encrypt(isLast: true)
        try write(text: Array(hmac.finalize()))
        try token.finish()
        return token.count
    }

    /// The last piece gets padding; the others are whole blocks.
    private func encrypt(isLast: Bool) throws(ExportError) {
        let cipher: [UInt8]
        do {
            let vector = try AES._CBC.IV(ivBytes: vector)
            cipher = Array(try AES._CBC.encrypt(plain, using: key.encryption, iv: vector, noPadding: !isLast))
        } catch {
            // Only a wrong size of key, vector or text, which this type makes itself.
            throw ExportError(.outOfMemory, "the export cannot be encrypted")
        }
        plain.removeAll(keepingCapacity: true)
        vector = Array(cipher.suffix(FernetLayout.blockBytes))
        try sign(cipher)
    }

    private func sign(_ bytes: [UInt8]) throws(ExportError) {
        hmac.update(data: bytes)
        try write(text: bytes)
    }

    private func write(text bytes: [UInt8]) throws(ExportError) {
        try bytes.withBytes { bytes throws(ExportError) in try token.write(UnsafeRawBufferPointer(bytes)) }
    }
}
