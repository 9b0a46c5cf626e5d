internal import Catalogue

/// What a database holds of our own tables.
public enum LedgerState: Sendable, Equatable {
    case missing
    /// Of this version's format.
    case current
    /// Of an older format, or without a table or column of this one: `migrate` adds what it lacks.
    case older
    /// Of a format that only a newer version knows.
    case newer(format: Int64)

    /// - Parameters:
    ///   - columns: the columns of each table of ours that exists
    ///   - format: what the ledger says; nil if it says nothing
    init(_ columns: [String: Set<String>], format: Int64?) {
        guard !columns.isEmpty else {
            self = .missing
            return
        }
        if let format, format > OwnTables.format {
            self = .newer(format: format)
            return
        }
        let isComplete = OwnTables.standard.all.allSatisfy { table in
            columns[table.name]?.isSuperset(of: table.columns.map(\.name)) == true
        }
        self = isComplete && format == OwnTables.format ? .current : .older
    }
}
