public import Catalogue
import Ledger
import Storage

extension RelocationImport {
    /// Gives the imported organizations their slugs for good.
    public func provisionSlugs(now: Int64 = Clock.now()) throws(ImportFailure) {
        let model = Catalogue.known("sentry.organization")
        let ids = map.newPKs(of: model.name)
        let work = SlugProvisioning(destination: destination, context: context, now: now)
        try inTransactions(model) { () throws(StorageError) in try work.provision(ids, random: &random) }
    }

    /// Completes the imported rows of one model, then writes their mirror rows that are missing.
    public func derive(_ model: Model, now: Int64 = Clock.now()) throws(ImportFailure) {
        let ids = map.newPKs(of: model.name)
        if let completion = Completions.completion(of: model) { try complete(model, ids, completion, now) }
        for replica in Replica.all where replica.model == model.name {
            let writer = ReplicaWriter(
                replica: replica, destination: destination, regionName: context.instance.regionName, now: now,
                imported: { [map] in map.newPKs(of: $0, kinds: [.inserted, .existing, .overwritten]) })
            try inTransactions(model) { () throws(StorageError) in try writer.write(ids) }
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
            defer { random = batch.random }
            do {
                if ownsTransaction { try storage(model) { () throws(StorageError) in try database.begin() } }
                try storage(model) { () throws(StorageError) in try awaitLateWorkers(model) }
                try completion.complete(page, batch)
                if ownsTransaction { try storage(model) { () throws(StorageError) in try database.commit() } }
            } catch {
                if ownsTransaction { undo(database) }
                throw error
            }
        }
    }

    /// Empties what a Global import into one database empties, children before parents. Does nothing where this
    /// import's own rows are there already.
    public func clear() throws(ImportFailure) {
        guard map.isEmpty, !destination.isSplit else { return }
        let tables = Catalogue.standard.fullOrder.reversed().map(\.table)
        do { try destination.region.clear(tables: tables) } catch {
            guard error.kind == .foreignKeyViolation else { throw .from(error, model: Catalogue.known("sentry.user")) }
            let reason = "a table that a Global import leaves alone points at rows that it deletes: \(error.message)"
            throw .lasting(Finding(kind: .integrityError, model: nil, reason: reason))
        }
    }

    /// In a transaction, before it looks what there is: a worker that was believed lost may still be committing the very
    /// rows that are to be written, and no key would tell.
    private func awaitLateWorkers(_ model: Model) throws(StorageError) {
        for silo in destination.isSplit ? [Silo.control, .region] : [.region] {
            let database = destination.database(of: silo)
            guard database.isInTransaction else { continue }
            _ = try ChunkTable.own(silo).count(context.importUUID, model: model.name, in: database)
        }
    }

    /// Control first, region second: each step finds what the other left and completes it when run again.
    private func inTransactions(_ model: Model, _ work: () throws(StorageError) -> Void) throws(ImportFailure) {
        let databases = (destination.isSplit ? [destination.control, destination.region] : [destination.region])
            .filter { !$0.isInTransaction }
        do {
            for database in databases { try database.begin() }
            try awaitLateWorkers(model)
            try work()
            for database in databases { try database.commit() }
        } catch {
            for database in databases { database.rollback() }
            throw .from(error, model: model)
        }
    }
}

extension Catalogue {
    /// Tables of no model that an import reads or writes, of one silo or of both where nil.
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
