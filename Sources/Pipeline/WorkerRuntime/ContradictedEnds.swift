internal import Catalogue
import Ledger
public import Queue
internal import Steps
public import Storage
import TaskFormat

/// Relocations that have ended, as Redis knows, and of which the database does not hold that end: one of the two is an older
/// copy. No worker looks at them again.
public struct ContradictedEnds: Sendable, Equatable {
    public enum Contradiction: Sendable, Equatable {
        /// They succeeded, and rows of them are missing.
        case rowsLost
        /// They were undone, and rows of them are back, or their own record goes on.
        case rowsBack
        /// They succeeded, and their own record says that they go on: later steps are missing.
        case stepsMissing
    }

    public struct End: Sendable, Equatable {
        /// Dashed, lower case.
        public let uuid: String
        public let file: String
        public let contradiction: Contradiction
    }

    public let all: [End]

    /// - Parameter statuses: what Redis knows; relocations into other databases say nothing
    public init(_ statuses: [RelocationStatus], in destination: Destination) throws(StorageError) {
        let region = destination.region
        self.init(
            statuses.filter { $0.destination == destination.identity }, try KnownImports(in: region),
            open: try RelocationTables.open(in: region, .standard))
    }

    /// - Parameters:
    ///   - known: what the database knows
    ///   - open: relocations whose record in the database says that they go on
    init(_ statuses: [RelocationStatus], _ known: KnownImports, open: Set<String>) {
        let imports = Dictionary(known.all.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
        all = statuses.filter(Self.isImport).compactMap { status in
            Self.contradiction(status, imports[status.uuid], isOpen: open.contains(status.uuid)).map {
                End(uuid: status.uuid, file: status.sourceName, contradiction: $0)
            }
        }
    }

    private static func isImport(_ status: RelocationStatus) -> Bool {
        RelocationOptions(json: status.options)?.otherPurpose == nil
    }

    private static func contradiction(
        _ status: RelocationStatus, _ known: KnownImport?, isOpen: Bool
    ) -> Contradiction? {
        let holdsRows = known?.models.isEmpty == false
        if status.endedBy == .undo { return holdsRows || isOpen ? .rowsBack : nil }
        guard status.status == .success, status.recordedRows.contains(where: { $0.value > 0 }) else { return nil }
        // Without a ledger, or if it came later, the chunk rows are all there is to ask.
        if let entry = known?.entry, !entry.ended(.success) { return .rowsLost }
        guard holdsRows else { return .rowsLost }
        return isOpen ? .stepsMissing : nil
    }
}
