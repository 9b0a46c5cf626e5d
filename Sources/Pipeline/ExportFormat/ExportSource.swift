public import Catalogue

/// An export that can be read any number of times: JSON, plain or compressed, or an encrypted tarball with its key.
public final class ExportSource {
    public let limits: ExportLimits
    package let catalogue: Catalogue
    private let file: OpenFile
    private let content: Content

    /// What the file holds.
    private enum Content {
        case text, compressed
        case tarball(Tarball)
    }

    /// Opens an export. `-` is standard input, which is kept in an unlinked temporary file of mode 0600.
    /// The content decides whether it is a tarball: a tarball needs an opener, and plain JSON refuses it.
    /// The rows are read as those of the catalogue's models.
    /// Throws `notFound`, `unreadable`, `permission`, `cannotSpool`, `badKey`, `badData`, `tooLarge`.
    public static func open(
        path: String, opener: TarballOpener? = nil, limits: ExportLimits = .standard, catalogue: Catalogue
    ) throws(ExportError) -> ExportSource {
        let file = try OpenFile.open(path: path)
        return try ExportSource(file, opener: opener, limits: limits, catalogue: catalogue)
    }

    /// The same for a file that may be encrypted or plain: the key opens it if it needs one.
    package static func open(
        path: String, keyIfEncrypted key: TarballOpener?, catalogue: Catalogue
    ) throws(ExportError) -> ExportSource {
        do throws(ExportError) { return try open(path: path, catalogue: catalogue) } catch {
            guard error.kind == .badKey, let key else { throw error }
            return try open(path: path, opener: key, catalogue: catalogue)
        }
    }

    init(
        _ file: OpenFile, opener: TarballOpener?, limits: ExportLimits, catalogue: Catalogue
    ) throws(ExportError) {
        self.file = file
        self.limits = limits
        self.catalogue = catalogue
        let form = try FileForm(file, limits: limits)
        guard form == .tarball else {
            guard opener == nil else {
                throw ExportError(
                    .badKey, "\(file.name) is not encrypted: leave out the private key, or use the file as it is")
            }
            content = form == .compressed ? .compressed : .text
            return
        }
        let tarball = try Tarball(file, limits: limits)
        guard let opener else {
            throw ExportError(.badKey, "\(file.name) is an encrypted tarball; give its private key")
        }
        try tarball.unlock(with: opener)
        content = .tarball(tarball)
    }

    /// Whether the export is an encrypted tarball.
    public var isEncrypted: Bool { if case .tarball = content { true } else { false } }

    /// Begins a pass. The whole token of a tarball is authenticated before the pass returns any plain text.
    public func records() throws(ExportError) -> RecordReader {
        try RecordReader(try text(), limits: limits)
    }

    func text() throws(ExportError) -> any ByteSource {
        switch content {
        case .text: try PlainBytes(file, blockBytes: limits.blockBytes)
        case .compressed: try CompressedText(file, limits: limits)
        case .tarball(let tarball): try tarball.plainText()
        }
    }

    /// The file, if it is the text itself.
    var plainFile: OpenFile? { if case .text = content { file } else { nil } }

    func requireUnchanged() throws(ExportError) { try file.requireUnchanged() }

    /// The refusal of a file that changes while it is read.
    var changed: ExportError { file.changed }

    /// The same error with the line of its byte: the text is read again up to there.
    package func located(_ error: ExportError) -> ExportError {
        located([error])[0]
    }

    /// The same for many errors: the text is read again once.
    package func located(_ errors: [ExportError]) -> [ExportError] {
        func byte(_ error: ExportError) -> Int64? {
            let isInText = (error.kind == .badData || error.kind == .tooLarge) && error.place.line == nil
            return isInText ? error.place.byte : nil
        }
        let lines = lines(of: Set(errors.compactMap(byte)))
        return errors.map { error in
            var error = error
            if let byte = byte(error) { error.place.line = lines[byte] }
            return error
        }
    }

    /// Without its line a place still names the byte.
    private func lines(of bytes: Set<Int64>) -> [Int64: Int64] {
        bytes.isEmpty ? [:] : (try? text().lines(of: bytes)) ?? [:]
    }

    /// Bytes of the JSON text, approximately; nil if it is compressed.
    package var expectedBytes: Int64? {
        switch content {
        case .text: Int64(file.size)
        case .compressed: nil
        // Base64 takes a third more.
        case .tarball: Int64(file.size) / 4 * 3
        }
    }
}
