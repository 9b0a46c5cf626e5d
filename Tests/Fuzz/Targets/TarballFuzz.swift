import Catalogue
import Foundation

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

enum TarballFuzz {
    nonisolated(unsafe) private static let file = InputFile()

    /// Made for this test alone.
    private static let key: [UInt8] = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("tarball-key.pem").path
        guard let bytes = FileManager.default.contents(atPath: path) else { fatalError("no \(path)") }
        return Array(bytes)
    }()

    static func run(_ input: UnsafeRawBufferPointer) {
        file.fill(input)
        var limits = ExportLimits.standard
        limits.maxTarballEntries = 8
        limits.maxKeyBytes = 4 << 10
        limits.maxRecordBytes = 64 << 10
        do {
            let source = try ExportSource.open(
                path: file.path, opener: .privateKey(key), limits: limits, catalogue: .standard)
            mustHold(source.isEncrypted, "a key opens tarballs only")
            let reader = try source.records()
            while try reader.next() != nil {}
        } catch {
            ReaderFuzz.check(error)
        }
    }
}
