package import Catalogue
package import Ledger
package import Storage

/// Does what a plan says, one bounded transaction after the other. Each can be repeated: rows that are gone are gone, and
/// the records of the import stay until the last transaction, so that the next worker begins again at the first.
package struct UndoWork {
    private let plan: UndoPlan
    private let footprint: Footprint
    private let destination: Destination
    private let catalogue: Catalogue
    /// Helps to remove the region's rows.
    package var pair: DeletionPair?

    /// Rows that one transaction of one connection removes.
    package static let page = 10_000

    package init(_ plan: UndoPlan, of footprint: Footprint, in destination: Destination, _ catalogue: Catalogue) {
        self.plan = plan
        self.footprint = footprint
        self.destination = destination
        self.catalogue = catalogue
    }

    /// What would be removed and restored, row for row. Only reads.
    package func count() throws(StorageError) -> UndoSummary {
        var summary = plan.summary
        for group in plan.groups {
            let database = destination.database(of: group.silo)
            for page in pages(of: group) {
                let rows = try database.select(Select(["id"], from: group.table, where: [.isIn("id", page)])).count
                if rows > 0 { summary.count(group.table.name) { $0.removed += rows } }
            }
        }
        var place: Int64? = Int64.min
        while let next = place { place = try restoration?.restore(after: next, writes: false, &summary) }
        return summary
    }

    /// The ledger's, as it was read.
    package var entry: ImportEntry? { footprint.entry }

    // MARK: In order

    /// Before anything is removed: no worker takes the import for one that is whole, and none that works on it commits any more.
    /// So what an undo removes is read once more afterwards.
    package func mark(_ reason: String) throws(StorageError) {
        try inTransactions([.control, .region], isMarked: false) { () throws(StorageError) in
            try footprint.markUndoing(by: reason)
        }
    }

    /// Restores overwritten values. `pass` runs after each transaction; it ends the work by throwing.
    package func restore(_ summary: inout UndoSummary, pass: (UndoSummary, String) throws -> Void) throws {
        guard let restoration else { return }
        var isDone = false
        while !isDone {
            var found = summary
            try inTransactions([.control, .region]) { () throws(StorageError) in
                isDone = try restoration.restore(after: .min, writes: true, &found) == nil
            }
            summary = found
            try pass(summary, OwnTables.standard.before.name)
        }
    }

    /// Removes rows, children before their parents.
    package func remove(_ summary: inout UndoSummary, pass: (UndoSummary, String) throws -> Void) throws {
        for group in plan.groups {
            for page in pages(of: group, isPaired(group)) {
                var rows = 0
                try inTransactions([group.silo]) { () throws(StorageError) in
                    rows = try remove(page, of: group)
                }
                if rows > 0 { summary.count(group.table.name) { $0.removed += rows } }
                try pass(summary, group.table.name)
            }
        }
    }

    private func isPaired(_ group: RemovedRows.Group) -> Bool {
        let isRegional = group.silo == .region || !destination.isSplit
        return isRegional && group.ids.count > Self.page && pair?.serves(group.table) == true
    }

    private func remove(_ page: [Value], of group: RemovedRows.Group) throws(StorageError) -> Int {
        if let pair, page.count > Self.page, isPaired(group) { return try pair.remove(page, of: group.table) }
        return try destination.database(of: group.silo).delete(from: group.table, where: [.isIn("id", page)])
    }

    /// Removes the control silo's records of the import, if silos are split. The region's copies tell the next worker what
    /// there was.
    package func forgetControl() throws(StorageError) {
        guard destination.isSplit else { return }
        try inTransactions([.control]) { () throws(StorageError) in try footprint.forgetControl() }
    }

    /// The last transaction: removes all records of the import but for its entry.
    package func forget(_ reason: String) throws(StorageError) {
        try inTransactions([.region]) { () throws(StorageError) in try footprint.forget(reason) }
    }

    /// Begins a transaction of the region's in which no worker of the import commits.
    package func begin() throws(StorageError) {
        try destination.region.begin()
        try footprint.awaitLateWorkers(in: .region)
        try footprint.requireMarked()
    }

    // MARK: Parts

    private var restoration: Restoration? {
        footprint.before.map {
            Restoration(destination: destination, catalogue: catalogue, before: $0, rows: plan.rows)
        }
    }

    /// - Parameter paired: whether two connections share each of them
    private func pages(of group: RemovedRows.Group, _ paired: Bool = false) -> [[Value]] {
        let page = paired ? Self.page * 2 : Self.page
        return stride(from: 0, to: group.ids.count, by: page).map { start in
            group.ids[start..<min(start + page, group.ids.count)].map { .integer($0) }
        }
    }

    /// Waits for late workers of the import, which may still commit, then works and commits: the control silo first.
    private func inTransactions(
        _ silos: [Silo], isMarked: Bool = true, _ work: () throws(StorageError) -> Void
    ) throws(StorageError) {
        let silos = destination.isSplit ? silos : [.region]
        do {
            for silo in silos {
                try destination.database(of: silo).begin()
                try footprint.awaitLateWorkers(in: silo)
            }
            if isMarked { try footprint.requireMarked() }
            try work()
            for silo in silos { try destination.database(of: silo).commit() }
        } catch {
            destination.rollback()
            throw error
        }
    }
}
