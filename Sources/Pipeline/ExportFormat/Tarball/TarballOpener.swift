/// What opens an encrypted tarball.
public enum TarballOpener: Sendable {
    /// An RSA private key in PEM. The tarball's `key.pub` must be its public key.
    case privateKey([UInt8])
    /// Something else, such as a key management service: it gets the bytes of `data.key` and returns the 44 characters of the
    /// token's key. `key.pub` does not count.
    case unwrap(@Sendable (_ wrapped: [UInt8]) throws(ExportError) -> [UInt8])
}
