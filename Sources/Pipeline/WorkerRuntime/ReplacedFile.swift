import Catalogue
import Import
import Ledger
import Queue
import Relocation

/// A relocation that goes on with another file. Before the first write of it: the file must have all rows that are written,
/// as they were. Rows that are not written may be others.
struct ReplacedFile {
    let turn: Turn
    let context: ImportContext
    let preparer: TaskPreparer

    /// Tasks that are read at a time, and their bytes.
    private static let pageCount = 128
    private static let pageBytes = 4 << 20

    private var held: HeldClaim { turn.held }

    /// - Throws: ``TakeOver/Refusal`` if the file lacks a row that is written, or has changed it.
    func accept() throws {
        let earlier = held.register?.found?.origin
        if earlier?.digest != held.claim.status.digest {
            // The claim was the last change of the record.
            turn.waitOutEarlierLease(elapsed: max(held.claim.status.updatedAt - held.claim.status.createdAt, 0))
            try turn.read(context).awaitLateWorkers()
            let work = try turn.read(context)
            if !work.map.isEmpty { try compare(work) }
            do { try held.register?.replaceFile() } catch { throw turn.failure(error) }
        }
        let isKnown = held.claim.status.replaces != NewRelocation.unknownFile
        try held.queue.acceptFile(
            held.claim, replaced: isKnown ? nil : earlier.map { (name: $0.fileName, digest: $0.digest) })
    }

    /// Reads the list from its start, until all written rows were met.
    private func compare(_ work: RelocationImport) throws {
        var rows = WrittenKeys(work, WrittenRowsComparison(try known()))
        var index = 0
        while true {
            let page = try held.queue.tasks(
                held.claim, from: index, count: Self.pageCount, maxBytes: Self.pageBytes
            ).elements
            if page.isEmpty { break }
            index += page.count
            for task in page {
                turn.heartbeat.beat()
                guard held.lease.isHeld else { throw ImportFailure.leaseLost }
                guard let (model, found) = try preparer.rows(of: task) else { continue }
                for row in found { try rows.add(row, of: model.name) }
            }
        }
        try rows.finish()
    }

    /// What the ledger and Redis know of the rows that are written.
    private func known() throws -> [WrittenRows] {
        let inRedis = try held.queue.writtenRows(held.claim.uuid).compactMap {
            WrittenRows(name: $0.key, text: $0.value)
        }
        do { return try (held.register?.writtenRows() ?? []) + inRedis } catch { throw turn.failure(error) }
    }
}

/// The keys of the written rows, compared with a file's rows.
private struct WrittenKeys {
    private let work: RelocationImport
    private var comparison: WrittenRowsComparison
    /// Model → keys that the file has as they were written.
    private var seen: [String: (keys: IDSet, count: Int)] = [:]

    init(_ work: RelocationImport, _ comparison: WrittenRowsComparison) {
        self.work = work
        self.comparison = comparison
    }

    mutating func add(_ row: Row, of model: String) throws(TakeOver.Refusal) {
        let isKnown: Bool
        do throws(WrittenRowsComparison.Difference) {
            isKnown = try comparison.add(model, ordinal: row.ordinal, digest: row.digest)
        } catch {
            let key = error.ordinal == row.ordinal ? row.sourcePK : nil
            throw .differing(model, ordinal: error.ordinal, key, error.reason)
        }
        guard let key = row.sourcePK, work.map[model, key] != nil else { return }
        guard isKnown else { throw .differing(model, ordinal: row.ordinal, key, Self.unproven) }
        if seen[model, default: (IDSet(), 0)].keys.insert(key) { seen[model]?.count += 1 }
    }

    func finish() throws(TakeOver.Refusal) {
        do throws(WrittenRowsComparison.Difference) { try comparison.finish() } catch {
            throw .differing(error.model, ordinal: error.ordinal, nil, error.reason)
        }
        for model in work.sourceBounds.keys.sorted() where work.map.entries(of: model).count > seen[model]?.count ?? 0 {
            throw .differing(model, ordinal: nil, nil, Self.lacking)
        }
    }

    private static let unproven =
        "a row with this primary key is already written, and nothing remembers whether it was this one (a ledger would); "
        + WrittenRowsComparison.Difference.remedy
    private static let lacking =
        "rows of this model are already written that the file does not have; " + WrittenRowsComparison.Difference.remedy
}

extension TakeOver.Refusal {
    fileprivate static func differing(_ model: String, ordinal: Int64?, _ key: Int64?, _ reason: String) -> Self {
        TakeOver.Refusal(
            cause: .otherImport,
            finding: Finding(kind: .unknown, model: model, ordinal: ordinal, leftPK: key, reason: reason))
    }
}
