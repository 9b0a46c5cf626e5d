public import Catalogue
public import Storage

/// One relocation's entry in the ledger of its destination: written with its first rows, closed at its end. Without a
/// ledger it does nothing. Not `Sendable`: it lives with its connections.
// Nine properties: the tables of the ledger, and what was read from them or written to them.
public final class ImportRegister {
    /// The entry as it was when this worker took the relocation over; nil without one.
    public private(set) var found: ImportEntry?

    private let table: ImportTable
    private let written: WrittenTable
    private let beforeTable: BeforeTable
    private let insertedTable: InsertedTable
    private let origin: ImportOrigin
    private let hasLedger: Bool
    /// Whether the entry is there, or written by the open transaction.
    private var isNoted: Bool
    /// The same for its end.
    public private(set) var isClosed = false
    /// The names of the derived parts that are there, or written by the open transaction.
    private(set) var derivedParts: Set<String> = []

    /// - Parameter uuid: dashed, lower case
    public init(_ uuid: String, _ origin: ImportOrigin, in destination: Destination) throws(StorageError) {
        self.origin = origin
        table = ImportTable(database: destination.region)
        written = WrittenTable(database: destination.region, uuid: uuid)
        beforeTable = BeforeTable(database: destination.region, uuid: uuid)
        insertedTable = InsertedTable(database: destination.region, uuid: uuid)
        hasLedger = try destination.hasLedger()
        found = hasLedger ? try table.entry(uuid) : nil
        isNoted = found != nil
    }

    /// In the transaction that writes rows: remembers them. With the relocation's first rows it writes its entry.
    func note(_ rows: WrittenRows, now: Int64) throws(StorageError) {
        guard hasLedger else { return }
        try written.insert(rows)
        guard !isNoted else { return }
        try table.insert(written.uuid, origin, beganAt: now, end: nil)
        isNoted = true
    }

    /// In the transaction that writes anything but rows of the file's models, alone with any undo: notes that the relocation
    /// has begun, and throws if an undo has taken it.
    package func noteBegin(now: Int64) throws(StorageError) {
        guard hasLedger else { return }
        try requireNotUndone()
        guard !isNoted else { return }
        try table.insert(written.uuid, origin, beganAt: now, end: nil)
        isNoted = true
    }

    /// In the transaction that writes derived rows: remembers that this part of them is written.
    func note(derived part: String) throws(StorageError) {
        guard hasLedger, derivedParts.insert(part).inserted else { return }
        try written.insert(derived: part)
    }

    /// Reads which derived parts are written.
    func readDerivedParts() throws(StorageError) { derivedParts = try storedParts() }

    private func storedParts() throws(StorageError) -> Set<String> { hasLedger ? try written.derivedParts() : [] }

    /// Throws if the database lacks derived parts that were written. Asks it only if there are any.
    func confirmDerivedParts() throws(StorageError) {
        guard !derivedParts.isEmpty else { return }
        let lost = derivedParts.subtracting(try storedParts())
        guard let first = lost.min() else { return }
        throw StorageError(
            .other,
            "the database lacks \(lost.count) of \(derivedParts.count) derived parts that this import has written, "
                + "among them \(first)", table: OwnTables.standard.written.name)
    }

    /// In a transaction that no undo can be beside: throws if an undo has taken the relocation since this worker did. Redis may
    /// have forgotten one of the two.
    func requireNotUndone() throws(StorageError) {
        guard hasLedger, let entry = try table.entry(written.uuid) else { return }
        let isUndone = entry.end != found?.end && (entry.ended(.undoing) || entry.ended(.undone))
        let isAnother = found.map { $0.beganAt != entry.beganAt } ?? false
        if isUndone || isAnother { throw StorageError(.leaseLost, "an undo has taken the relocation over") }
    }

    /// The transaction was rolled back, and with it what it has written of the entry.
    public func rolledBack() {
        isNoted = found != nil
        isClosed = false
    }

    /// What the ledger remembers of the rows that are written.
    public func writtenRows() throws(StorageError) -> [WrittenRows] { hasLedger ? try written.all() : [] }

    // MARK: For an undo

    /// Rows that the relocation inserts and that no chunk row will name.
    func note(inserted ids: [Int64], into table: Table) throws(StorageError) {
        guard hasLedger, !ids.isEmpty else { return }
        try insertedTable.insert(ids, into: table)
    }

    /// What rows that were there before hold before and after the relocation overwrites them. `overwrite` runs in between.
    func note(
        overwriting ids: [Value], _ columns: [String], of table: Table, in database: any Database,
        _ overwrite: () throws(StorageError) -> Void
    ) throws(StorageError) {
        guard hasLedger else { return try overwrite() }
        let query = Select(["id"] + columns, from: table, where: [.isIn("id", ids)])
        let before = try database.select(query)
        try overwrite()
        let images = RowImage.list(columns, before: before, after: try database.select(query))
        try beforeTable.add(images, of: table)
    }

    /// From now on the entry names the file that has replaced the one it was written with, and remembers that one.
    public func replaceFile() throws(StorageError) {
        guard let found else { return }
        try table.update(found, replacedBy: origin)
        self.found = try table.entry(written.uuid)
    }

    /// A relocation that has ended goes on. One that was undone begins anew.
    public func reopen() throws(StorageError) {
        guard let found, found.end != nil else { return }
        guard found.ended(.undone) else { return try table.update(id: found.id, end: nil) }
        try table.restart(found, origin, beganAt: WallClock.now())
        self.found = try table.entry(written.uuid)
    }

    /// Writes how the relocation ended, in the open transaction if there is one. A relocation that has written nothing
    /// gets an entry if it succeeded: it had nothing to write.
    public func close(_ end: ImportEnd) throws(StorageError) {
        guard hasLedger, !isClosed else { return }
        try requireNotUndone()
        if let entry = found == nil ? try table.entry(written.uuid) : found {
            try table.update(id: entry.id, end: end)
        } else if end.outcome == ImportEnd.Outcome.success.rawValue {
            try table.insert(written.uuid, origin, beganAt: end.at, end: end)
        }
        isClosed = true
    }
}
