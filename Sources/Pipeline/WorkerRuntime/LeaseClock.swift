import Queue

internal import Glibc
internal import Synchronization

/// Until when this worker surely holds a relocation, on its own monotonic clock. A worker that was frozen longer than
/// its lease sees the time passed before it can run another statement.
final class LeaseClock: Sendable {
    private let deadline: Atomic<Int64>
    private let asked = Atomic<Int>(0)
    private let isOver = Atomic<Bool>(false)
    private let known = Mutex<LeaseLoss?>(nil)

    /// Part of the lease that is given up so that the clocks of worker and Redis need not agree to the millisecond.
    private static let safetyPercent: Int64 = 10

    /// - Parameter sentAt: when the command that took or renewed the lease was sent.
    init(leaseMilliseconds: Int, sentAt: Int64 = LeaseClock.now()) {
        deadline = Atomic(Self.deadline(sentAt, leaseMilliseconds))
    }

    var isHeld: Bool { Self.now() < deadline.load(ordering: .sequentiallyConsistent) }

    /// A renewal moves the end forwards; a lost lease stays lost.
    func extend(leaseMilliseconds: Int, sentAt: Int64) {
        let next = Self.deadline(sentAt, leaseMilliseconds)
        var current = deadline.load(ordering: .sequentiallyConsistent)
        while current != Self.lost, current < next {
            let (exchanged, original) = deadline.compareExchange(
                expected: current, desired: next, ordering: .sequentiallyConsistent)
            if exchanged { return }
            current = original
        }
    }

    /// What an operator asks of the worker, as the last renewal said.
    var request: OperatorRequest {
        get { Self.requests[asked.load(ordering: .sequentiallyConsistent)] }
        set { asked.store(Self.requests.firstIndex(of: newValue) ?? 0, ordering: .sequentiallyConsistent) }
    }

    private static let requests: [OperatorRequest] = [.none, .pause, .cancel]

    /// The worker is about to end its claim by itself: a renewal that crosses the end on its way is no loss.
    func end() { isOver.store(true, ordering: .sequentiallyConsistent) }

    var isEnding: Bool { isOver.load(ordering: .sequentiallyConsistent) }

    /// Redis says that the lease is over.
    func lose(_ loss: LeaseLoss) {
        known.withLock { $0 = loss }
        deadline.store(Self.lost, ordering: .sequentiallyConsistent)
    }

    /// Why the lease is over, as far as Redis has said.
    var loss: LeaseLoss { known.withLock { $0 } ?? .expired }

    private static let lost = Int64.min

    private static func deadline(_ sentAt: Int64, _ leaseMilliseconds: Int) -> Int64 {
        sentAt + Int64(leaseMilliseconds) * (100 - safetyPercent) / 100
    }

    /// Milliseconds of the monotonic clock that also runs while the machine sleeps.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
