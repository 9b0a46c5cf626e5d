internal import Dispatch

/// Does a connection's deferred writes in order on a thread of its own, while the caller prepares the next ones. The
/// first that fails ends them.
///
/// `@unchecked`: nothing here is touched by two threads at once. `isPending` belongs to the caller; `failure`, and the
/// connection while something is pending, to the queue, and ``settle()`` waits for it before they are the caller's.
final class DeferredWrites: @unchecked Sendable {
    private let queue = DispatchQueue(label: "relocation.sqlite.writes")
    private var failure: StorageError?
    private var isPending = false

    func post(_ write: @escaping () throws(StorageError) -> Void) {
        isPending = true
        // Used by the queue alone from here on.
        nonisolated(unsafe) let write = write
        queue.async { [self] in
            guard failure == nil else { return }
            do throws(StorageError) { try write() } catch { failure = error }
        }
    }

    /// Waits for all writes, and throws what the first failure among them was.
    func settle() throws(StorageError) {
        guard isPending else { return }
        isPending = false
        let found = queue.sync {
            defer { failure = nil }
            return failure
        }
        if let found { throw found }
    }
}
