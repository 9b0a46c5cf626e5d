package import Catalogue
package import Storage

/// A row that has what another one needs for itself: the two cannot be there together.
struct Clash {
    private let columns: [String]
    private let holder: String

    /// A row of the file that is written together with the one that fails.
    init?(of row: Row, with others: [Row], _ model: Model) {
        for unique in model.wholeUniques {
            guard let columns = unique.indices(in: model, of: row.values) else { continue }
            let twin = others.first { other in
                other.ordinal != row.ordinal && columns.allSatisfy { other.values[$0] == row.values[$0] }
            }
            guard let twin else { continue }
            self.columns = unique.columns
            holder = "row \(twin.ordinal)\(twin.sourcePK.map { " (pk \($0))" } ?? "") of the file"
            return
        }
        return nil
    }

    /// A row of the destination.
    fileprivate init?(of values: [Value], in database: any Database, _ model: Model) throws(StorageError) {
        let name = Self.names.first { model.table.column($0) != nil }
        for unique in model.wholeUniques {
            guard let columns = unique.indices(in: model, of: values) else { continue }
            let query = Select(
                ["id"] + [name].compactMap { $0 }, from: model.table,
                where: columns.map { .equals(model.columns[$0].name, values[$0]) }, limit: 1)
            guard let found = try database.select(query).first, let id = found[0].integer else { continue }
            self.columns = unique.columns
            let words = found.dropFirst().first?.text.map { " (\"\($0)\")" } ?? ""
            holder = "the row with the id \(id)\(words) in the destination"
            return
        }
        return nil
    }

    /// What people know a row by.
    private static let names = ["name", "slug", "username", "label", "email"]

    /// Behind what the database says.
    var words: String {
        "; \(holder) has it: change \(columns.joined(separator: ", ")) of one of the two, or leave the row out"
    }
}

extension Finding {
    /// The same, with the row of the destination that has the place of the one that fails, if there is one.
    package func namingHolder(in destination: Destination, _ catalogue: Catalogue) throws(StorageError) -> Finding {
        guard let unwritten, let model = model.flatMap(catalogue.model),
            let clash = try Clash(of: unwritten, in: destination.database(of: model.silo), model)
        else { return self }
        return adding(clash.words)
    }
}

extension Model {
    /// Those that hold for every row.
    fileprivate var wholeUniques: [UniqueIndex] { table.uniques.filter { $0.condition == nil } }
}

extension UniqueIndex {
    /// Places of its columns; nil if one of them has no value: then it binds nothing.
    fileprivate func indices(in model: Model, of values: [Value]) -> [Int]? {
        let places = columns.compactMap { name in model.columns.firstIndex { $0.name == name } }
        return places.count == columns.count && places.allSatisfy { values[$0] != .null } ? places : nil
    }
}
