package import Catalogue
import Import
package import Storage

/// A column that refers to rows of another table.
struct Referrer {
    let table: Table
    let silo: Silo
    let column: String
    /// The table that it refers to.
    let target: String
    /// Whether rows can be named by their id.
    var hasID = true
}

/// All columns that refer to rows of others: those of the catalogue, with or without a constraint, and the foreign keys of
/// tables that it does not know.
package struct References {
    private let catalogue: Catalogue
    private let destination: Destination
    private(set) var all: [Referrer] = []

    package init(_ catalogue: Catalogue, _ destination: Destination) throws(StorageError) {
        self.catalogue = catalogue
        self.destination = destination
        addModels()
        addOtherTables()
        for silo in destination.isSplit ? [Silo.region, .control] : [.region] { try addUnknownTables(silo) }
    }

    private mutating func addModels() {
        for model in catalogue.models {
            for column in model.columns {
                let target = column.reference.flatMap { catalogue.model($0.model)?.table.name }
                guard let target = target ?? column.constrainedTable else { continue }
                all.append(Referrer(table: model.table, silo: model.silo, column: column.name, target: target))
            }
        }
    }

    private mutating func addOtherTables() {
        for table in catalogue.otherTables {
            for column in table.columns {
                guard let target = column.constrainedTable else { continue }
                all.append(Referrer(table: table, silo: silo(of: target), column: column.name, target: target))
            }
        }
    }

    private mutating func addUnknownTables(_ silo: Silo) throws(StorageError) {
        for reference in try destination.database(of: silo).schema.references()
        where catalogue.table(reference.table) == nil {
            let table = Table(
                unknown: reference.table, integers: reference.hasID ? ["id", reference.column] : [reference.column])
            all.append(
                Referrer(
                    table: table, silo: silo, column: reference.column, target: reference.target,
                    hasID: reference.hasID))
        }
    }

    /// Columns of the region's tables that refer to rows of a table.
    package func referrers(to table: String) -> [(table: Table, column: String)] {
        all.filter { $0.target == table && $0.silo == .region }.map { ($0.table, $0.column) }
    }

    /// Where a table is. Constraints stay within one silo.
    func silo(of table: String) -> Silo {
        if let model = catalogue.models.first(where: { $0.table.name == table }) { return model.silo }
        if let derived = DerivedRows.all.first(where: { $0.table == table }) { return derived.silo }
        if let referrer = all.first(where: { $0.table.name == table }) { return referrer.silo }
        return .region
    }

    /// A table that an operator names; nil if nothing of it can be removed.
    func table(_ name: String) -> Table? {
        if let table = catalogue.table(name) { return table.column("id")?.type.integerRange == nil ? nil : table }
        return all.first { $0.table.name == name && $0.hasID }?.table
    }
}
