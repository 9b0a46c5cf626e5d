package import Catalogue
package import Ledger
import Storage

extension RelocationImport {
    /// Forgets rows that the destination has lost, in the open transactions. Its successor writes them again, under the ids
    /// that they had.
    ///
    /// - Parameters:
    ///   - sourcePKs: keys of rows that chunk rows name
    ///   - register: what this import was made with
    /// - Returns: the import as the database knows it now
    package func forgetting(
        _ sourcePKs: [Int64], of model: Model, register: ImportRegister?, now: Int64 = WallClock.now()
    ) throws(ImportFailure) -> RelocationImport {
        let ids = try storage(model) { () throws(StorageError) in
            try ledger.forget(Set(sourcePKs), of: model, now: now)
        }
        let next = try RelocationImport(context, into: destination, catalogue: catalogue, register: register)
        next.ledger.restore(ids, of: model)
        return next
    }
}
