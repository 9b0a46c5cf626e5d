internal import Synchronization

/// Asks a worker to stop: it finishes the current task and releases its claims. Or to be quiet: it finishes what it has
/// claimed and takes no more, until it is told to go on.
public final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false)

    private let quiet = Atomic<Bool>(false)

    public init() {}

    public func request() { flag.store(true, ordering: .sequentiallyConsistent) }

    public var isRequested: Bool { flag.load(ordering: .sequentiallyConsistent) }

    public func setQuiet(_ isQuiet: Bool) { quiet.store(isQuiet, ordering: .sequentiallyConsistent) }

    public var isQuiet: Bool { quiet.load(ordering: .sequentiallyConsistent) }
}
