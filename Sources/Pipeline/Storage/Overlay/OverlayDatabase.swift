public import Catalogue

/// A database as it would be after writes that never happen. Reads see the base with the writes in it. Writes go to a scratch
/// database of this connection alone, which checks uniques and values as the base would. So an import can run on it and find
/// out what would become of its rows, without a lock, an id or a byte in the base: the base's role needs SELECT only.
///
/// Rows of the base that a write changes, or that it may conflict with, are copied into the scratch first and hidden in the
/// base. New ids lie above all ids of the base and come from a counter of this object.
// More than eight properties: both databases, and what the object knows of its open transaction and its ids.
public final class OverlayDatabase: Database {
    let base: any Database
    let scratch: SQLiteDatabase
    let catalogue: Catalogue
    /// How the base stores tables of another form; its reads show the catalogue's.
    let layouts: [String: TableLayout]
    var state = OverlayState()
    /// That of the begin of the open transaction.
    private var saved: OverlayState?
    public private(set) var transactions = 0
    /// Table → the first id that is none of the base's.
    var firstIDs: [String: Int64] = [:]
    /// Table → the next id.
    var nextIDs: [String: Int64] = [:]

    /// - Parameters:
    ///   - base: in a transaction that only reads, so that it shows one moment
    ///   - layouts: those of the base's tables that lie in another way than in the catalogue: what is written here reads
    ///     as it would there
    ///   - inMemory: whether the rows may not reach a disk
    public init(
        over base: any Database, catalogue: Catalogue, layouts: [String: TableLayout] = [:], inMemory: Bool
    ) throws(StorageError) {
        self.base = base
        self.catalogue = catalogue
        self.layouts = layouts
        scratch = try SQLiteDatabase(scratchInMemory: inMemory)
    }

    public var identity: String { base.identity }
    public var formerIdentity: String { base.formerIdentity }
    public var schema: any SchemaAdmin { base.schema }
    public let defersWrites = false

    public var beforeStatement: (() throws(StorageError) -> Void)? {
        get { base.beforeStatement }
        set { base.beforeStatement = newValue }
    }

    /// Table → rows that were inserted.
    public var insertedRows: [String: Int] { state.inserted }

    /// Bytes that the written rows take, indexes included.
    public func writtenBytes() throws(StorageError) -> Int64 { try scratch.schema.condition().usedBytes ?? 0 }

    // MARK: Transactions of the scratch; the base's stays open

    public var isInTransaction: Bool { saved != nil }

    public func begin(deferringWrites: Bool) throws(StorageError) {
        guard saved == nil else { throw StorageError(.other, "a transaction is open already") }
        try beforeStatement?()
        try scratch.begin()
        saved = state
        transactions += 1
    }

    public func beginReading(snapshot: String?) throws(StorageError) { try base.beginReading(snapshot: snapshot) }

    public func shareSnapshot() throws(StorageError) -> String? { try base.shareSnapshot() }

    public func commit() throws(StorageError) {
        do {
            try checkConstraints()
            try scratch.commit()
            saved = nil
        } catch {
            rollback()
            throw error
        }
    }

    public func rollback() {
        guard let saved else { return }
        scratch.rollback()
        state = saved
        self.saved = nil
    }

    /// Whether the rows that were inserted since the last call point at rows that exist.
    public func checkConstraints() throws(StorageError) {
        let found = state.unconfirmed
        for (name, pointers) in Dictionary(grouping: found.keys, by: \.table) {
            let table = catalogue.table(name) ?? Table(unknown: name, integers: ["id"])
            let ids = pointers.map { Value.integer($0.id) }
            let existing = Set(try select(Select(["id"], from: table, where: [.isIn("id", ids)])).map { $0[0] })
            let broken = pointers.filter { !existing.contains(.integer($0.id)) }.min { $0.id < $1.id }
            guard let broken, let place = found[broken] else { continue }
            throw .violation(
                .foreignKeyViolation,
                at: StorageError.Place(
                    table: place.table, constraint: place.column, columns: [place.column], rowID: place.id))
        }
        state.confirmed.formUnion(found.keys.filter { !state.cleared.contains($0.table) })
        state.unconfirmed = [:]
    }
}
