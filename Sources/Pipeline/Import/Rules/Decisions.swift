import Catalogue
import Ledger
import Storage

/// What becomes of a chunk's rows, before any of it is written: a rule makes it, `apply` writes it.
struct Decisions {
    /// A row of the destination.
    enum Target {
        /// It was there before, under this id.
        case stored(Int64)
        /// The n-th of the rows that this chunk inserts.
        case inserted(Int)
    }

    /// What becomes of one source row.
    enum Fate {
        /// It is the n-th inserted row.
        case inserted(Int, MappingKind)
        /// It is the same as a row that is stored, or that the chunk inserts for an earlier row.
        case matched(Target, MappingKind)
        case dropped(DropReason)
    }

    /// The rows to insert, in order.
    var inserts: [Row]
    /// Whether the rows to insert carry the ids that they must have. Otherwise they get fresh ones.
    let carryIDs: Bool
    /// Stored rows to update: id → the row whose values it takes.
    private(set) var updates: [Int64: Row] = [:]
    /// Columns that an update leaves alone: stored rows were found by them, so they hold the same values.
    let keyColumns: Set<Int>
    /// Updates of stored rows of other tables.
    var relatedUpdates: [Update] = []
    /// One per source row; nil if each is inserted.
    private(set) var fates: [Fate]?
    /// Rows to insert or update in file order, with those that a later row of the chunk replaces; nil if they are
    /// `inserts`.
    private var written: [Row]?

    /// Inserts every row.
    init(inserting rows: [Row], carryingIDs carryIDs: Bool = false) {
        inserts = rows
        self.carryIDs = carryIDs
        keyColumns = []
    }

    /// Begins without a row: each is added by one of the functions below.
    init(keyColumns: Set<Int> = []) {
        inserts = []
        carryIDs = false
        self.keyColumns = keyColumns
        fates = []
    }

    /// Inserts every row after a change.
    static func inserting<Failure: Error>(
        _ rows: [Row], _ change: (inout Row) throws(Failure) -> Void
    ) throws(Failure) -> Decisions {
        var rows = rows
        for index in rows.indices { try change(&rows[index]) }
        return Decisions(inserting: rows)
    }

    /// The rows that must fit their columns, in file order. A row that a later one replaces must fit, too.
    var rowsToCheck: [Row] { written ?? inserts }
}

extension Decisions {
    /// The inserted rows that got another name than the file says.
    ///
    /// - Parameter rows: the source rows that the rule has decided on.
    func renames(of rows: [Row], _ rule: some ModelRule) -> [RenamedRow] {
        let columns = rule.otherNameColumns + [rule.nameColumn].compactMap(\.self)
        guard !columns.isEmpty else { return [] }
        return rows.indices.compactMap { index in
            guard let row = insertedRow(at: index),
                let column = columns.first(where: { column in
                    let isNamed = column == rule.nameColumn || rows[index].values[column].text?.isEmpty == false
                    return isNamed && row.values[column] != rows[index].values[column]
                })
            else { return nil }
            return RenamedRow(
                model: rule.model.name, sourcePK: rows[index].sourcePK, from: rows[index].values[column].text ?? "",
                to: row.values[column].text ?? "")
        }
    }

    /// What is inserted for a source row; nil if it is not inserted.
    private func insertedRow(at index: Int) -> Row? {
        guard let fates else { return inserts[index] }
        guard case .inserted(let place, _) = fates[index] else { return nil }
        return inserts[place]
    }
}

// MARK: Row by row, in the order of the source rows

extension Decisions {
    /// Inserts a source row; the target is for later rows that are the same.
    @discardableResult
    mutating func insert(_ row: Row, as kind: MappingKind = .inserted) -> Target {
        let place = inserts.count
        inserts.append(row)
        written?.append(row)
        fates?.append(.inserted(place, kind))
        return .inserted(place)
    }

    /// Leaves a source row's counterpart as it is.
    mutating func match(_ target: Target, as kind: MappingKind) { fates?.append(.matched(target, kind)) }

    /// Gives a source row's values to its counterpart.
    mutating func replace(_ target: Target, by row: Row, as kind: MappingKind) {
        written = written ?? inserts
        written?.append(row)
        switch target {
        case .stored(let id): updates[id] = row
        case .inserted(let place): inserts[place] = row
        }
        match(target, as: kind)
    }

    mutating func drop(_ reason: DropReason) { fates?.append(.dropped(reason)) }
}
