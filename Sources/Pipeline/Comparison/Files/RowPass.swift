import ExportFormat

/// The second pass over both files: compares the rows of equal ordinals, model by model, in batches.
final class RowPass {
    private let left: (index: SideIndex, fetcher: RowFetcher)
    private let right: (index: SideIndex, fetcher: RowFetcher)
    private let isFast: Bool
    private let references: References
    private var bytesDone: Int64
    var onProgress: (Int64) -> Void = { _ in }

    /// - Parameter done: bytes read before
    init(
        _ left: (ExportSource, SideIndex), _ right: (ExportSource, SideIndex), isFast: Bool, done: Int64
    ) throws(FileComparison.Refusal) {
        self.left = (left.1, try Side.left.naming { () throws(ExportError) in try RowFetcher(left.0) })
        self.right = (right.1, try Side.right.naming { () throws(ExportError) in try RowFetcher(right.0) })
        self.isFast = isFast
        let (leftIndex, rightIndex) = (left.1, right.1)
        references = References(
            left: { leftIndex.ordinal($0, $1) }, right: { rightIndex.ordinal($0, $1) })
        bytesDone = done
    }

    func run(_ onFinding: (ComparisonFinding) throws -> Void) throws {
        for rightModel in right.index.models {
            guard let leftModel = left.index[rightModel.name] else { continue }
            var start = 0
            while start < rightModel.count {
                let batch = batch(leftModel, rightModel, from: start)
                if !isFast || differ(leftModel, rightModel, batch) {
                    try compare(leftModel, rightModel, batch, onFinding)
                }
                start = batch.upperBound
                onProgress(bytesDone)
            }
        }
        try Side.left.naming { () throws(ExportError) in try left.fetcher.requireUnchanged() }
        try Side.right.naming { () throws(ExportError) in try right.fetcher.requireUnchanged() }
    }

    /// As many rows as fit into a batch, at least one. In a fast comparison all are equal, or all must be compared.
    private func batch(_ leftModel: ModelIndex, _ rightModel: ModelIndex, from start: Int) -> Range<Int> {
        let limit = min(left.fetcher.batchBytes, right.fetcher.batchBytes)
        let differs = isFast && self.differs(leftModel, rightModel, start)
        var bytes = 0
        var end = start
        while end < rightModel.count, end == start || bytes < limit {
            if isFast, self.differs(leftModel, rightModel, end) != differs { break }
            bytes += Int(max(leftModel.lengths[leftModel.row(at: end)], rightModel.lengths[rightModel.row(at: end)]))
            end += 1
        }
        return start..<end
    }

    private func differ(_ leftModel: ModelIndex, _ rightModel: ModelIndex, _ batch: Range<Int>) -> Bool {
        differs(leftModel, rightModel, batch.lowerBound)
    }

    private func differs(_ leftModel: ModelIndex, _ rightModel: ModelIndex, _ place: Int) -> Bool {
        let digest = leftModel.digests[leftModel.row(at: place)]
        return digest == 0 || digest != rightModel.digests[rightModel.row(at: place)]
    }

    private func compare(
        _ leftModel: ModelIndex, _ rightModel: ModelIndex, _ batch: Range<Int>,
        _ onFinding: (ComparisonFinding) throws -> Void
    ) throws {
        try Side.left.naming { () throws(ExportError) in try left.fetcher.fetch(leftModel, batch) }
        try Side.right.naming { () throws(ExportError) in try right.fetcher.fetch(rightModel, batch) }
        for place in batch {
            let rows = RowPair(
                try row(.left, left.fetcher, leftModel, place, batch),
                try row(.right, right.fetcher, rightModel, place, batch),
                references)
            for finding in rightModel.rules.findings(rows, ordinal: Int64(place + 1)) { try onFinding(finding) }
        }
        bytesDone += Int64(
            batch.reduce(0) { bytes, place in
                bytes + Int(leftModel.lengths[leftModel.row(at: place)])
                    + Int(rightModel.lengths[rightModel.row(at: place)])
            })
    }

    private func row(
        _ side: Side, _ fetcher: RowFetcher, _ model: ModelIndex, _ place: Int, _ batch: Range<Int>
    ) throws(FileComparison.Refusal) -> FileRow {
        let row = model.row(at: place)
        return try side.naming { () throws(ExportError) in
            guard let found = try fetcher.row(place - batch.lowerBound, key: model.keys[row]) else {
                throw model.refused("has no fields", row)
            }
            return found
        }
    }
}
