package import Catalogue
package import Storage

/// A project's key that a relocation has brought.
package struct MovedKey: Sendable, Equatable {
    package let sourcePK: Int64
    package let label: String
    /// The project's slug, and its ids in the old and the new installation.
    package let project: String
    package let oldProject: Int64
    package let newProject: Int64
    /// In the new installation.
    package let publicKey: String
    package let isActive: Bool
}

/// The project keys of one relocation, read from its chunk rows and the destination's tables.
package struct MovedKeys: Sendable {
    /// In the order of the old projects' ids and the keys' own.
    package private(set) var keys: [MovedKey] = []
    /// Keys that the import has brought and that are gone, or whose project is.
    package private(set) var lost = 0
    /// Whether the destination knows any chunk row of the relocation.
    package private(set) var isKnown: Bool

    private static let page = 5_000
    private static let columns = ["id", "project_id", "public_key", "label", "status"]

    /// - Parameter region: in a transaction that only reads, or in none
    package init(
        of importUUID: String, in region: any Database, _ catalogue: Catalogue = .standard
    ) throws(LedgerError) {
        let (chunks, key, project): (ChunkTable, Model, Model)
        do throws(CatalogueGap) {
            chunks = try ChunkTables(importUUID, catalogue).region
            key = try catalogue.requireModel("sentry.projectkey")
            project = try catalogue.requireModel("sentry.project")
        } catch {
            throw .catalogue(error)
        }
        do throws(StorageError) {
            let projects = try Self.sources(of: project, chunks, region)
            let keys = try Self.sources(of: key, chunks, region)
            isKnown = !projects.isEmpty || !keys.isEmpty
            let ids = keys.keys.sorted()
            for start in stride(from: 0, to: ids.count, by: Self.page) {
                let page = ids[start..<min(start + Self.page, ids.count)].map { Value.integer($0) }
                let rows = try region.select(Select(Self.columns, from: key.table, where: [.isIn("id", page)]))
                let slugs = try Self.slugs(rows.map { $0[1] }, project, region)
                for row in rows { add(row, keys, projects, slugs) }
            }
            lost = ids.count - self.keys.count
        } catch {
            throw .storage(error)
        }
        keys.sort { ($0.oldProject, $0.sourcePK) < ($1.oldProject, $1.sourcePK) }
    }

    /// Id → source key, of the rows of a model that the import has inserted.
    private static func sources(
        of model: Model, _ chunks: ChunkTable, _ region: any Database
    ) throws(StorageError) -> [Int64: Int64] {
        var out: [Int64: Int64] = [:]
        for chunk in try chunks.load(from: region, model: model.name) {
            for entry in chunk.mapped where entry.kind == .inserted { out[entry.newPK] = entry.sourcePK }
        }
        return out
    }

    private static func slugs(
        _ projects: [Value], _ model: Model, _ region: any Database
    ) throws(StorageError) -> [Value: String] {
        let rows = try region.select(
            Select(["id", "slug"], from: model.table, where: [.isIn("id", Array(Set(projects)))]))
        return Dictionary(rows.map { ($0[0], $0[1].text ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func add(
        _ row: [Value], _ keys: [Int64: Int64], _ projects: [Int64: Int64], _ slugs: [Value: String]
    ) {
        guard let id = row[0].integer, let source = keys[id], let project = row[1].integer,
            let oldProject = projects[project], let slug = slugs[row[1]]
        else { return }
        self.keys.append(
            MovedKey(
                sourcePK: source, label: row[3].text ?? "", project: slug, oldProject: oldProject, newProject: project,
                publicKey: row[2].text ?? "", isActive: row[4].integer == 0))
    }
}
