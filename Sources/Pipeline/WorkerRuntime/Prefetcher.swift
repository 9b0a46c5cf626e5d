import Queue
import Relocation

internal import Dispatch
internal import Synchronization

/// Prepares tasks in order on a thread of its own while earlier ones are being written, a few ahead of their use.
final class Prefetcher {
    private let preparer: TaskPreparer
    private let thread = DispatchQueue(label: "relocation.prefetch")
    private let shared = Shared()
    /// Tasks submitted and not taken yet.
    private(set) var waiting = 0
    /// Bytes of their payloads.
    private(set) var waitingBytes = 0
    /// Bytes of each, in order.
    private var sizes: [Int] = []
    private var taken = 0

    /// Prepared tasks that wait for their use: what decoded rows may cost in memory.
    static let depth = 3

    /// A ring with one task in each place.
    ///
    /// `@unchecked`: a place is the decoding thread's from the wait for `room` until it signals `ready`, and its user's
    /// from the wait for `ready` until it signals `room`; each of the two counts its places alone.
    private final class Shared: @unchecked Sendable {
        let isCancelled = Atomic(false)
        /// Counts the free places.
        let room = DispatchSemaphore(value: 0)
        let ready = DispatchSemaphore(value: 0)
        private let places = UnsafeMutablePointer<PreparedTask?>.allocate(capacity: Prefetcher.depth)
        private var put = 0
        private var taken = 0

        init() {
            places.initialize(repeating: nil, count: Prefetcher.depth)
            // Dispatch takes a semaphore that ends below its first value for one in use, and traps.
            for _ in 0..<Prefetcher.depth { room.signal() }
        }

        deinit {
            places.deinitialize(count: Prefetcher.depth)
            places.deallocate()
        }

        /// Of the decoding thread, once there is room.
        func add(_ task: PreparedTask) {
            places[put % Prefetcher.depth] = task
            put += 1
            ready.signal()
        }

        /// Waits for the next task.
        func take() -> PreparedTask? {
            ready.wait()
            let task = places[taken % Prefetcher.depth].take()
            taken += 1
            room.signal()
            return task
        }
    }

    init(_ preparer: TaskPreparer) { self.preparer = preparer }

    func submit(_ elements: [TaskElement]) {
        waiting += elements.count
        sizes = sizes[taken...] + elements.map(\.payloadBytes)
        taken = 0
        waitingBytes = sizes.reduce(0, +)
        thread.async { [preparer, shared] in
            for element in elements {
                shared.room.wait()
                if shared.isCancelled.load(ordering: .sequentiallyConsistent) {
                    // For the batches behind this one.
                    shared.room.signal()
                    return
                }
                shared.add(preparer.prepare(element))
            }
        }
    }

    /// The next task, once it is prepared; nil where none was submitted.
    func next() -> PreparedTask? {
        guard waiting > 0 else { return nil }
        waiting -= 1
        waitingBytes -= sizes[taken]
        taken += 1
        return shared.take()
    }

    deinit {
        shared.isCancelled.store(true, ordering: .sequentiallyConsistent)
        shared.room.signal()
    }
}

extension TaskElement {
    /// Bytes that it takes in memory, beside a few.
    fileprivate var payloadBytes: Int { if case .task(let task) = self { task.payload.count } else { 0 } }
}
