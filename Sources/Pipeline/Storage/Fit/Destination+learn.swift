public import Catalogue

extension Destination {
    /// Learns models from all tables of the databases.
    public func learn(
        _ requests: [LearnRequest], _ catalogue: Catalogue, confirmed: [String: String]
    ) throws(StorageError) -> [LearnedModel] {
        var tables = try region.schema.live(try region.schema.tableNames())
        if isSplit {
            tables.merge(try control.schema.live(try control.schema.tableNames())) { first, _ in first }
        }
        var learner = ModelLearner(catalogue, tables, confirmed: confirmed)
        return learner.learn(requests)
    }
}
