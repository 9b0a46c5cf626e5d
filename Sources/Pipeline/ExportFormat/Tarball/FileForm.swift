/// What a file is, told from its first bytes.
enum FileForm {
    /// Text, or something else that is read as such.
    case text
    /// A compressed file that is no tar.
    case compressed
    /// A tar, compressed or not.
    case tarball

    private static let headerBytes = 512

    init(_ file: OpenFile, limits: ExportLimits) throws(ExportError) {
        let head = try Self.head { (target) throws(ExportError) in
            try file.read(at: target.offset, into: target.room)
        }
        guard Self.magics.contains(where: { head.starts(with: $0) }) else {
            self = Self.isTarHeader(head) ? .tarball : .text
            return
        }
        let archive = try ArchiveReader(file, isTar: false, limits: limits)
        guard try archive.next() != nil, archive.isCompressed else {
            throw ExportError(.badData, "the compressed file cannot be read; it is damaged or truncated")
        }
        let inner = try Self.head { (target) throws(ExportError) in try archive.read(into: target.room) }
        self = Self.isTarHeader(inner) ? .tarball : .compressed
    }

    /// gzip, bzip2, xz, zstd.
    private static let magics: [[UInt8]] = [
        [0x1F, 0x8B], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], [0x28, 0xB5, 0x2F, 0xFD],
    ]

    /// The first bytes of what `read` gives; fewer only if there are no more.
    private static func head(
        _ read: ((offset: Int, room: UnsafeMutableRawBufferPointer)) throws(ExportError) -> Int
    ) throws(ExportError) -> [UInt8] {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: headerBytes, alignment: 16)
        defer { block.deallocate() }
        var count = 0
        while count < block.count {
            let more = try read((count, UnsafeMutableRawBufferPointer(rebasing: block[count...])))
            if more == 0 { break }
            count += more
        }
        return Array(block[..<count])
    }

    /// Whether the check sum of a tar header fits.
    private static func isTarHeader(_ head: [UInt8]) -> Bool {
        guard head.count == headerBytes else { return false }
        let field = head[148..<156]
        let digits = field.drop { $0 == 0x20 }.prefix { 0x30...0x37 ~= $0 }
        guard !digits.isEmpty else { return false }
        let wanted = digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
        // The field itself counts as eight spaces.
        let sum = head.reduce(0) { $0 + Int($1) } - field.reduce(0) { $0 + Int($1) } + 8 * 0x20
        return sum == wanted
    }
}

/// The JSON text of a compressed file.
final class CompressedText: ByteSource {
    private let archive: ArchiveReader
    private let file: OpenFile

    init(_ file: OpenFile, limits: ExportLimits) throws(ExportError) {
        self.file = file
        try file.requireUnchanged()
        archive = try ArchiveReader(file, isTar: false, limits: limits)
        _ = try archive.next()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        let count = try archive.read(into: buffer)
        if count == 0 { try file.requireUnchanged() }
        return count
    }
}
