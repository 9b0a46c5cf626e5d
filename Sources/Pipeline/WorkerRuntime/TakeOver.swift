import Catalogue
import Ledger
import Queue
import TaskFormat

/// What a worker knows of a relocation when it takes it over, before it writes anything: whether the destination fits it.
/// Pure.
struct TakeOver {
    /// What Redis says.
    let status: RelocationStatus
    /// Model → rows that the database held at the last acknowledgement.
    let recordedRows: [String: Int]
    /// What the destination's ledger says; nil if it says nothing.
    let entry: ImportEntry?
    /// What the destination's chunk rows hold: model → rows and the range of their source keys.
    let written: [String: (rows: Int, keys: ClosedRange<Int64>?)]
    /// Whether the destination's record of a relocation with steps is older than it was.
    var isRecordOlder = false

    /// Why the relocation must not go on here. Nothing was written.
    struct Refusal: Error, Equatable {
        let cause: FailureCause
        let finding: Finding
    }

    /// nil if it may go on.
    var refusal: Refusal? { halfUndone ?? otherImport ?? lostRows ?? lostSteps }

    /// Rows that are still recorded would count as written.
    var halfUndone: Refusal? {
        guard entry?.ended(.undoing) == true else { return nil }
        let uuid = RelocationOptions(json: status.options)?.verifies ?? status.uuid
        return Refusal(
            cause: .otherImport,
            finding: Finding(
                kind: .unknown, model: nil,
                reason: "an undo of \(uuid) has begun in the destination: finish it with relocation-enqueue undo"
            ))
    }

    // MARK: Another import

    /// A file that replaces another one is compared by its rows: see ``ReplacedFile``.
    var otherImport: Refusal? {
        guard let reason = entry == nil ? misfit : difference else { return nil }
        return Refusal(cause: .otherImport, finding: Finding(kind: .unknown, model: nil, reason: reason))
    }

    private var difference: String? {
        guard let earlier = entry?.origin, entry?.ended(.undone) == false else { return nil }
        let isReplacing = !status.replaces.isEmpty
        let own = ImportIdentity(
            scope: status.scope, digest: isReplacing ? "" : status.digest, options: status.options)
        let differences = own.differences(
            from: ImportIdentity(scope: earlier.scope, digest: earlier.digest, options: earlier.options))
        guard !differences.isEmpty else { return nil }
        let words = ImportIdentity.words(
            name: earlier.fileName, scope: earlier.scope, enqueuedBy: earlier.enqueuedBy)
        return refusal(of: words, because: "this one has \(differences.joined(separator: ", "))")
    }

    /// A verification's words differ from an import's: it enqueues nothing.
    private func refusal(of earlier: String, because difference: String) -> String {
        guard let verified = RelocationOptions(json: status.options)?.verifies else {
            return ImportIdentity.refusal(status.uuid, of: earlier, because: difference)
        }
        return ImportIdentity.verifyRefusal(verified, of: earlier, because: difference)
    }

    /// Without an entry the chunk rows' keys are all there is to compare.
    private var misfit: String? {
        guard status.replaces.isEmpty, let bounds = KeyBounds(json: status.keyBounds) else { return nil }
        var found = KeyBounds()
        // Derived rows are not the file's.
        found.models = written.filter { $0.key != DerivedParts.subject }
            .mapValues { KeyBounds.Model(rows: Int64($0.rows), keys: $0.keys) }
        return bounds.misfit(of: found).map { refusal(of: "another file", because: "it has left \($0)") }
    }

    // MARK: Lost rows

    private var lostRows: Refusal? {
        let lost = lostModels
        guard let first = lost.first else { return nil }
        let shown = lost.prefix(Self.shownModels).map(Self.words)
        let more = lost.count > shown.count ? " and of \(lost.count - shown.count) more models" : ""
        return Self.olderCopy(
            "the database lacks \(shown.joined(separator: ", "))\(more) that were already written",
            Self.model(first.model))
    }

    private static func olderCopy(_ what: String, _ model: String?) -> Refusal {
        let reason =
            what + ": it was restored from a backup, or is an older copy; enqueue the same file again under its UUID"
        return Refusal(cause: .lostRows, finding: Finding(kind: .databaseError, model: model, reason: reason))
    }

    /// What a task has written besides rows is not counted; but all of it is older than the last change of the record.
    private var lostSteps: Refusal? {
        isRecordOlder ? Self.olderCopy("the database lacks steps of this relocation that were already done", nil) : nil
    }

    private static func words(_ lost: (model: String, rows: Int)) -> String {
        guard let model = model(lost.model) else {
            return "\(grouped(lost.rows)) \(lost.rows == 1 ? "part" : "parts") of the derived rows"
        }
        return "\(grouped(lost.rows)) \(lost.rows == 1 ? "row" : "rows") of \(model)"
    }

    /// nil for derived rows, which are of several.
    private static func model(_ subject: String) -> String? { subject == DerivedParts.subject ? nil : subject }

    private static let shownModels = 3

    /// A written row stands in a chunk row, and only an undo removes chunk rows, which ends the relocation. So the database
    /// holds at least what it held at the last acknowledgement. It may hold more: an acknowledgement may be lost.
    private var lostModels: [(model: String, rows: Int)] {
        let account = RowAccount(counters: status.counters)
        // Derived rows come last: they tell the least.
        let subjects = Set(account.models.keys).union(recordedRows.keys).sorted {
            ($0 == DerivedParts.subject ? 1 : 0, $0) < ($1 == DerivedParts.subject ? 1 : 0, $1)
        }
        return subjects.compactMap { model in
            let present = written[model]?.rows ?? 0
            let recorded = recordedRows[model] ?? 0
            if recorded > present { return (model, recorded - present) }
            // An older worker has not told how many rows the database held. Rows of a model without any chunk row are
            // lost all the same.
            let counted = account.models[model].map { $0.total.saturatedSubtracting($0.droppedTotal) } ?? 0
            return present == 0 && counted > 0 ? (model, counted) : nil
        }
    }

    /// `1,200`
    private static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }
}
