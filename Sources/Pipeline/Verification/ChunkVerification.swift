package import Catalogue
package import Comparison
import ExportFormat
package import Import
import Storage

/// How one chunk's source rows stand in the destination.
package struct VerifiedChunk: Sendable {
    package var counts = VerificationCounts()
    /// In file order.
    package var findings: [ComparisonFinding] = []
    /// Rows that the rules leave out, and rows that are missing, in file order.
    package var absent: [DroppedRow] = []
    /// Source keys of the rows that chunk rows name and the destination no longer holds.
    package var lost: [Int64] = []

    package init() {}

    /// The kind of a finding about a row that is not there.
    package static let missingRow = "MissingRow"
}

/// Holds one chunk's source rows against the destination's. Reads only.
package struct ChunkVerification {
    private let work: RelocationImport
    private let model: Model

    package init(_ work: RelocationImport, _ model: Model) {
        self.work = work
        self.model = model
    }

    /// - Parameter hidden: see ``Import/RelocationImport/importChunk(model:minOrdinal:rows:hidden:skipped:now:)``
    package func run(_ rows: [Row], hidden: [String: Int64]) throws(ImportFailure) -> VerifiedChunk {
        // A time that the import has set is later than any that stands for it here.
        let expected = try work.expectations(of: rows, model, hidden: hidden, now: 0)
        let verifier: RowVerifier
        do { verifier = try RowVerifier(model) } catch { throw failure(error) }
        let stored = try storedRows(expected, verifier)
        var chunk = VerifiedChunk()
        for (row, expected) in zip(rows, expected) { try add(row, expected, stored, verifier, to: &chunk) }
        return chunk
    }

    private func add(
        _ row: Row, _ expected: ExpectedRow, _ stored: [Int64: [Value]], _ verifier: RowVerifier,
        to chunk: inout VerifiedChunk
    ) throws(ImportFailure) {
        switch expected {
        case .dropped(let reason): chunk.leaveOut(row, reason, model)
        case .missing: chunk.miss(row, model)
        case .matched(let key):
            if stored[key] == nil { chunk.lose(row, model) } else { chunk.counts.count(model.name) { $0.matched += 1 } }
        case .written(let key, let plain, let ruled):
            guard let found = stored[key] else { return chunk.lose(row, model) }
            do {
                chunk.add(try verifier.verdict(row, plain: plain, ruled: ruled, stored: found), model)
            } catch {
                throw failure(error)
            }
        }
    }

    /// Destination key → its row, as far as there is one.
    private func storedRows(
        _ expected: [ExpectedRow], _ verifier: RowVerifier
    ) throws(ImportFailure) -> [Int64: [Value]] {
        let keys = Set(expected.compactMap(\.newPK)).sorted()
        guard !keys.isEmpty, let id = verifier.columns.firstIndex(of: "id") else { return [:] }
        let query = Select(
            verifier.columns, from: model.table, where: [.isIn("id", keys.map { .integer($0) })])
        do {
            let rows = try work.destination.database(of: model.silo).select(query)
            return Dictionary(rows.map { ($0[id].integer ?? 0, $0) }, uniquingKeysWith: { first, _ in first })
        } catch {
            throw ImportFailure(error, of: model)
        }
    }

    /// A stored row that no export can hold.
    private func failure(_ error: ExportError) -> ImportFailure {
        .permanent(
            error.finding ?? Finding(kind: .unknown, model: model.name, reason: "the rows cannot be compared: \(error)")
        )
    }
}

extension ExpectedRow {
    fileprivate var newPK: Int64? {
        switch self {
        case .written(let key, _, _), .matched(let key): key
        case .dropped, .missing: nil
        }
    }
}

extension VerifiedChunk {
    fileprivate mutating func add(_ verdict: RowVerdict, _ model: Model) {
        counts.count(model.name) { counts in
            switch verdict {
            case .equal: counts.equal += 1
            case .changed(let rules): counts.changed[rules.joined(separator: "+"), default: 0] += 1
            case .different: counts.different += 1
            }
        }
        if case .different(let found) = verdict { findings += found }
    }

    fileprivate mutating func leaveOut(_ row: Row, _ reason: DropReason, _ model: Model) {
        absent.append(DroppedRow(model: model.name, sourcePK: row.sourcePK, ordinal: row.ordinal, reason: reason))
    }

    fileprivate mutating func miss(_ row: Row, _ model: Model) {
        counts.count(model.name) { $0.missing += 1 }
        leaveOut(row, .missing, model)
        var finding = ComparisonFinding(
            Self.missingRow, model: model.name, reason: "the destination lacks this row of the file")
        finding.ordinal = row.ordinal
        finding.leftKey = row.sourcePK.map { .integer($0) }
        findings.append(finding)
    }

    fileprivate mutating func lose(_ row: Row, _ model: Model) {
        if let key = row.sourcePK { lost.append(key) }
        miss(row, model)
    }
}
