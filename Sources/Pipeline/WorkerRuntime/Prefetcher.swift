import Queue
import Relocation

internal import Dispatch
internal import Synchronization

/// Prepares the next few tasks, in order, on a thread of its own while the slot writes earlier ones.
final class Prefetcher {
    private let preparer: TaskPreparer
    private let thread = DispatchQueue(label: "relocation.prefetch")
    private let shared = Shared()
    /// Tasks that are submitted and not taken yet.
    private(set) var waiting = 0
    /// Bytes of their payloads.
    private(set) var waitingBytes = 0
    /// Bytes of each, in order.
    private var sizes: [Int] = []
    private var taken = 0

    /// Prepared tasks that may wait for use; it limits the memory that decoded rows take.
    static let depth = 3

    /// A ring buffer with one task per place.
    ///
    /// `@unchecked`: the prefetching thread owns a place from its wait for `room` until it signals `ready`. The consumer
    /// owns it from its wait for `ready` until it signals `room`. Each side counts its places by itself.
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
            // Dispatch traps when a semaphore is freed below its initial value. So the initial value is 0.
            for _ in 0..<Prefetcher.depth { room.signal() }
        }

        deinit {
            places.deinitialize(count: Prefetcher.depth)
            places.deallocate()
        }

        /// Called on the prefetching thread once there is room.
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
                    // Wakes the submissions behind this one, so that they end too.
                    shared.room.signal()
                    return
                }
                shared.add(preparer.prepare(element))
            }
        }
    }

    /// Waits for the next task to be prepared; nil if none is submitted.
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
    /// Bytes that it takes in memory, approximately.
    fileprivate var payloadBytes: Int { if case .task(let task) = self { task.payload.count } else { 0 } }
}
