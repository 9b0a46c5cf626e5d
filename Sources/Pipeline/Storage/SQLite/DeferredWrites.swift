internal import Dispatch

/// Runs a connection's deferred writes in order on a separate thread, while the caller prepares the next ones. After
/// the first failure it skips the rest.
///
/// `@unchecked`: no two threads use anything here at the same time. `isPending` belongs to the caller. `failure`, and
/// the connection while a write is pending, belong to the queue; ``settle()`` waits until the queue is done.
final class DeferredWrites: @unchecked Sendable {
    private let queue = DispatchQueue(label: "relocation.sqlite.writes")
    private var failure: StorageError?
    private var isPending = false

    func post(_ write: @escaping () throws(StorageError) -> Void) {
        isPending = true
        // From here on only the queue uses it.
        nonisolated(unsafe) let write = write
        queue.async { [self] in
            guard failure == nil else { return }
            do throws(StorageError) { try write() } catch { failure = error }
        }
    }

    /// Waits for all writes and throws the first failure among them.
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
