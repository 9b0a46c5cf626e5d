import Crypto
import CryptoExtras
import FoundationEssentials
import TextForms

/// Unwraps a tarball's data-encryption key.
enum TarballKey {
    static func unwrap(
        _ wrapped: [UInt8], publicPEM: [UInt8], with opener: TarballOpener
    ) throws(ExportError) -> FernetKey {
        switch opener {
        case .privateKey(let pem): return try unwrap(wrapped, publicPEM: publicPEM, privatePEM: pem)
        case .unwrap(let unwrap):
            let text = try unwrap(wrapped)
            // Programs like to end what they write with a line end.
            let end = text.lastIndex { $0 > 0x20 } ?? -1
            guard let key = fernetKey(text[...end]) else {
                throw ExportError(
                    .badKey, "the program that decrypts the key has not written the 44 characters of the tarball's key")
            }
            return key
        }
    }

    /// The public key of the private key, as SubjectPublicKeyInfo in PEM, must equal `publicPEM` byte for byte.
    private static func unwrap(
        _ wrapped: [UInt8], publicPEM: [UInt8], privatePEM: [UInt8]
    ) throws(ExportError) -> FernetKey {
        let key = try privateKey(privatePEM)
        guard KeyText.publicPEM(key.publicKey.derRepresentation) == publicPEM else {
            throw ExportError(
                .badKey,
                "the private key is not the one the tarball was encrypted for; use the private key that belongs to key.pub"
            )
        }
        guard let text = try? key.decrypt(wrapped, padding: .PKCS1_OAEP_SHA256), let fernet = fernetKey(text) else {
            // The message does not say which step failed: an attacker could use that.
            throw ExportError(.badKey, "the tarball's data.key cannot be unwrapped with the private key; it is damaged")
        }
        return fernet
    }

    private static func fernetKey(_ text: some Sequence<UInt8>) -> FernetKey? {
        Base64.decodeURLSafe(text).flatMap { FernetKey($0) }
    }

    static func privateKey(_ bytes: [UInt8]) throws(ExportError) -> _RSA.Encryption.PrivateKey {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.contains("ENCRYPTED") {
            throw ExportError(
                .badKey,
                "the private key is protected by a passphrase; write it without a passphrase with: openssl pkey")
        }
        if text.contains("PUBLIC KEY") {
            throw ExportError(.badKey, "this is a public key; the tarball needs the private key")
        }
        // The library's error is only a code. Short keys are accepted because old exports use them.
        guard let key = try? _RSA.Encryption.PrivateKey(unsafePEMRepresentation: text) else {
            throw ExportError(.badKey, "the private key is not an RSA key in PEM form")
        }
        return key
    }
}
