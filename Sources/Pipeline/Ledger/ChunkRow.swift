package import Catalogue

/// The record of one written chunk: the idempotency key of an import and the stored part of its primary-key map.
// More than eight properties: one per column of the table, and what the ledger remembers besides.
package struct ChunkRow {
    package var model: String
    package var minOrdinal: Int64
    /// Rows written, repeated source keys counted as often as they were written.
    package var rowsWritten: Int64
    package var minSourcePK: Int64
    package var maxSourcePK: Int64
    package var minInsertedPK: Int64?
    package var maxInsertedPK: Int64?
    /// Source key → destination key and kind, in the order written.
    package var mapped: [(sourcePK: Int64, newPK: Int64, kind: MappingKind)]
    /// Source key → slug of an inserted row.
    package var identifiers: [Int64: String]
    /// The rows that this worker has written; empty for a chunk row that was read.
    package private(set) var written: WrittenRows

    /// A chunk of which no row is written yet.
    package init(model: String, minOrdinal: Int64) {
        self.model = model
        self.minOrdinal = minOrdinal
        rowsWritten = 0
        minSourcePK = 0
        maxSourcePK = 0
        mapped = []
        identifiers = [:]
        written = WrittenRows(model)
    }

    /// Adds one written row, in the order written.
    package mutating func append(_ row: Row, _ newPK: Int64, _ kind: MappingKind, slug: String?) {
        guard let sourcePK = row.sourcePK else { return }
        if rowsWritten == 0 {
            minSourcePK = sourcePK
            maxSourcePK = sourcePK
        }
        rowsWritten += 1
        maxSourcePK = max(maxSourcePK, sourcePK)
        if kind == .inserted {
            minInsertedPK = minInsertedPK ?? newPK
            maxInsertedPK = max(maxInsertedPK ?? newPK, newPK)
            if let slug { identifiers[sourcePK] = slug }
        }
        mapped.append((sourcePK, newPK, kind))
        written.append(row)
    }

    /// Those of the inserted rows that the chunk row will not name: of a source key that occurs again only the last one is
    /// kept, and some rows count as others that were there.
    package func unnamed(_ insertedIDs: [Int64]) -> [Int64] {
        // Usually all rows were inserted under different source keys, in ascending order.
        if mapped.count == insertedIDs.count, mapped.allSatisfy({ $0.kind == .inserted }),
            zip(mapped, mapped.dropFirst()).allSatisfy({ $0.sourcePK < $1.sourcePK })
        {
            return []
        }
        let named = mapped.filter { $0.kind == .inserted }.map { ($0.sourcePK, $0.newPK) }
        let kept = Set(Dictionary(named, uniquingKeysWith: { _, last in last }).values)
        return insertedIDs.filter { !kept.contains($0) }
    }

    /// The same chunk without some source keys; nil if it held no others.
    func without(_ sourcePKs: Set<Int64>) -> ChunkRow? {
        var rest = self
        rest.mapped = mapped.filter { !sourcePKs.contains($0.sourcePK) }
        guard let first = rest.mapped.first else { return nil }
        rest.rowsWritten = max(rowsWritten - Int64(mapped.count - rest.mapped.count), 1)
        rest.minSourcePK = rest.mapped.reduce(first.sourcePK) { min($0, $1.sourcePK) }
        rest.maxSourcePK = rest.mapped.reduce(first.sourcePK) { max($0, $1.sourcePK) }
        let inserted = rest.mapped.filter { $0.kind == .inserted }.map(\.newPK)
        rest.minInsertedPK = inserted.min()
        rest.maxInsertedPK = inserted.max()
        rest.identifiers = identifiers.filter { !sourcePKs.contains($0.key) }
        return rest
    }

    /// The ordinal of the last row, as the reference counts it; the largest integer if it would exceed that.
    package var maxOrdinal: Int64 {
        let (sum, isTooLarge) = minOrdinal.addingReportingOverflow(rowsWritten - 1)
        return isTooLarge ? .max : sum
    }

    /// Identifies a chunk row within one import.
    package var key: String { Self.key(model, minOrdinal) }

    package static func key(_ model: String, _ minOrdinal: Int64) -> String { "\(model)|\(minOrdinal)" }
}
