import Catalogue
import Ledger

extension ChunkImport {
    /// Completes inserted rows at once if another row of the same source key takes their place in the map: what comes later
    /// in the file refers to that one, and the end of the list knows that one only.
    func completeSuperseded(_ rows: [Row], _ results: [RowResult], _ batch: Batch) throws(ImportFailure) {
        guard let completion = Completions.completion(of: model) else { return }
        let before = batch.map.entries(of: model.name)
        /// Source key → the inserted row that it stands for now.
        var current: [Int64: Int64] = [:]
        var superseded: [Int64] = []
        for (row, result) in zip(rows, results) {
            guard let sourcePK = row.sourcePK, case .written(let newPK, let kind, _) = result else { continue }
            let earlier = current[sourcePK] ?? before[sourcePK].flatMap { $0.kind == .inserted ? $0.newPK : nil }
            if let earlier, earlier != newPK { superseded.append(earlier) }
            current[sourcePK] = kind == .inserted ? newPK : nil
        }
        if !superseded.isEmpty { try completion.complete(superseded.sorted().map { .integer($0) }, batch) }
    }
}
