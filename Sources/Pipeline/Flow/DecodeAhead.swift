import Queue

internal import Dispatch
internal import Synchronization

/// Prepares tasks in order on a thread of its own while earlier ones are being written, a few ahead of their use.
final class DecodeAhead {
    private let preparer: TaskPreparer
    private let thread = DispatchQueue(label: "relocation.decode")
    private let shared = Shared()
    /// Tasks submitted and not taken yet.
    private(set) var waiting = 0

    /// Prepared tasks that wait for their use: what decoded rows may cost in memory.
    static let depth = 3

    private final class Shared: Sendable {
        let prepared = Mutex<[PreparedTask]>([])
        let isCancelled = Atomic(false)
        /// Counts the free places among the prepared ones.
        let room = DispatchSemaphore(value: 0)
        let ready = DispatchSemaphore(value: 0)

        /// A semaphore that is let go of below the value it was made with ends the process: hence from nothing up.
        init() { for _ in 0..<DecodeAhead.depth { room.signal() } }
    }

    init(_ preparer: TaskPreparer) { self.preparer = preparer }

    func submit(_ elements: [TaskElement]) {
        waiting += elements.count
        thread.async { [preparer, shared] in
            for element in elements {
                shared.room.wait()
                if shared.isCancelled.load(ordering: .sequentiallyConsistent) {
                    // For the batches behind this one.
                    shared.room.signal()
                    return
                }
                let task = preparer.prepare(element)
                shared.prepared.withLock { $0.append(task) }
                shared.ready.signal()
            }
        }
    }

    /// The next task, once it is prepared; nil where none was submitted.
    func next() -> PreparedTask? {
        guard waiting > 0 else { return nil }
        waiting -= 1
        shared.ready.wait()
        let task = shared.prepared.withLock { $0.removeFirst() }
        shared.room.signal()
        return task
    }

    deinit {
        shared.isCancelled.store(true, ordering: .sequentiallyConsistent)
        shared.room.signal()
    }
}
