package import Catalogue
import Ledger

/// The rows that an undo removes, by table.
package struct RemovedRows {
    /// Rows of one table.
    package struct Group {
        package let table: Table
        package let silo: Silo
        /// Ascending, without repetition.
        package fileprivate(set) var ids: [Int64]
    }

    private(set) var groups: [String: Group] = [:]
    private var sets: [String: IDSet] = [:]

    /// Adds rows; those that are there already stay once.
    mutating func add(_ ids: [Int64], of table: Table, _ silo: Silo) {
        guard !ids.isEmpty else { return }
        var group = groups.removeValue(forKey: table.name) ?? Group(table: table, silo: silo, ids: [])
        var set = sets.removeValue(forKey: table.name) ?? IDSet()
        let new = ids.filter { set.insert($0) }
        group.ids = (group.ids + new).sorted()
        groups[table.name] = group
        sets[table.name] = set
    }

    /// Takes rows out: they stay in the destination.
    mutating func keep(_ kept: Set<Int64>, of table: String) {
        guard !kept.isEmpty, let group = groups.removeValue(forKey: table) else { return }
        sets[table] = nil
        add(group.ids.filter { !kept.contains($0) }, of: group.table, group.silo)
    }

    func contains(_ id: Int64, of table: String) -> Bool { sets[table]?.contains(id) ?? false }

    func ids(of table: String) -> [Int64] { groups[table]?.ids ?? [] }

    func set(of table: String) -> IDSet? { sets[table] }

    /// Children before their parents: tables that the catalogue does not know, then those of no model, then the models
    /// against the order of imports.
    func ordered(_ catalogue: Catalogue) -> [Group] {
        let places = Dictionary(catalogue.models.map { ($0.table.name, $0.index) }, uniquingKeysWith: { $1 })
        func place(_ group: Group) -> Int {
            places[group.table.name] ?? (catalogue.table(group.table.name) == nil ? .max : .max - 1)
        }
        return groups.values.sorted { (place($0), $0.table.name) > (place($1), $1.table.name) }
    }
}
