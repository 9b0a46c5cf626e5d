import Catalogue
import Storage

/// What a worker remembers from one chunk of a relocation to the next, to ask the database less. All of it can be
/// forgotten at any time, and has to be when a transaction is rolled back.
final class ImportMemory {
    let indexes = FoldedIndexes()
    let ids: IDAllocator
    let addresses = AddressBook()
    let ownUsers = OwnUsers()

    init(_ context: ImportContext) {
        // A Global import numbers from 1 in file order and leaves the sequences right behind its rows.
        // `FoldedIndex` finds the new rows of these two tables by their ids.
        ids = IDAllocator(
            looksAhead: context.scope != .global, neverAhead: ["auth_user", "sentry_organization"])
    }

    func forget() {
        indexes.forget()
        ids.forget()
        addresses.forget()
        ownUsers.forget()
    }
}
