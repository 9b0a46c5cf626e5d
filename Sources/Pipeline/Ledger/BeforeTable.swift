import Catalogue
package import Storage

/// Reads and writes what rows held before a relocation overwrote them.
package struct BeforeTable {
    let database: any Database
    /// The relocation whose rows are read and written.
    let uuid: String

    private static var table: Table { OwnTables.standard.before }

    /// An image with its place in the ledger.
    package struct Entry {
        /// In the ledger.
        package let id: Int64
        package let table: String
        package let image: RowImage
    }

    /// Adds images. Of a row that has one the values before it stay.
    func add(_ images: [RowImage], of table: Table) throws(StorageError) {
        guard !images.isEmpty else { return }
        let known = try entries(of: images.map(\.id), in: table.name)
        let earlier = Dictionary(known.map { ($0.image.id, $0) }, uniquingKeysWith: { first, _ in first })
        var fresh: [[Value]] = []
        var changed: [[Value]] = []
        for image in images {
            if let entry = earlier[image.id] {
                changed.append([.integer(entry.id), .text(entry.image.followed(by: image).text)])
            } else {
                fresh.append([.text(uuid), .text(table.name), .integer(image.id), .text(image.text)])
            }
        }
        try database.update(Update(Self.table, set: ["columns"], rows: changed))
        try database.insert(
            Insert(into: Self.table, columns: ["uuid", "table_name", "row_id", "columns"], rows: fresh))
    }

    private func entries(of ids: [Int64], in table: String) throws(StorageError) -> [Entry] {
        try read([
            .equals("uuid", .text(uuid)), .equals("table_name", .text(table)),
            .isIn("row_id", ids.map { .integer($0) }),
        ])
    }

    /// The next images after a place in the ledger.
    package func page(after id: Int64, limit: Int) throws(StorageError) -> [Entry] {
        try read([.equals("uuid", .text(uuid)), .greaterThan("id", .integer(id))], limit: limit)
    }

    /// Row → the image of the next relocation that has overwritten it after this one.
    package func later(than entries: [Entry], in table: String) throws(StorageError) -> [Int64: Entry] {
        let own = Dictionary(entries.map { ($0.image.id, $0.id) }, uniquingKeysWith: { first, _ in first })
        let all = try read([
            .equals("table_name", .text(table)), .isIn("row_id", own.keys.map { .integer($0) }),
        ])
        return all.reduce(into: [:]) { next, entry in
            guard let mine = own[entry.image.id], entry.id > mine, next[entry.image.id] == nil else { return }
            next[entry.image.id] = entry
        }
    }

    package func replace(_ images: [(entry: Entry, image: RowImage)]) throws(StorageError) {
        try database.update(
            Update(Self.table, set: ["columns"], rows: images.map { [.integer($0.entry.id), .text($0.image.text)] }))
    }

    package func delete(_ entries: [Entry]) throws(StorageError) {
        try database.delete(from: Self.table, where: [.isIn("id", entries.map { .integer($0.id) })])
    }

    /// In the order in which they were written.
    private func read(_ conditions: [Condition], limit: Int? = nil) throws(StorageError) -> [Entry] {
        let columns = ["id", "table_name", "row_id", "columns"]
        var out: [Entry] = []
        for row in try database.select(Select(columns, from: Self.table, where: conditions, limit: limit)) {
            let image = try RowImage(id: row[2].integer ?? 0, text: row[3].text ?? "")
            out.append(Entry(id: row[0].integer ?? 0, table: row[1].text ?? "", image: image))
        }
        return out
    }
}
