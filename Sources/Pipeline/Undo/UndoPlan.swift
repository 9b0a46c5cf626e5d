package import Catalogue

/// Why an import cannot be undone. Nothing is changed.
package enum UndoRefusal: Error, Sendable, Equatable {
    /// Others refer to rows that would be removed.
    case references(String)
    /// What the import has done cannot be taken back.
    case impossible(String)
    /// The destination knows no such import.
    case unknown(String)

    /// For people.
    package var reason: String {
        switch self {
        case .references(let reason), .impossible(let reason), .unknown(let reason): reason
        }
    }
}

/// What an undo does, decided before anything is changed.
package struct UndoPlan {
    /// In the order in which they go.
    package let groups: [RemovedRows.Group]
    let rows: RemovedRows
    /// Counts of rows that stay, and what stands in the way.
    package var summary: UndoSummary

    /// Rows that the import has left at most.
    package var total: Int { groups.reduce(0) { $0 + $1.ids.count } }

    /// nil if nothing stands in the way.
    package var refusal: UndoRefusal? {
        guard let first = summary.blockers.first else { return nil }
        let rows = summary.blockers.reduce(0) { $0.saturatedAdding($1.rows) }
        let more = summary.blockers.count > 1 ? " (and \(summary.blockers.count - 1) more places)" : ""
        return .references(
            "\(rows) \(rows == 1 ? "row" : "rows") of others refer to what would be removed: \(first.words)\(more)")
    }
}
