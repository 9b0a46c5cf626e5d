import Catalogue
import Storage

/// What a worker remembers from one chunk of a relocation to the next, to query the database less. It may forget all of
/// it at any time, and must when a transaction is rolled back.
final class ImportMemory {
    let foldedIndexes = FoldedIndexCache()
    let ids: IDAllocator
    let emailCache = EmailCache()
    let ownUsers = OwnUsers()

    init(_ context: ImportContext) {
        // A Global import numbers its rows from 1 in file order, and the sequences go on right after them.
        // `FoldedIndex` finds the new rows of the two tables by their ids.
        ids = IDAllocator(
            looksAhead: context.scope != .global, neverAhead: ["auth_user", "sentry_organization"])
    }

    func forget() {
        foldedIndexes.forget()
        ids.forget()
        emailCache.forget()
        ownUsers.forget()
    }
}
