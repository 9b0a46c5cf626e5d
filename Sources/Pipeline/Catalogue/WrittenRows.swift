import TextForms

/// Which rows of a file one chunk has written, and what they were: enough to tell whether another file has the same rows,
/// and which is the first that differs. It does not depend on chunk sizes or on a file's formatting.
public struct WrittenRows: Sendable, Equatable {
    public let model: String
    /// Ordinals, ascending, without gaps inside a range.
    public private(set) var ordinals: [ClosedRange<Int64>] = []
    /// The end of each row's digest: names the row that differs.
    private(set) var marks: [UInt16] = []
    /// Of all rows together: decides whether they are the same.
    private(set) var digest: UInt64 = 0

    public init(_ model: String) { self.model = model }

    public var isEmpty: Bool { ordinals.isEmpty }

    var first: Int64 { ordinals.first?.lowerBound ?? .max }

    /// Adds a row behind all that were added before.
    public mutating func append(_ row: Row) {
        marks.append(Self.mark(row.digest))
        digest = StableHash.mix(digest, row.digest)
        if let last = ordinals.last, last.upperBound < .max, last.upperBound + 1 == row.ordinal {
            ordinals[ordinals.count - 1] = last.lowerBound...row.ordinal
        } else {
            ordinals.append(row.ordinal...row.ordinal)
        }
    }

    static func mark(_ digest: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: digest) }

    /// Hexadecimal.
    public var digestText: String { Hex.text(digest) }

    /// Tells it from what other chunks of an import have written: model, first ordinal, digest.
    public var name: String { "\(model) \(ordinals.first?.lowerBound ?? 0) \(digestText)" }

    /// `1-20,22-40 <digest> <marks, as base64>`
    public var text: String {
        let ranges = ordinals.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
        let bytes = marks.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        return "\(ranges) \(digestText) \(Base64.encode(bytes))"
    }

    /// Nil for a text of another form.
    public init?(_ model: String, text: String) {
        self.init(model)
        let parts = text.split(separator: " ")
        guard parts.count == 3, let digest = UInt64(parts[1], radix: 16), let bytes = Base64.decode(parts[2]) else {
            return nil
        }
        self.digest = digest
        marks = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        for part in parts[0].split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int64($0) }
            guard ends.count == 2, ends[0] <= ends[1], ends[0] > ordinals.last?.upperBound ?? 0 else { return nil }
            ordinals.append(ends[0]...ends[1])
        }
        guard ordinals.reduce(0, { $0 + $1.count }) == marks.count else { return nil }
    }

    /// From ``name`` and ``text``; nil for texts of another form.
    public init?(name: String, text: String) {
        guard let model = name.split(separator: " ").first else { return nil }
        self.init(String(model), text: text)
    }
}
