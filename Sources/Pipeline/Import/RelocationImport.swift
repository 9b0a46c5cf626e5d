public import Catalogue
public import Ledger
public import Storage

/// One relocation's import on one worker: what its tasks share. Everything it knows comes from the ledger, so that any
/// worker can take over at any moment. Not `Sendable`: it lives with its connections.
public final class RelocationImport {
    public let context: ImportContext
    public let destination: Destination
    let catalogue: Catalogue
    let rules: RuleBook
    let ledger: Ledger
    let memory: ImportMemory
    let random = SecureRandom()
    /// Models of which the destination is known to hold the table.
    var soundModels: Set<String> = []

    /// Rebuilds the primary-key map from the chunk rows of this import.
    public init(
        _ context: ImportContext, into destination: Destination, catalogue: Catalogue = .standard
    ) throws(ImportFailure) {
        self.context = context
        self.destination = destination
        self.catalogue = catalogue
        rules = RuleBook(catalogue)
        memory = ImportMemory(context)
        do {
            ledger = try Ledger(context.importUUID, of: catalogue, in: destination, ids: memory.ids)
        } catch {
            throw ImportFailure(error, catalogue)
        }
        if !ledger.isEmpty { memory.forget() }
    }

    /// Source keys and what they became.
    public var map: PrimaryKeyMap { ledger.map }

    /// Writes one chunk, or recognises what of it is there already. Commits by itself unless a transaction is open.
    ///
    /// - Parameters:
    ///   - hidden: Model → the ordinal from which its rows come later in the file than this chunk: no row of it refers
    ///     to those, though they may have been written by the time of a replay.
    ///   - now: microseconds since 1970 UTC.
    public func importChunk(
        model: Model, minOrdinal: Int64, rows: [Row], hidden: [String: Int64] = [:], now: Int64 = WallClock.now()
    ) throws(ImportFailure) -> ChunkOutcome {
        let chunk = ChunkImport(
            work: self, context: ChunkContext(model: model, minOrdinal: minOrdinal, hidden: hidden, now: now))
        try chunk.requireSound()
        return try chunk.run(rows)
    }

    // MARK: Around a transaction of several chunks

    /// Before its commit: nobody else may have written chunks that this worker does not know.
    public func confirmAlone() throws(ImportFailure) {
        let found: Model?
        do { found = try ledger.modelWithOthers(catalogue) } catch { throw ImportFailure(error, catalogue) }
        if let found { throw .writtenByOthers(found) }
    }

    /// Before the commits of one transaction that spans both silos.
    public func prepareCommits() throws(ImportFailure) {
        do { try ledger.prepareCommits() } catch { throw ImportFailure(error, catalogue) }
    }

    /// After both commits, and at the end of an import.
    public func finishCommits() throws(ImportFailure) {
        do { try ledger.finishCommits() } catch { throw ImportFailure(error, catalogue) }
    }

    /// Whether another worker has written chunk rows of this import since this one took it over: what failed inside
    /// one transaction then lost a race, and works when it is tried again. Asked after the transaction was rolled back.
    public func isOvertaken() throws(ImportFailure) -> Bool {
        do { return try ledger.isOvertaken() } catch { throw ImportFailure(error, catalogue) }
    }

    // MARK: For this room

    func undo(_ database: any Database) {
        database.rollback()
        memory.forget()
    }

    func batch(_ model: Model, _ now: Int64, seeing visible: PrimaryKeyMap? = nil) -> Batch {
        Batch(self, model: model, map: visible ?? map, now: now)
    }

    func storage<Result>(_ model: Model, _ work: () throws(StorageError) -> Result) throws(ImportFailure) -> Result {
        do { return try work() } catch { throw .from(error, model: model) }
    }
}
