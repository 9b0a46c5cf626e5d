import Catalogue

/// What a worker remembers from one chunk of a relocation to the next, to ask the database less. All of it can be
/// forgotten at any time, and has to be when a transaction is rolled back.
final class ImportMemory {
    let indexes = FoldedIndexes()
    let ids: IDStock
    let addresses = AddressBook()
    let ownUsers = OwnUsers()

    init(_ context: ImportContext) {
        // A Global import numbers from 1 in file order and leaves the sequences right behind its rows.
        ids = IDStock(looksAhead: context.scope != .global)
    }

    func forget() {
        indexes.forget()
        ids.forget()
        addresses.forget()
        ownUsers.forget()
    }
}
