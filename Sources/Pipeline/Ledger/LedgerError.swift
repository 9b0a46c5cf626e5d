package import Catalogue
package import Storage

/// Why a ledger cannot be read.
package enum LedgerError: Error, Sendable {
    case storage(StorageError)
    /// The catalogue has no tables for chunk rows.
    case catalogue(CatalogueGap)
}
