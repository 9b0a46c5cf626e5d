import CryptoExtras

/// A fresh pair of RSA keys for encrypted exports, as text (PEM) for two files.
public struct KeyPair: Sendable {
    /// PKCS#8, without a passphrase.
    public let privatePEM: [UInt8]
    /// SubjectPublicKeyInfo.
    public let publicPEM: [UInt8]

    /// Bits that a key may have.
    public static let sizes = [2048, 3072, 4096]

    /// - Parameter bits: one of ``sizes``
    public init(bits: Int) throws(ExportError) {
        // The library fails only without memory or randomness.
        guard let key = try? _RSA.Encryption.PrivateKey(keySize: .init(bitCount: bits)) else {
            throw ExportError(.outOfMemory, "no key of \(bits) bits can be made")
        }
        privatePEM = Array(key.pkcs8PEMRepresentation.utf8)
        publicPEM = KeyText.publicPEM(key.publicKey.derRepresentation)
    }

    /// The public key of a private one, as Sentry's own service writes it.
    ///
    /// - Parameter pem: of the private key
    package static func publicPEM(of pem: [UInt8]) throws(ExportError) -> [UInt8] {
        // The library's errors are numbers.
        let key = try TarballKey.privateKey(pem)
        return KeyText.publicPEM(key.publicKey.derRepresentation)
    }
}
