import CArchive

/// Reads a tar once from start to end, or one compressed file as if it were the only member of one. Takes gzip, bzip2, xz
/// and zstd. Owns libarchive's handle.
final class ArchiveReader {
    struct Member {
        let name: String
        let isRegular: Bool
    }

    /// libarchive's AE_IFREG, a macro that Swift does not see.
    static let regularFile: UInt32 = 0o100000

    private let archive: OpaquePointer
    private let input: ArchiveInput
    private let limits: ExportLimits
    private let isTar: Bool
    private var entries = 0
    /// Bytes of members read so far.
    private var produced: Int64 = 0

    /// - Parameter isTar: false for a compressed file that is no tar.
    init(_ file: OpenFile, isTar: Bool = true, limits: ExportLimits) throws(ExportError) {
        guard let archive = archive_read_new() else {
            throw ExportError(.outOfMemory, "not enough memory to read the file")
        }
        self.isTar = isTar
        self.archive = archive
        self.limits = limits
        input = ArchiveInput(file)
        archive_read_support_filter_none(archive)
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_bzip2(archive)
        archive_read_support_filter_xz(archive)
        archive_read_support_filter_zstd(archive)
        if isTar { archive_read_support_format_tar(archive) } else { archive_read_support_format_raw(archive) }
        // The input outlives the handle: both end with this object.
        let client = Unmanaged.passUnretained(input).toOpaque()
        let code = archive_read_open(
            archive, client, nil,
            { archive, client, block in
                guard let archive, let client, let block else { return -1 }
                return Unmanaged<ArchiveInput>.fromOpaque(client).takeUnretainedValue().next(archive, block)
            }, nil)
        if code < ARCHIVE_WARN { throw failure() }
    }

    deinit { archive_read_free(archive) }

    /// The next entry; the rest of the one before is skipped. nil at the end.
    func next() throws(ExportError) -> Member? {
        var entry: OpaquePointer?
        let code = archive_read_next_header(archive, &entry)
        if code == ARCHIVE_EOF { return nil }
        guard code >= ARCHIVE_WARN, let entry else { throw failure() }
        entries += 1
        guard entries <= limits.maxTarballEntries else {
            throw ExportError(.tooLarge, "the tarball has more than \(limits.maxTarballEntries) entries")
        }
        try requireModestCompression()
        let name = archive_entry_pathname(entry).map { String(cString: $0) } ?? ""
        let isLink = archive_entry_hardlink(entry) != nil
        let isRegular = archive_entry_filetype(entry) == Self.regularFile
        return Member(name: name, isRegular: isRegular && !isLink)
    }

    /// Reads from the current entry; 0 at its end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        while true {
            let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
            if count == Int(ARCHIVE_RETRY) { continue }
            guard count >= 0 else { throw failure() }
            produced += Int64(count)
            try requireModestCompression()
            return count
        }
    }

    /// Reads a whole entry, which must be small.
    func small(_ name: String, maxBytes: Int) throws(ExportError) -> [UInt8] {
        var content: [UInt8] = []
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { block.deallocate() }
        while true {
            let count = try read(into: block)
            if count == 0 { return content }
            content += block[..<count]
            guard content.count <= maxBytes else {
                throw ExportError(.tooLarge, "the tarball's \(name) has more than \(maxBytes) bytes")
            }
        }
    }

    /// Whether libarchive has found the file compressed; known once the first entry was asked for.
    var isCompressed: Bool { archive_filter_count(archive) > 1 }

    /// For messages.
    private var noun: String { isTar ? "tarball" : "compressed file" }

    private var maxRatio: Int { isTar ? limits.maxCompressionRatio : limits.maxTextCompressionRatio }

    private func requireModestCompression() throws(ExportError) {
        let expanded = max(archive_filter_bytes(archive, 0), produced)
        guard expanded > 1 << 20, expanded / Int64(maxRatio) > Int64(input.offset) else { return }
        throw ExportError(
            .tooLarge, "the \(noun) expands to more than \(maxRatio) times its size")
    }

    private func failure() -> ExportError {
        if let failure = input.failure { return failure }
        let words = archive_error_string(archive).map { String(cString: $0) } ?? "unknown format"
        return ExportError(.badData, "the \(noun) cannot be read: \(ShownName.safe(words)); it is damaged or truncated")
    }
}

/// The input of libarchive: a file, with a read position of its own.
private final class ArchiveInput {
    private static let blockBytes = 64 << 10

    private let file: OpenFile
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: ArchiveInput.blockBytes, alignment: 16)
    private(set) var offset = 0
    private(set) var failure: ExportError?

    init(_ file: OpenFile) { self.file = file }

    deinit { block.deallocate() }

    func next(_ archive: OpaquePointer, _ target: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
        do throws(ExportError) {
            let count = try file.read(at: offset, into: block)
            offset += count
            target.pointee = UnsafeRawPointer(block.baseAddress)
            return count
        } catch {
            // libarchive passes on only a code; the reader asks for the error itself.
            failure = error
            return Int(ARCHIVE_FATAL)
        }
    }
}
