public import ExportFormat

/// Compares two exports by the reference's rules. It keeps keys and places of all rows, and the rows themselves only for as
/// long as they are compared.
public struct FileComparison {
    /// Why a file cannot be compared.
    public struct Refusal: Error, Sendable {
        public let side: Side
        public let error: ExportError

        public init(side: Side, error: ExportError) {
            self.side = side
            self.error = error
        }
    }

    private let left: ExportSource
    private let right: ExportSource
    /// Rows with the same digest are not read again, and count as equal.
    private let isFast: Bool

    public init(_ left: ExportSource, _ right: ExportSource, fast: Bool) {
        self.left = left
        self.right = right
        isFast = fast
    }

    /// Bytes that a comparison reads, approximately; nil if a file is compressed.
    public var expectedBytes: Int64? {
        guard let left = left.expectedBytes, let right = right.expectedBytes else { return nil }
        return (left + right) * (isFast ? 1 : 2)
    }

    /// - Parameters:
    ///   - onFinding: called for every difference; what it throws ends the comparison
    ///   - onProgress: called now and then with the bytes read
    /// - Throws: ``Refusal``, or what `onFinding` throws
    public func run(
        onFinding: @escaping (ComparisonFinding) throws -> Void, onProgress: @escaping (Int64) -> Void
    ) throws -> ComparisonSummary {
        let leftIndex = try index(left, .left, onProgress)
        let bytes = leftIndex.bytes
        let rightIndex = try index(right, .right) { onProgress(bytes + $0) }
        var summary = ComparisonSummary(leftIndex.index, rightIndex.index)
        let general =
            leftIndex.index.findings + rightIndex.index.findings + Self.counts(leftIndex.index, rightIndex.index)
        // Where rows are missing or out of order, the wrong ones would be compared with each other.
        guard general.isEmpty else {
            for finding in general {
                summary.add(finding)
                try onFinding(finding)
            }
            return summary
        }
        let rows = try RowPass(
            (left, leftIndex.index), (right, rightIndex.index), isFast: isFast,
            done: bytes + rightIndex.bytes)
        rows.onProgress = onProgress
        try rows.run { finding in
            summary.add(finding)
            try onFinding(finding)
        }
        return summary
    }

    private func index(
        _ source: ExportSource, _ side: Side, _ onProgress: @escaping (Int64) -> Void
    ) throws(Refusal) -> (index: SideIndex, bytes: Int64) {
        try side.naming { () throws(ExportError) in
            let reader = try SideReader(source, side, fast: isFast)
            return (try reader.read(onProgress), reader.bytesRead)
        }
    }

    private static func counts(_ left: SideIndex, _ right: SideIndex) -> [ComparisonFinding] {
        ComparisonSummary.models(left, right).filter { $0.left != $0.right }.map { counts in
            ComparisonFinding(
                "UnequalCounts", model: counts.model,
                reason: "counted \(counts.left) left entries and \(counts.right) right entries")
        }
    }
}

extension Side {
    /// Says of an error which file it is about.
    func naming<Result>(_ work: () throws(ExportError) -> Result) throws(FileComparison.Refusal) -> Result {
        do throws(ExportError) {
            return try work()
        } catch {
            throw FileComparison.Refusal(side: self, error: error)
        }
    }
}
