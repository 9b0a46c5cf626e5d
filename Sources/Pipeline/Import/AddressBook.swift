import Catalogue

/// Rows of `sentry_email` that this worker has written and not met again: saving users makes them, and the file's own
/// rows of them follow later.
final class AddressBook {
    private var ids: [ExactText: Int64] = [:]

    /// Addresses kept; the rest is looked up in the table.
    private static let capacity = 200_000

    /// - Parameter address: folded.
    func add(_ address: ExactText, _ id: Int64) {
        if ids.count < Self.capacity { ids[address] = id }
    }

    /// The id of an address, which is then forgotten.
    func take(_ address: ExactText) -> Int64? { ids.removeValue(forKey: address) }

    func forget() { ids = [:] }
}
