internal import Catalogue
internal import CommandLine
internal import ExportFormat
internal import Foundation
internal import HTTPTypes
internal import Operations
internal import Reporting

/// What is kept of a relocation, as Sentry's own API shows it. It blocks.
struct ReferenceArtifacts: Sendable {
    let settings: ServerSettings

    /// Bytes of a text that is shown; what is larger is refused.
    private static let shownBytes = 16 << 20

    func list(_ id: RelocationID) -> JSONValue {
        let files = settings.files?.artifacts(of: id) ?? []
        return .object([
            "files": .list(files.map { .object(["path": .text($0.path), "bytes": .integer($0.bytes)]) })
        ])
    }

    /// The text of a file, decrypted if it is a tarball.
    func contents(_ id: RelocationID, _ kind: String, _ name: String) throws -> JSONValue {
        guard let path = settings.files?.path(of: id, kind, name) else { throw Problem.notFound }
        let bytes = try name.hasSuffix(".tar") ? decrypted(path) : plain(path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.unprocessableContent, "This artifact is no text.")
        }
        return .object(["contents": .text(text)])
    }

    private func plain(_ path: String) throws -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else { throw Problem.notFound }
        let bytes = try file.read(upToCount: Self.shownBytes + 1) ?? Data()
        guard bytes.count <= Self.shownBytes else { throw Self.tooLarge }
        return Array(bytes)
    }

    private func decrypted(_ path: String) throws -> [UInt8] {
        let sink = BoundedText(maxBytes: Self.shownBytes)
        do throws(ExportError) {
            try ExportSource.open(path: path, keyIfEncrypted: settings.opener, catalogue: .standard).copy(to: sink)
        } catch {
            throw sink.isFull
                ? Self.tooLarge : Problem(.unprocessableContent, CommandFailure(error).message)
        }
        return sink.bytes
    }

    private static let tooLarge = Problem(
        .contentTooLarge, "This artifact is too large to be shown: read it on the server's machine.")
}

/// Takes a text into memory, up to a limit.
private final class BoundedText: ByteSink {
    private(set) var bytes: [UInt8] = []
    private(set) var isFull = false
    private let maxBytes: Int

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    func write(_ piece: UnsafeRawBufferPointer) throws(ExportError) {
        guard bytes.count + piece.count <= maxBytes else {
            isFull = true
            throw ExportError(.tooLarge, "the text has more than \(maxBytes) bytes")
        }
        bytes += piece
    }

    func finish() throws(ExportError) {}
}
