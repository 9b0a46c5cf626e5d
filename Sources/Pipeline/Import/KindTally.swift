import Catalogue
import Ledger

/// Counts the written rows of one model by their kind, to add them to an account at once.
struct KindTally {
    private var inserted = 0
    private var existing = 0
    private var overwritten = 0

    mutating func count(_ kind: MappingKind) {
        switch kind {
        case .inserted: inserted += 1
        case .existing: existing += 1
        case .overwritten: overwritten += 1
        }
    }

    func add(to account: inout RowAccount, _ model: String) {
        if inserted > 0 { account.inserted(inserted, model: model) }
        if existing > 0 { account.existing(existing, model: model) }
        if overwritten > 0 { account.overwritten(overwritten, model: model) }
    }
}
