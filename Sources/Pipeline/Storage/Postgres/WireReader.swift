internal import Catalogue
internal import TextForms

/// Reads PostgreSQL's binary values. Lives no longer than the result it reads.
struct WireReader {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    /// The remaining bytes as one integer of 2, 4 or 8 bytes.
    var wholeInteger: Int64? {
        switch rest.count {
        case 2: Int64(Int16(bigEndian: rest.loadUnaligned(as: Int16.self)))
        case 4: Int64(Int32(bigEndian: rest.loadUnaligned(as: Int32.self)))
        case 8: Int64(bigEndian: rest.loadUnaligned(as: Int64.self))
        default: nil
        }
    }

    var wholeText: String { String(decoding: rest, as: UTF8.self) }

    mutating func value(as type: ColumnType) -> Value? {
        switch type {
        case .smallint, .integer, .bigint: wholeInteger.map { .integer($0) }
        case .boolean: rest.count == 1 ? .bool(rest[0] != 0) : nil
        case .double: double().map { .double($0) }
        case .timestamptz, .timestamp: wholeInteger.map { .timestamp(Self.sinceUnixEpoch($0)) }
        case .varchar, .text, .citext, .json: .text(wholeText)
        case .jsonb: rest.first == 1 ? .text(String(decoding: rest.dropFirst(), as: UTF8.self)) : nil
        case .uuid: uuid()
        case .inet: address()
        case .textArray: texts().map { .textArray($0) }
        case .doubleArray: doubles().map { .doubleArray($0) }
        }
    }

    mutating func texts() -> [String?]? { elements { $0.wholeText } }

    /// The elements of an array of any number of dimensions, in order.
    mutating func elements<Element>(_ read: (WireReader) -> Element) -> [Element?]? {
        guard let dimensions = arrayHead(), let count = elementCount(dimensions) else { return nil }
        var out: [Element?] = []
        for _ in 0..<count {
            guard let size: Int32 = next() else { return nil }
            guard size >= 0 else {
                out.append(nil)
                continue
            }
            guard rest.count >= Int(size) else { return nil }
            out.append(read(WireReader(UnsafeRawBufferPointer(rebasing: rest.prefix(Int(size))))))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(Int(size)))
        }
        return out
    }

    private mutating func doubles() -> [[Double]]? {
        let whole = rest
        guard let dimensions = arrayHead() else { return nil }
        if dimensions.isEmpty { return [] }
        rest = whole
        guard dimensions.count == 2, dimensions[1] > 0, let all = elements({ $0.double() ?? .nan }) else { return nil }
        let numbers = all.compactMap { $0 }
        guard numbers.count == all.count else { return nil }
        return stride(from: 0, to: numbers.count, by: dimensions[1]).map { Array(numbers[$0..<$0 + dimensions[1]]) }
    }

    private mutating func arrayHead() -> [Int]? {
        guard let count: Int32 = next(), let _: Int32 = next(), let _: Int32 = next() else { return nil }
        var dimensions: [Int] = []
        guard (0...Self.maximumDimensions).contains(count) else { return nil }
        for _ in 0..<count {
            guard let size: Int32 = next(), size >= 0, let _: Int32 = next() else { return nil }
            dimensions.append(Int(size))
        }
        return dimensions
    }

    /// The server's own limit.
    private static let maximumDimensions: Int32 = 6

    /// nil if there are fewer bytes than elements: each has a length of four bytes.
    private func elementCount(_ dimensions: [Int]) -> Int? {
        if dimensions.isEmpty { return 0 }
        var count = 1
        for size in dimensions {
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            guard !overflows else { return nil }
            count = product
        }
        return count <= rest.count / 4 ? count : nil
    }

    private func double() -> Double? {
        guard rest.count == 8 else { return nil }
        return Double(bitPattern: UInt64(bigEndian: rest.loadUnaligned(as: UInt64.self)))
    }

    private func uuid() -> Value? {
        guard rest.count == 16 else { return nil }
        let high = UInt64(bigEndian: rest.loadUnaligned(as: UInt64.self))
        let low = UInt64(bigEndian: rest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        return .text(UUIDBytes(high: high, low: low).text)
    }

    private func address() -> Value? {
        guard rest.count == 8 || rest.count == 20 else { return nil }
        return .text(InternetAddress(bytes: Array(rest.dropFirst(4)), prefixLength: Int(rest[1])).text)
    }

    /// `infinity`, the one value without a counterpart, stays the largest (smallest) number.
    private static func sinceUnixEpoch(_ time: Int64) -> Int64 {
        let (sum, overflows) = time.addingReportingOverflow(WireBuffer.postgresEpoch)
        return overflows || time == .min ? time : sum
    }

    private mutating func next<Number: FixedWidthInteger>() -> Number? {
        let size = MemoryLayout<Number>.size
        guard rest.count >= size else { return nil }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(size)) }
        return Number(bigEndian: rest.loadUnaligned(as: Number.self))
    }
}
