public import Catalogue
public import Ledger
public import Storage

/// One relocation's import on one worker: what its tasks share. All it knows comes from the ledger, so that any worker can
/// take over at any time. It is not `Sendable` because it uses its connections.
public final class RelocationImport {
    public let context: ImportContext
    public let destination: Destination
    let catalogue: Catalogue
    let rules: RuleBook
    let ledger: Ledger
    let memory: ImportMemory
    let random = SecureRandom()
    var suffixes: NameSuffixes { NameSuffixes(random, seed: context.nameSeed) }
    /// Models whose tables the destination is known to have.
    var soundModels: Set<String> = []

    /// Rebuilds the primary-key map from the chunk rows of this import.
    ///
    /// - Parameter register: the import's entry in the ledger, to be written with its first rows.
    public init(
        _ context: ImportContext, into destination: Destination, catalogue: Catalogue = .standard,
        register: ImportRegister? = nil
    ) throws(ImportFailure) {
        self.context = context
        self.destination = destination
        self.catalogue = catalogue
        rules = RuleBook(catalogue)
        memory = ImportMemory(context)
        do {
            ledger = try Ledger(context.importUUID, of: catalogue, in: destination, ids: memory.ids, register: register)
        } catch {
            throw ImportFailure(error, catalogue)
        }
        if !ledger.isEmpty { memory.forget() }
    }

    /// Source keys and what they became.
    public var map: PrimaryKeyMap { ledger.map }

    /// Model → rows of it that the database holds for this import, as far as this worker knows; see
    /// ``Ledger/Ledger/recordedRows``.
    public var recordedRows: [String: Int] { ledger.recordedRows }

    /// The same with the range of their source keys.
    public var sourceBounds: [String: (rows: Int, keys: ClosedRange<Int64>?)] { ledger.sourceBounds }

    /// Writes one chunk, except for rows that are written already. Commits unless a transaction was open.
    ///
    /// - Parameters:
    ///   - hidden: model → the ordinal from which its rows come later in the file than this chunk. The chunk's rows
    ///     cannot refer to those, although a replay may find them written.
    ///   - skipped: rows of the chunk that an operator left out; they are not among `rows`
    ///   - now: microseconds since 1970 UTC.
    public func importChunk(
        model: Model, minOrdinal: Int64, rows: [Row], hidden: [String: Int64] = [:], skipped: [DroppedRow] = [],
        now: Int64 = WallClock.now()
    ) throws(ImportFailure) -> ChunkOutcome {
        let context = ChunkContext(model: model, minOrdinal: minOrdinal, hidden: hidden, skipped: skipped, now: now)
        let chunk = ChunkImport(work: self, context: context)
        try chunk.requireSound()
        return try chunk.run(rows)
    }

    // MARK: Around a transaction of several chunks

    /// Before its commit, and before the end: throws if others have written chunks that this worker does not know, or if the
    /// database lacks chunks that this worker has committed.
    public func confirmAlone() throws(ImportFailure) {
        let found: Model?
        do { found = try ledger.modelWithOthers(catalogue) } catch { throw ImportFailure(error, catalogue) }
        if let found { throw .writtenByOthers(found) }
    }

    /// Before both commits of a transaction that spans both silos.
    public func prepareCommits() throws(ImportFailure) {
        do { try ledger.prepareCommits() } catch { throw ImportFailure(error, catalogue) }
    }

    /// After both commits, and at the end of an import.
    public func finishCommits() throws(ImportFailure) {
        do { try ledger.finishCommits() } catch { throw ImportFailure(error, catalogue) }
    }

    /// Whether another worker has written chunk rows of this import since this one took it over. If so, a transaction that
    /// failed has lost a race, and its work succeeds when it is tried again. Call this after its rollback.
    public func isOvertaken() throws(ImportFailure) -> Bool {
        do { return try ledger.isOvertaken() } catch { throw ImportFailure(error, catalogue) }
    }

    /// Waits until no worker that was believed lost can still commit rows of this import. Begins a transaction and rolls
    /// it back.
    public func awaitLateWorkers() throws(ImportFailure) {
        guard let model = catalogue.models.first else { return }
        defer { destination.rollback() }
        try storage(model) { () throws(StorageError) in
            if destination.isSplit { try destination.control.begin() }
            try destination.region.begin()
        }
        try keepOthersOut()
    }

    /// In open transactions: until their end no other worker commits rows of this import, and no undo of it begins. Throws if
    /// one has.
    public func keepOthersOut() throws(ImportFailure) {
        guard let model = catalogue.models.first else { return }
        try storage(model) { () throws(StorageError) in try ledger.awaitLateWorkers(model) }
    }

    // MARK: For this room

    func undo(_ database: any Database) {
        database.rollback()
        ledger.rolledBack()
        memory.forget()
    }

    func batch(_ model: Model, _ now: Int64, seeing visible: PrimaryKeyMap? = nil) -> Batch {
        Batch(self, model: model, map: visible ?? map, now: now)
    }

    func storage<Result>(_ model: Model, _ work: () throws(StorageError) -> Result) throws(ImportFailure) -> Result {
        do { return try work() } catch { throw .from(error, model: model) }
    }
}
