/// The catalogue lacks a model, a table or a column that the code relies on.
public struct CatalogueGap: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is missing: `the model sentry.user`.
    public let missing: String

    public init(_ missing: String) { self.missing = missing }

    public var description: String { "the catalogue lacks \(missing)" }
}

extension Catalogue {
    /// The model of that lower-case name.
    public func requireModel(_ name: String) throws(CatalogueGap) -> Model {
        guard let model = model(name) else { throw CatalogueGap("the model \(name)") }
        return model
    }

    /// The table of that name, whether it belongs to a model or not.
    public func requireTable(_ name: String) throws(CatalogueGap) -> Table {
        guard let table = table(name) else { throw CatalogueGap("the table \(name)") }
        return table
    }
}

extension Model {
    /// The index of the column of that name.
    public func requireColumn(_ name: String) throws(CatalogueGap) -> Int {
        guard let index = columnIndex(name) else { throw CatalogueGap("the column \(name) of \(self.name)") }
        return index
    }
}
