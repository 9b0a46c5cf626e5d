public import Catalogue
import Ledger
public import Storage

extension RelocationImport {
    /// Gives the imported organizations the slugs that they keep. Returns those whose slug has changed.
    @discardableResult
    public func provisionSlugs(now: Int64 = WallClock.now()) throws(ImportFailure) -> [RenamedRow] {
        let model: Model
        let work: SlugProvisioning
        do throws(CatalogueGap) {
            model = try catalogue.requireModel("sentry.organization")
            work = try SlugProvisioning(self, now: now)
        } catch {
            throw ImportFailure(error)
        }
        let ids = map.newPKs(of: model.name)
        guard !ids.isEmpty else { return [] }
        var renamed: [SlugProvisioning.Renamed] = []
        try inTransactions(model, "slugs") { () throws(StorageError) in renamed = try work.provision(ids) }
        let sourcePKs = Dictionary(
            map.entries(of: model.name).sourcePKs(of: Set(renamed.map(\.id))).map { ($0.newPK, $0.sourcePK) },
            uniquingKeysWith: { first, _ in first })
        return renamed.map {
            RenamedRow(model: model.name, sourcePK: sourcePKs[$0.id], from: $0.from, to: $0.to)
        }
    }

    /// The models of which this import has rows that others derive from, in the order in which to derive.
    public var modelsToDerive: [Model] {
        catalogue.derivedModels.compactMap(catalogue.model).filter { !map.entries(of: $0.name).isEmpty }
    }

    /// Adds what the imported rows of one model lack: implicit rows first, then mirror rows.
    public func derive(_ model: Model, now: Int64 = WallClock.now()) throws(ImportFailure) {
        let ids = map.newPKs(of: model.name)
        if let completion = Completions.completion(of: model) { try complete(model, ids, completion, now) }
        for replica in Replica.all where replica.model == model.name {
            let writer: ReplicaWriter
            do { writer = try ReplicaWriter(replica, self, now: now) } catch { throw ImportFailure(error) }
            try inTransactions(model, replica.table) { () throws(StorageError) in try writer.write(ids) }
        }
    }

    private func complete(
        _ model: Model, _ ids: [Int64], _ completion: any Completion, _ now: Int64
    ) throws(ImportFailure) {
        let database = destination.database(of: model.silo)
        let ownsTransaction = !database.isInTransaction
        for start in stride(from: 0, to: ids.count, by: Completions.page) {
            let page = ids[start..<min(start + Completions.page, ids.count)].map { Value.integer($0) }
            let batch = batch(model, now)
            do {
                if ownsTransaction { try storage(model) { () throws(StorageError) in try database.begin() } }
                try storage(model) { () throws(StorageError) in try ledger.awaitLateWorkers(model) }
                try completion.complete(page, batch)
                if database === destination.region {
                    try storage(model) { () throws(StorageError) in try note("implicit rows from \(start)", of: model) }
                }
                if ownsTransaction { try storage(model) { () throws(StorageError) in try database.commit() } }
            } catch {
                if ownsTransaction { undo(database) }
                throw error
            }
        }
    }

    /// Empties the tables that a Global import into one database empties, children before parents. Does nothing if rows
    /// of this import are there already.
    public func clear(onProgress: (Clearing) -> Void = { _ in }) throws(ImportFailure) {
        guard map.isEmpty, !destination.isSplit else { return }
        let tables = catalogue.fullOrder.reversed().map(\.table)
        do { try destination.region.clear(tables: tables, onProgress: onProgress) } catch {
            guard error.kind == .foreignKeyViolation else { throw ImportFailure(error, catalogue) }
            let reason = "a table that a Global import leaves alone points at rows that it deletes: \(error.message)"
            throw .permanent(Finding(kind: .integrityError, model: nil, reason: reason))
        }
    }

    private func note(_ part: String, of model: Model) throws(StorageError) {
        try ledger.note(derived: "\(model.name): \(part)")
    }

    /// Commits control first, region second. A second run completes what the first has left.
    ///
    /// - Parameter part: names what the model's transaction derives.
    func inTransactions(
        _ model: Model, _ part: String, _ work: () throws(StorageError) -> Void
    ) throws(ImportFailure) {
        let databases = (destination.isSplit ? [destination.control, destination.region] : [destination.region])
            .filter { !$0.isInTransaction }
        do {
            for database in databases { try database.begin() }
            try ledger.awaitLateWorkers(model)
            try work()
            try note(part, of: model)
            for database in databases { try database.commit() }
        } catch {
            for database in databases { database.rollback() }
            throw .from(error, model: model)
        }
    }
}

extension Catalogue {
    /// The tables of no model that an import reads or writes: those of one silo; nil stands for both.
    public func importedOtherTables(_ silo: Silo?) -> [Table] {
        let control = [
            "sentry_controlimportchunk", "sentry_lostpasswordhash", "sentry_organizationslugreservation",
            "sentry_controloutbox",
        ]
        let region = [
            "sentry_regionimportchunk", "sentry_controlimportchunkreplica",
            "hybridcloud_organizationslugreservationreplica",
        ]
        func replicas(_ silo: Silo) -> [String] { Replica.all.filter { $0.silo == silo }.map(\.table) }
        let names =
            switch silo {
            case .control: control + replicas(.control)
            case .region: region + replicas(.region)
            case nil: control + region + replicas(.control) + replicas(.region)
            }
        return names.compactMap { name in otherTables.first { $0.name == name } }
    }
}
