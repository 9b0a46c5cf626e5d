public import Catalogue
public import Storage

extension Destination {
    /// How the databases fit what an import writes.
    public func fit(_ standard: Catalogue) throws(StorageError) -> SchemaFit {
        SchemaFit(try liveSchema(standard), standard) { $0.importTables(nil) }
    }

    private func liveSchema(_ standard: Catalogue) throws(StorageError) -> LiveSchema {
        var live = LiveSchema(tables: [:])
        let databases: [(Silo?, any Database)] = isSplit ? [(.region, region), (.control, control)] : [(nil, region)]
        for (silo, database) in databases {
            let catalogues = standard.version == .current ? [standard, .newest] : [standard]
            let wanted = Set(catalogues.flatMap { $0.importTables(silo) }.map(\.name))
            let found = try database.schema.live(wanted.sorted())
            live.tables.merge(found) { first, _ in first }
            // An empty database is read no further.
            guard !found.isEmpty else { continue }
            if let migration = try database.newestMigration(), !live.migrations.contains(migration) {
                live.migrations.append(migration)
            }
            guard standard.importTables(silo).contains(where: { found[$0.name] == nil }) else { continue }
            let known = wanted.union(catalogues.flatMap { $0.fullOrder.map(\.table) + $0.otherTables.map(\.name) })
            let others = try database.schema.tableNames().filter { !known.contains($0) }
            live.others.merge(try database.schema.live(others)) { first, _ in first }
        }
        return live
    }
}

extension Database {
    /// The number of Sentry's newest migration: that of `0742_backfill`, and 1118 of `0001_squashed_1118_add`; nil if they
    /// are not recorded.
    fileprivate func newestMigration() throws(StorageError) -> Int? {
        guard try schema.hasTable("django_migrations") else { return nil }
        let table = Table(
            live: "django_migrations", columns: ["app", "name"].map { Column($0, .varchar(255), isNullable: false) },
            hasIdentity: false)
        let names: [String]
        do {
            names = try select(Select(["name"], from: table, where: [.equals("app", .text("sentry"))], orderBy: "name"))
                .compactMap { $0[0].text }
        } catch {
            // Who may not read it goes by the columns.
            guard error.kind == .permissionDenied else { throw error }
            return nil
        }
        return names.compactMap { name in
            let words = name.split(separator: "_")
            let number = words.count > 2 && words[1] == "squashed" ? words[2] : words.first ?? ""
            return Int(number)
        }.max()
    }
}

extension Catalogue {
    /// The tables that an import reads or writes: models, chunk rows, side effects and derived state.
    public func importTables(_ silo: Silo?) -> [Table] {
        models.filter { silo == nil || $0.silo == silo }.map(\.table) + importedOtherTables(silo)
    }
}
