public import Ledger
public import Queue
import TaskFormat

/// Relocations that have ended, as Redis knows, and of which the database does not hold that end: one of the two is an older
/// copy. No worker looks at them again. Pure.
public struct ContradictedEnds: Sendable, Equatable {
    public enum Contradiction: Sendable, Equatable {
        /// They succeeded, and rows of them are missing.
        case rowsLost
        /// They were undone, and rows of them are back.
        case rowsBack
    }

    public struct End: Sendable, Equatable {
        /// Dashed, lower case.
        public let uuid: String
        public let file: String
        public let contradiction: Contradiction
    }

    public let all: [End]

    /// - Parameters:
    ///   - statuses: what Redis knows
    ///   - known: what the database knows
    ///   - identity: that of the database; relocations into another one say nothing
    public init(_ statuses: [RelocationStatus], _ known: KnownImports, identity: String) {
        let imports = Dictionary(known.all.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
        all = statuses.filter { $0.destination == identity && Self.isImport($0) }.compactMap { status in
            Self.contradiction(status, imports[status.uuid]).map {
                End(uuid: status.uuid, file: status.sourceName, contradiction: $0)
            }
        }
    }

    private static func isImport(_ status: RelocationStatus) -> Bool {
        RelocationOptions(json: status.options)?.otherPurpose == nil
    }

    private static func contradiction(_ status: RelocationStatus, _ known: KnownImport?) -> Contradiction? {
        let holdsRows = known?.models.isEmpty == false
        if status.endedBy == .undo { return holdsRows ? .rowsBack : nil }
        guard status.status == .success, status.recordedRows.contains(where: { $0.value > 0 }) else { return nil }
        // Without a ledger, or if it came later, the chunk rows are all there is to ask.
        if let entry = known?.entry, !entry.ended(.success) { return .rowsLost }
        return holdsRows ? nil : .rowsLost
    }
}
