internal import Dispatch
internal import Foundation
internal import Synchronization

/// Work on elements that do not depend on each other, on as many processors as there are.
enum Parallel {
    /// Threads that work at a time.
    static let lanes = ProcessInfo.processInfo.activeProcessorCount

    /// Transforms each element. The order of the results is that of the elements.
    ///
    /// - Parameter transform: gets the number of its thread, below `lanes`, too; may change only what belongs to its element
    ///   or to its thread
    static func map<Element, Result>(
        _ elements: [Element], _ transform: (_ lane: Int, Element) -> Result
    ) -> [Result] {
        let next = Atomic(0)
        // Threads share nothing but what is read: each place is one thread's.
        nonisolated(unsafe) let elements = elements
        return withoutActuallyEscaping(transform) { transform in
            nonisolated(unsafe) let transform = transform
            return Array(unsafeUninitializedCapacity: elements.count) { room, count in
                nonisolated(unsafe) let results = room
                DispatchQueue.concurrentPerform(iterations: min(lanes, elements.count)) { lane in
                    while true {
                        let place = next.add(1, ordering: .relaxed).oldValue
                        guard place < elements.count else { return }
                        results.initializeElement(at: place, to: transform(lane, elements[place]))
                    }
                }
                count = elements.count
            }
        }
    }

    /// Changes each element, which must be an object of its own.
    static func forEach<Element: AnyObject>(_ elements: [Element], _ body: (Element) -> Void) {
        _ = map(elements) { _, element in body(element) }
    }
}
