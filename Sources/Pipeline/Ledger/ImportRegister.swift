import Catalogue
public import Storage

/// One relocation's entry in the ledger of its destination: written with its first rows, closed at its end. Without a
/// ledger it does nothing. Not `Sendable`: it lives with its connections.
public final class ImportRegister {
    /// The entry as it was when this worker took the relocation over; nil without one.
    public let found: ImportEntry?

    private let table: ImportTable
    private let uuid: String
    private let origin: ImportOrigin
    private let hasLedger: Bool
    /// Whether the entry is there, or written by the open transaction.
    private var isNoted: Bool
    /// The same for its end.
    private var isClosed = false

    /// - Parameter uuid: dashed, lower case
    public init(_ uuid: String, _ origin: ImportOrigin, in destination: Destination) throws(StorageError) {
        self.uuid = uuid
        self.origin = origin
        table = ImportTable(database: destination.region)
        hasLedger = try destination.hasLedger()
        found = hasLedger ? try table.entry(uuid) : nil
        isNoted = found != nil
    }

    /// In the transaction that writes the relocation's first rows: writes its entry. Costs nothing after that.
    func note(now: Int64) throws(StorageError) {
        guard hasLedger, !isNoted else { return }
        try table.insert(uuid, origin, beganAt: now, end: nil)
        isNoted = true
    }

    /// The transaction was rolled back, and with it what it has written of the entry.
    public func rolledBack() {
        isNoted = found != nil
        isClosed = false
    }

    /// A relocation that has ended goes on.
    public func reopen() throws(StorageError) {
        if let found, found.end != nil { try table.update(id: found.id, end: nil) }
    }

    /// Writes how the relocation ended, in the open transaction if there is one. A relocation that has written nothing
    /// gets an entry if it succeeded: it had nothing to write.
    public func close(_ end: ImportEnd) throws(StorageError) {
        guard hasLedger, !isClosed else { return }
        if let entry = found == nil ? try table.entry(uuid) : found {
            try table.update(id: entry.id, end: end)
        } else if end.outcome == ImportEnd.Outcome.success.rawValue {
            try table.insert(uuid, origin, beganAt: end.at, end: end)
        }
        isClosed = true
    }
}
