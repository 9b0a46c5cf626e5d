import Catalogue
import Storage

/// A row of one table in memory, with changes that are not written yet.
final class HeldRow {
    let id: Value
    fileprivate(set) var values: [Value]
    fileprivate var isNew: Bool
    fileprivate var isChanged = false

    fileprivate init(id: Value, values: [Value], isNew: Bool) {
        self.id = id
        self.values = values
        self.isNew = isNew
    }
}

/// Rows of one table by a key: read for a chunk all at once, looked up and changed in memory, written all at once.
final class RowSet<Key: Hashable> {
    let table: Table
    private let columns: [String]
    private let places: [String: Int]
    private let key: ([Value]) -> Key?
    private let ids: IDAllocator
    private var rows: [Key: HeldRow] = [:]
    private var order: [HeldRow] = []

    /// - Parameters:
    ///   - columns: all that are read or written, without `id`
    ///   - key: of a row's values; nil for a row that nobody looks for
    init(
        _ table: Table, _ columns: [String], ids: IDAllocator, key: @escaping ([Value]) -> Key?
    ) {
        self.table = table
        self.columns = columns
        self.ids = ids
        self.key = key
        places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    }

    /// Reads the rows that meet the conditions, and keeps others from changing them until the transaction ends; of several
    /// with the same key the first one counts.
    func load(from database: any Database, where conditions: [Condition]) throws(StorageError) {
        for row in try rows(in: database, conditions) {
            let values = Array(row.dropFirst())
            guard let key = key(values), rows[key] == nil else { continue }
            let held = HeldRow(id: row[0], values: values, isNew: false)
            rows[key] = held
            order.append(held)
        }
    }

    private func rows(in database: any Database, _ conditions: [Condition]) throws(StorageError) -> [[Value]] {
        if conditions.contains(where: \.isEmpty) { return [] }
        var query = Select(["id"] + columns, from: table, where: conditions)
        query.locks = true
        return try database.select(query)
    }

    subscript(key: Key) -> HeldRow? { rows[key] }

    var all: [HeldRow] { order }

    func value(_ column: String, of row: HeldRow) -> Value { places[column].map { row.values[$0] } ?? .null }

    func id(_ key: Key) -> Int64? { rows[key]?.id.integer }

    /// Adds a row; columns that are not named are null.
    func add(_ key: Key, _ values: [String: Value], in database: any Database) throws(StorageError) -> HeldRow {
        let id = try ids.take(1, for: table, from: database).first ?? 0
        let row = HeldRow(id: .integer(id), values: columns.map { values[$0] ?? .null }, isNew: true)
        rows[key] = row
        order.append(row)
        return row
    }

    /// Adds a row that has its id already.
    func add(_ id: Int64, _ values: [String: Value]) where Key == Int64 {
        let row = HeldRow(id: .integer(id), values: columns.map { values[$0] ?? .null }, isNew: true)
        rows[id] = row
        order.append(row)
    }

    /// Reads rows by their ids, which are their keys.
    func loadByID(from database: any Database, _ ids: [Value]) throws(StorageError) where Key == Int64 {
        for row in try rows(in: database, [.isIn("id", ids)]) {
            guard let id = row[0].integer, rows[id] == nil else { continue }
            let held = HeldRow(id: row[0], values: Array(row.dropFirst()), isNew: false)
            rows[id] = held
            order.append(held)
        }
    }

    /// The row of a key, which exists from now on.
    func row(
        _ key: Key, orAdd values: @autoclosure () -> [String: Value], in database: any Database
    ) throws(StorageError) -> HeldRow {
        if let row = rows[key] { return row }
        return try add(key, values(), in: database)
    }

    func set(_ column: String, _ value: Value, of row: HeldRow) {
        guard let place = places[column], row.values[place] != value else { return }
        row.values[place] = value
        row.isChanged = true
    }

    /// Writes what is new and what has changed.
    func flush(to database: any Database) throws(StorageError) {
        let new = order.filter(\.isNew)
        if !new.isEmpty {
            try database.insert(Insert(into: table, columns: ["id"] + columns, rows: new.map { [$0.id] + $0.values }))
        }
        let changed = order.filter { $0.isChanged && !$0.isNew }.sorted { ($0.id.integer ?? 0) < ($1.id.integer ?? 0) }
        if !changed.isEmpty {
            try database.update(Update(table, set: columns, rows: changed.map { [$0.id] + $0.values }))
        }
        for row in order {
            row.isNew = false
            row.isChanged = false
        }
    }
}

extension Condition {
    /// Whether no row meets it.
    fileprivate var isEmpty: Bool { if case .isIn(_, let values) = self { values.isEmpty } else { false } }
}

/// Two, three or four values as one key.
struct RowKey: Hashable {
    let numbers: [Int64]
    let text: ExactText

    init(_ numbers: Int64..., text: String = "") {
        self.numbers = numbers
        self.text = ExactText(text)
    }
}

extension Value {
    var number: Int64 { integer ?? 0 }
}
