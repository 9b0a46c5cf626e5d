import Catalogue
import Ledger
import Storage

extension RelocationImport {
    /// Before the commits of one transaction that spans both silos.
    public func prepareCommits(now: Int64 = Clock.now()) throws(ImportFailure) {
        guard destination.isSplit else { return }
        do { try journal.write(now: now) } catch { throw .from(error, model: Catalogue.known("sentry.user")) }
    }

    /// After both commits, and at the end of an import.
    public func finishCommits() throws(ImportFailure) {
        do { try journal.clear() } catch { throw .from(error, model: Catalogue.known("sentry.user")) }
    }
}
