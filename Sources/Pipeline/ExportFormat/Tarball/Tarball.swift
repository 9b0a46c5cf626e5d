/// An encrypted tarball: `export.json`, a Fernet token of the JSON text; `data.key`, the token's key, encrypted with
/// RSA; `key.pub`, the public key used for that.
final class Tarball {
    static let export = "export.json"
    static let dataKey = "data.key"
    static let publicKey = "key.pub"

    private let file: OpenFile
    private let limits: ExportLimits
    private let wrappedKey: [UInt8]
    private let publicPEM: [UInt8]
    /// Place of the export among all entries; the first is 1.
    private let exportEntry: Int
    private var key: FernetKey?
    /// Bytes of the token's cipher text, once the token has been authenticated.
    private var cipherBytes: Int?

    /// Reads the list of members and the keys. The tarball must hold the three members and no other file;
    /// of a member that comes twice the last one counts, as in any tar.
    init(_ file: OpenFile, limits: ExportLimits) throws(ExportError) {
        self.file = file
        self.limits = limits
        try file.requireUnchanged()
        let archive = try ArchiveReader(file, limits: limits)
        var contents: [String: [UInt8]] = [:]
        var (entry, exportEntry) = (0, 0)
        while let member = try archive.next() {
            entry += 1
            guard member.isRegular else { continue }
            contents[member.name] = try Self.content(of: member.name, in: archive, limits)
            if member.name == Self.export { exportEntry = entry }
        }
        for name in [Self.export, Self.dataKey, Self.publicKey] where contents[name] == nil {
            throw ExportError(.badData, "the tarball lacks \(name); it is truncated, or not an export")
        }
        wrappedKey = contents[Self.dataKey] ?? []
        publicPEM = contents[Self.publicKey] ?? []
        self.exportEntry = exportEntry
    }

    /// The content of a key; empty for the export itself, which is only read through.
    private static func content(
        of name: String, in archive: ArchiveReader, _ limits: ExportLimits
    ) throws(ExportError) -> [UInt8] {
        switch name {
        case dataKey, publicKey: return try archive.small(name, maxBytes: limits.maxKeyBytes)
        case export:
            try drain(archive)
            return []
        default:
            throw ExportError(
                .badData,
                "the tarball holds \(ShownName.safe(name)), which does not belong there; "
                    + "it has export.json, data.key and key.pub and nothing else")
        }
    }

    /// Reads an entry to its end, so that a truncated or exploding one is found here.
    private static func drain(_ archive: ArchiveReader) throws(ExportError) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { block.deallocate() }
        while try archive.read(into: block) > 0 {}
    }

    /// Unwraps the token's key.
    func unlock(with opener: TarballOpener) throws(ExportError) {
        if case .privateKey(let pem) = opener, pem.count > limits.maxKeyBytes {
            throw ExportError(.badKey, "the private key has more than \(limits.maxKeyBytes) bytes")
        }
        key = try TarballKey.unwrap(wrappedKey, publicPEM: publicPEM, with: opener)
    }

    /// Begins a pass over the plain text. The first pass authenticates the whole token before it begins.
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
        var entry = 0
        while try archive.next() != nil {
            entry += 1
            if entry == exportEntry { return Base64URLReader(archive) }
        }
        try file.requireUnchanged()
        throw ExportError(.badData, "the tarball lacks \(Self.export)")
    }
}
