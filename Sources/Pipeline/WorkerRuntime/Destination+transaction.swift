import Catalogue
import Import
import Storage

/// One transaction that spans all databases of a destination.
extension Destination {
    private var databases: [any Database] { isSplit ? [control, region] : [region] }

    func begin(deferringWrites: Bool, _ catalogue: Catalogue) throws(ImportFailure) {
        for database in databases {
            do { try database.begin(deferringWrites: deferringWrites) } catch { throw ImportFailure(error, catalogue) }
        }
    }

    /// Commits the control silo first and the region second: see `CommitJournal`.
    func commit(_ catalogue: Catalogue) throws(ImportFailure) {
        // Once one database has committed, the other must not fail: constraints are checked before.
        for database in databases where isSplit {
            do { try database.checkConstraints() } catch { throw ImportFailure(error, catalogue) }
        }
        for database in databases {
            do { try database.commit() } catch { throw ImportFailure(error, catalogue) }
        }
    }
}
