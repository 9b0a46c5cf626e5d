import Crypto
import CryptoExtras
import FoundationEssentials
import TextForms

/// Unwraps a tarball's data-encryption key.
enum TarballKey {
    /// The public key of the private key, as SubjectPublicKeyInfo in PEM, must equal `publicPEM` byte for byte.
    static func unwrap(
        _ wrapped: [UInt8], publicPEM: [UInt8], privatePEM: [UInt8]
    ) throws(ExportError) -> FernetKey {
        let key = try privateKey(privatePEM)
        guard pem(of: key) == publicPEM else {
            throw ExportError(
                .badKey,
                "the private key is not the one the tarball was encrypted for; use the private key that belongs to key.pub"
            )
        }
        guard let text = try? key.decrypt(wrapped, padding: .PKCS1_OAEP_SHA256),
            let bytes = Base64.decodeURLSafe(text), let fernet = FernetKey(bytes)
        else {
            // The message does not say which step failed: an attacker could use that.
            throw ExportError(.badKey, "the tarball's data.key cannot be unwrapped with the private key; it is damaged")
        }
        return fernet
    }

    private static func privateKey(_ bytes: [UInt8]) throws(ExportError) -> _RSA.Encryption.PrivateKey {
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

    /// As OpenSSL writes it: lines of 64 characters and a line end after the last.
    private static func pem(of key: _RSA.Encryption.PrivateKey) -> [UInt8] {
        let text = Array(Base64.encode(key.publicKey.derRepresentation).utf8)
        var out = Array("-----BEGIN PUBLIC KEY-----\n".utf8)
        for start in stride(from: 0, to: text.count, by: 64) {
            out += text[start..<min(start + 64, text.count)]
            out.append(UInt8(ascii: "\n"))
        }
        return out + Array("-----END PUBLIC KEY-----\n".utf8)
    }
}
