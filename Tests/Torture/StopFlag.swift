import Synchronization
import TestSupport

/// Stops a thread's loop and waits for its end.
final class StopFlag: Sendable {
    private let wanted = Atomic<Bool>(false)
    private let finished = Atomic<Bool>(false)

    var isSet: Bool { wanted.load(ordering: .sequentiallyConsistent) }

    func setFinished() { finished.store(true, ordering: .sequentiallyConsistent) }

    func setAndWait() {
        wanted.store(true, ordering: .sequentiallyConsistent)
        _ = eventually(within: 30) { finished.load(ordering: .sequentiallyConsistent) }
    }
}
