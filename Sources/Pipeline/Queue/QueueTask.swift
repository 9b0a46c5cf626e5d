/// One piece of work of a relocation. The queue hands it on as it came: it knows nothing of its payload.
public struct QueueTask: Sendable, Equatable {
    /// Bytes of UTF-8.
    public static let maximumKindBytes = 255
    /// Bytes of UTF-8.
    public static let maximumNameBytes = 65_535
    /// Bytes. Redis itself ends at 512 MB a value.
    public static let maximumPayloadBytes = 256 << 20

    /// What is to be done: "chunk", or a later kind.
    public let kind: String
    /// An opaque label for people and logs, such as the model of a chunk.
    public let name: String
    /// The ordinal of the first row.
    public let minOrdinal: Int64
    public let rows: Int
    /// What the payload was made from, in bytes of the source file.
    public let sourceBytes: Int
    public let payload: [UInt8]

    public init(kind: String, name: String, minOrdinal: Int64, rows: Int, sourceBytes: Int, payload: [UInt8]) {
        self.kind = kind
        self.name = name
        self.minOrdinal = minOrdinal
        self.rows = rows
        self.sourceBytes = sourceBytes
        self.payload = payload
    }
}

/// An element of a relocation's list: whatever stands there, reading it never fails as a whole.
public enum TaskElement: Sendable, Equatable {
    case task(QueueTask)
    /// Something that no version of ours has written, and why it cannot be read.
    case malformed(String)
}

/// The frame of a list element: version, kind length (1 byte), name length (2), min ordinal (8), rows (4), source
/// bytes (8), all little-endian; then kind, name and payload. The payload's length is what remains.
enum TaskFrame {
    static let version: UInt8 = 1
    static let headerBytes = 24

    static func encode(_ task: QueueTask) throws(QueueError) -> [UInt8] {
        let kindBytes = task.kind.utf8.count
        let nameBytes = task.name.utf8.count
        guard kindBytes <= QueueTask.maximumKindBytes, nameBytes <= QueueTask.maximumNameBytes,
            task.payload.count <= QueueTask.maximumPayloadBytes,
            let rows = UInt32(exactly: task.rows), let sourceBytes = UInt64(exactly: task.sourceBytes)
        else {
            throw QueueError(.invalidArgument, "A task is outside its limits.")
        }
        var kind = task.kind
        var name = task.name
        return [UInt8](unsafeUninitializedCapacity: headerBytes + kindBytes + nameBytes + task.payload.count) {
            out, count in
            let bytes = UnsafeMutableRawBufferPointer(out)
            bytes[0] = version
            bytes[1] = UInt8(kindBytes)
            bytes.storeBytes(of: UInt16(nameBytes).littleEndian, toByteOffset: 2, as: UInt16.self)
            bytes.storeBytes(of: task.minOrdinal.littleEndian, toByteOffset: 4, as: Int64.self)
            bytes.storeBytes(of: rows.littleEndian, toByteOffset: 12, as: UInt32.self)
            bytes.storeBytes(of: sourceBytes.littleEndian, toByteOffset: 16, as: UInt64.self)
            kind.withUTF8 { UnsafeMutableRawBufferPointer(rebasing: bytes[headerBytes...]).copyBytes(from: $0) }
            let nameStart = headerBytes + kindBytes
            name.withUTF8 { UnsafeMutableRawBufferPointer(rebasing: bytes[nameStart...]).copyBytes(from: $0) }
            UnsafeMutableRawBufferPointer(rebasing: bytes[(nameStart + nameBytes)...]).copyBytes(from: task.payload)
            count = bytes.count
        }
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) -> TaskElement {
        guard bytes.count >= headerBytes else { return .malformed("It is shorter than a task's header.") }
        guard bytes[0] == version else { return .malformed("It has a frame of version \(bytes[0]).") }
        let kindEnd = headerBytes + Int(bytes[1])
        let nameEnd = kindEnd + Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        let rows = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        let sourceBytes = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        guard nameEnd <= bytes.count else { return .malformed("It ends within its names.") }
        guard let sourceBytes = Int(exactly: sourceBytes) else { return .malformed("Its size is out of range.") }
        guard let kind = text(bytes[headerBytes..<kindEnd]), let name = text(bytes[kindEnd..<nameEnd])
        else { return .malformed("Its names are not UTF-8 text.") }
        return .task(
            QueueTask(
                kind: kind, name: name,
                minOrdinal: Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: Int64.self)),
                rows: Int(rows), sourceBytes: sourceBytes, payload: Array(bytes[nameEnd...])))
    }

    /// nil where the bytes are not UTF-8. Names are nearly always ASCII, which needs no validation.
    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String? {
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        return String(validating: bytes, as: UTF8.self)
    }
}
