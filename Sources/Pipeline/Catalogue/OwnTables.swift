/// The tables of our own in a destination, apart from Sentry's: on PostgreSQL in the schema `relocation`, on SQLite with
/// the prefix `relocation_`. Together they are the ledger.
public struct OwnTables: Sendable {
    /// One row: the ledger's format.
    public let ledger: Table
    /// One row per relocation.
    public let imports: Table
    /// One row per chunk that was written: which rows of the file it holds, and their digest. One row per part of the
    /// derived rows.
    public let written: Table
    /// One row per row of another table that a relocation has overwritten: what it held before.
    public let before: Table
    /// Rows that a relocation has inserted and that no chunk row names: ranges of their ids.
    public let inserted: Table
    /// One row per chunk of events that was saved: what was decided about each.
    public let eventChunks: Table
    /// One row per mail or call about a relocation that was begun: what has become of it. It names nobody.
    public let notices: Table

    /// What this version writes. Later formats only add tables, and columns that may be null: `migrate` adds what an
    /// older ledger lacks. 2: what was overwritten, and what else was inserted. 3: chunks of events.
    /// 4: who was told.
    public static let format: Int64 = 4

    /// In the order in which to create them.
    public var all: [Table] { [ledger, imports, written, before, inserted, eventChunks, notices] }

    public static let standard: OwnTables = {
        do {
            return try OwnTables(reading: CatalogueText.ledgerTables)
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    init(reading text: String) throws {
        var reader = CatalogueReader(tableOfModel: [:])
        try reader.read(text)
        let tables = reader.ownTables
        func table(_ name: String) throws(CatalogueGap) -> Table {
            guard let table = tables.first(where: { $0.name == name }) else { throw CatalogueGap("the table \(name)") }
            return table
        }
        ledger = try table("relocation.ledger")
        imports = try table("relocation.import")
        written = try table("relocation.written")
        before = try table("relocation.before")
        inserted = try table("relocation.inserted")
        eventChunks = try table("relocation.eventchunk")
        notices = try table("relocation.notice")
    }
}
