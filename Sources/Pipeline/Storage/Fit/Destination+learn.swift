public import Catalogue

extension Destination {
    /// Learns models from all tables of the databases.
    public func learn(
        _ requests: [LearnRequest], _ catalogue: Catalogue, confirmed: [String: String]
    ) throws(StorageError) -> [LearnedModel] {
        var tables = try Self.tables(of: region)
        var silos: [String: Silo] = [:]
        if isSplit {
            let others = try Self.tables(of: control)
            // A table that both have says nothing.
            for name in tables.keys where others[name] == nil { silos[name] = .region }
            for name in others.keys where tables[name] == nil { silos[name] = .control }
            tables.merge(others) { first, _ in first }
        }
        var learner = ModelLearner(catalogue, tables, silos: silos, confirmed: confirmed)
        return learner.learn(requests)
    }

    private static func tables(of database: any Database) throws(StorageError) -> [String: LiveTable] {
        try database.schema.live(try database.schema.tableNames())
    }
}
