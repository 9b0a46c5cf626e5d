package import Catalogue
import Glibc

/// An encrypted export between its sender and its receiver: in an unlinked temporary file of mode 0600. Nobody ever sees its text
/// there.
package final class ExportParcel {
    private let descriptor: Int32
    private var size = 0

    /// Throws `cannotSpool`.
    package init() throws(ExportError) {
        descriptor = SpoolFile.open()
        guard descriptor >= 0 else { throw Self.failed() }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Takes the JSON text, and closes it for whoever may open the seal.
    package func sink(_ seal: TarballSeal) throws(ExportError) -> any ByteSink {
        try SealedExport(to: OutputFile(spool: descriptor), seal)
    }

    /// Reads the finished parcel in parts.
    package func forEachPart(_ bytes: Int, _ body: ([UInt8]) throws -> Void) throws {
        var offset = 0
        while true {
            var part = [UInt8](repeating: 0, count: bytes)
            var filled = 0
            while filled < bytes {
                let count = part.withUnsafeMutableBytes {
                    pread(descriptor, $0.baseAddress?.advanced(by: filled), bytes - filled, offset + filled)
                }
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw Self.failed() }
                if count == 0 { break }
                filled += count
            }
            if filled == 0 { return }
            try body(filled == bytes ? part : Array(part.prefix(filled)))
            offset += filled
        }
    }

    /// Adds a part that has arrived.
    package func append(_ part: [UInt8]) throws(ExportError) {
        var written = 0
        while written < part.count {
            let count = part.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress?.advanced(by: written), part.count - written, size + written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failed() }
            written += count
        }
        size += part.count
    }

    /// Opens the parcel, all of which has arrived.
    package func open(
        _ opener: TarballOpener, limits: ExportLimits = .standard, catalogue: Catalogue
    ) throws(ExportError) -> ExportSource {
        try ExportSource(
            try OpenFile(duplicating: descriptor, name: "the export"), opener: opener, limits: limits,
            catalogue: catalogue)
    }

    private static func failed() -> ExportError {
        ExportError(
            .cannotSpool,
            "the export cannot be kept in a temporary file: \(String(cString: strerror(errno))); set TMPDIR to a folder "
                + "with enough room")
    }
}
