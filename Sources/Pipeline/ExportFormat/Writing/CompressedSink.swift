import CArchive

/// Compresses what is written into it with zstd, on its way into a file. Owns libarchive's handle.
final class CompressedSink: ByteSink {
    private let archive: OpaquePointer
    private let target: CompressedTarget

    init(to file: OutputFile) throws(ExportError) {
        guard let archive = archive_write_new() else { throw Self.failure("not enough memory to compress") }
        self.archive = archive
        target = CompressedTarget(file)
        guard archive_write_add_filter_zstd(archive) == ARCHIVE_OK, archive_write_set_format_raw(archive) == ARCHIVE_OK,
            // Else the last block is filled up with zeros, which are no part of a compressed file.
            archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK
        else { throw Self.failure("libarchive does not compress with zstd") }
        // The target outlives the handle: both end with this object.
        let client = Unmanaged.passUnretained(target).toOpaque()
        let code = archive_write_open(
            archive, client, nil,
            { _, client, bytes, count in
                guard let client, let bytes else { return -1 }
                return Unmanaged<CompressedTarget>.fromOpaque(client).takeUnretainedValue().take(bytes, count)
            }, nil)
        guard code == ARCHIVE_OK, begins() else { throw Self.failure("a compressed file cannot be begun") }
    }

    deinit { archive_write_free(archive) }

    private static func failure(_ words: String) -> ExportError { ExportError(.outOfMemory, words) }

    /// The file has one member, without a name.
    private func begins() -> Bool {
        guard let entry = archive_entry_new() else { return false }
        defer { archive_entry_free(entry) }
        archive_entry_set_filetype(entry, ArchiveReader.regularFile)
        return archive_write_header(archive, entry) == ARCHIVE_OK
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
        guard archive_write_data(archive, bytes.baseAddress, bytes.count) == bytes.count else { throw trouble }
    }

    func finish() throws(ExportError) {
        guard archive_write_close(archive) == ARCHIVE_OK else { throw trouble }
        try target.finish()
    }

    private var trouble: ExportError { target.failure ?? Self.failure("a file cannot be compressed") }
}

/// Takes what libarchive has compressed, and keeps why it could not.
private final class CompressedTarget {
    private let file: OutputFile
    private(set) var failure: ExportError?

    init(_ file: OutputFile) { self.file = file }

    func take(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        do throws(ExportError) {
            try file.write(UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        } catch {
            failure = error
            return -1
        }
    }

    func finish() throws(ExportError) {
        if let failure { throw failure }
        try file.finish()
    }
}
