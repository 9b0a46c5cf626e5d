/// The frame of a list element: version, kind length (1 byte), name length (2), min ordinal (8), rows (4), source
/// bytes (8), all little-endian; then kind, name and payload. The payload's length is what remains.
enum TaskFrame {
    static let version: UInt8 = 1
    /// What can be the version of a frame, this one and newer ones: below all printable text.
    static let versions: ClosedRange<UInt8> = version...31
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
        // The first byte is the version in every version: a newer one may have another header.
        guard let first = bytes.first, versions.contains(first) else {
            return .malformed("It does not begin with a version.")
        }
        guard first == version else { return .newer(version: Int(first)) }
        guard bytes.count >= headerBytes else { return .malformed("It is shorter than a task's header.") }
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

    /// nil if the bytes are not UTF-8. Names are nearly always ASCII, which needs no validation.
    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String? {
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        return String(validating: bytes, as: UTF8.self)
    }
}
