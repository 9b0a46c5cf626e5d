import CZstd

/// Writes chunk payloads in the format that ``ChunkCodec`` describes.
public final class ChunkEncoder {
    private let context: OpaquePointer
    private var body: [UInt8] = []
    private var minOrdinal: Int64 = 0
    private var hasHidden = false

    /// The most bytes of memory to keep from one chunk to the next.
    private static let keptBytes = 1 << 20

    /// zstd's own default: most of the compression at little cost.
    private static let level: Int32 = 3

    public init() throws(TaskFormatError) {
        guard let context = ZSTD_createCCtx() else {
            throw TaskFormatError(.outOfMemory, "not enough memory for the compressor")
        }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Begins another chunk.
    ///
    /// - Parameter hidden: see ``PackedChunk/hidden``
    public func begin(minOrdinal: Int64, hidden: [(model: String, from: Int64)] = []) {
        self.minOrdinal = minOrdinal
        hasHidden = !hidden.isEmpty
        // Frees the memory of an unusually large chunk.
        body.removeAll(keepingCapacity: body.capacity <= Self.keptBytes)
        Varint.append(UInt64(bitPattern: minOrdinal), to: &body)
        guard hasHidden else { return }
        Varint.append(UInt64(hidden.count), to: &body)
        for (model, from) in hidden {
            Varint.append(UInt64(model.utf8.count), to: &body)
            body += model.utf8
            Varint.append(UInt64(bitPattern: from), to: &body)
        }
    }

    /// Adds a row: valid JSON without white space. Its ordinal must not be below the chunk's smallest.
    public func add(_ text: UnsafeBufferPointer<UInt8>, ordinal: Int64) {
        // A smaller ordinal becomes a distance that each reader refuses.
        Varint.append(UInt64(bitPattern: ordinal &- minOrdinal), to: &body)
        Varint.append(UInt64(text.count), to: &body)
        body += text
    }

    /// The payload of the rows added since `begin`.
    public func payload() throws(TaskFormatError) -> [UInt8] {
        try framed(body, version: hasHidden ? ChunkCodec.versionWithHidden : ChunkCodec.version)
    }

    /// Compresses any body into a frame behind a version byte.
    package func framed(_ body: [UInt8], version: UInt8 = ChunkCodec.version) throws(TaskFormatError) -> [UInt8] {
        let bound = ZSTD_compressBound(body.count)
        var code = 0
        let payload = [UInt8](unsafeUninitializedCapacity: bound + 1) { out, count in
            out.initializeElement(at: 0, to: version)
            code = ZSTD_compress2(context, out.baseAddress.map { $0 + 1 }, bound, body, body.count)
            count = ZSTD_isError(code) == 0 ? code + 1 : 0
        }
        guard ZSTD_isError(code) == 0 else {
            throw TaskFormatError(
                .outOfMemory, "a chunk cannot be compressed: \(String(cString: ZSTD_getErrorName(code)))")
        }
        return payload
    }
}

/// Unsigned numbers with seven bits per byte, lowest bits first. The eighth bit says that another byte follows.
enum Varint {
    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// nil if the bytes end too early or hold more than 64 bits.
    static func read(_ bytes: [UInt8], at place: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            let part = UInt64(byte & 0x7F)
            if shift == 63, part > 1 { return nil }
            value |= part << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
