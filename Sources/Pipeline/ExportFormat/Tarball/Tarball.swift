/// An encrypted tarball: `export.json`, a Fernet token of the JSON text; `data.key`, the token's key, encrypted with
/// RSA; `key.pub`, the public key that did it.
final class Tarball {
    private static let export = "export.json"
    private static let dataKey = "data.key"
    private static let publicKey = "key.pub"

    private let file: OpenFile
    private let limits: ExportLimits
    private let wrappedKey: [UInt8]
    private let publicPEM: [UInt8]
    private var key: FernetKey?
    /// Bytes of the token's cipher text, once the token has been authenticated.
    private var cipherBytes: Int?

    /// Reads the tarball's table and its keys: each of the three members once, no other regular one.
    init(_ file: OpenFile, limits: ExportLimits) throws(ExportError) {
        self.file = file
        self.limits = limits
        try file.requireUnchanged()
        let archive = try ArchiveReader(file, limits: limits)
        var small: [String: [UInt8]] = [:]
        while let member = try archive.next() {
            guard member.isRegular else { continue }
            guard small[member.name] == nil else {
                throw ExportError(.badData, "the tarball holds \(member.name) twice")
            }
            switch member.name {
            case Self.dataKey, Self.publicKey:
                small[member.name] = try archive.small(member.name, maxBytes: limits.maxKeyBytes)
            case Self.export:
                small[member.name] = []
                try Self.drain(archive)
            default:
                throw ExportError(
                    .badData,
                    "the tarball holds \(ShownName.safe(member.name)), which does not belong there; "
                        + "it has export.json, data.key and key.pub and nothing else")
            }
        }
        for name in [Self.export, Self.dataKey, Self.publicKey] where small[name] == nil {
            throw ExportError(.badData, "the tarball lacks \(name); it is truncated, or no export")
        }
        wrappedKey = small[Self.dataKey] ?? []
        publicPEM = small[Self.publicKey] ?? []
    }

    /// Reads an entry to its end, so that a cut or exploding one is noticed here.
    private static func drain(_ archive: ArchiveReader) throws(ExportError) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { block.deallocate() }
        while try archive.read(into: block) > 0 {}
    }

    /// Unwraps the token's key.
    func unlock(privateKeyPEM: [UInt8]) throws(ExportError) {
        guard privateKeyPEM.count <= limits.maxKeyBytes else {
            throw ExportError(.badKey, "the private key has more than \(limits.maxKeyBytes) bytes")
        }
        key = try TarballKey.unwrap(wrappedKey, publicPEM: publicPEM, privatePEM: privateKeyPEM)
    }

    /// Begins a pass over the plain text; the first one authenticates the whole token before.
    func plainText() throws(ExportError) -> any ByteSource {
        guard let key else { throw ExportError(.badKey, "the tarball has not been unlocked") }
        try file.requireUnchanged()
        let cipherBytes: Int
        if let known = self.cipherBytes {
            cipherBytes = known
        } else {
            cipherBytes = try FernetCheck.cipherBytes(try token(), key)
            self.cipherBytes = cipherBytes
        }
        return try FernetPlainText(try token(), key, cipherBytes: cipherBytes, file: file)
    }

    private func token() throws(ExportError) -> Base64URLReader {
        let archive = try ArchiveReader(file, limits: limits)
        while let member = try archive.next() {
            if member.isRegular, member.name == Self.export { return Base64URLReader(archive) }
        }
        try file.requireUnchanged()
        throw ExportError(.badData, "the tarball lacks \(Self.export)")
    }
}
