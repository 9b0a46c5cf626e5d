public import Catalogue

/// An export that can be read any number of times: plain JSON, or an encrypted tarball with its key.
public final class ExportSource {
    public let limits: ExportLimits
    package let catalogue: Catalogue
    private let file: OpenFile
    private let tarball: Tarball?

    /// Opens an export. `-` is standard input, which is kept in an unlinked temporary file of mode 0600.
    /// The content decides whether it is a tarball: a tarball needs `privateKeyPEM`, and plain JSON refuses it.
    /// The rows are read as those of the catalogue's models.
    /// Throws `notFound`, `unreadable`, `permission`, `cannotSpool`, `badKey`, `badData`, `tooLarge`.
    public static func open(
        path: String, privateKeyPEM: [UInt8]? = nil, limits: ExportLimits = .standard, catalogue: Catalogue
    ) throws(ExportError) -> ExportSource {
        let file = try OpenFile.open(path: path)
        return try ExportSource(file, privateKeyPEM: privateKeyPEM, limits: limits, catalogue: catalogue)
    }

    private init(
        _ file: OpenFile, privateKeyPEM: [UInt8]?, limits: ExportLimits, catalogue: Catalogue
    ) throws(ExportError) {
        self.file = file
        self.limits = limits
        self.catalogue = catalogue
        guard try Tarball.isOne(file) else {
            guard privateKeyPEM == nil else {
                throw ExportError(.badKey, "\(file.name) is not encrypted; leave out the private key")
            }
            tarball = nil
            return
        }
        let tarball = try Tarball(file, limits: limits)
        guard let privateKeyPEM else {
            throw ExportError(.badKey, "\(file.name) is an encrypted tarball; give its private key")
        }
        try tarball.unlock(privateKeyPEM: privateKeyPEM)
        self.tarball = tarball
    }

    /// Whether the export is an encrypted tarball.
    public var isEncrypted: Bool { tarball != nil }

    /// Begins a pass. The whole token of a tarball is authenticated before the pass returns any plain text.
    public func records() throws(ExportError) -> RecordReader {
        if let tarball { return try RecordReader(try tarball.plainText(), limits: limits) }
        return try RecordReader(try PlainBytes(file, blockBytes: limits.blockBytes), limits: limits)
    }
}
