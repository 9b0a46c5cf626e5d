import Queue
import Storage

internal import Synchronization

/// Whether this process may take work for its destination: a circuit breaker. After trouble it waits, longer each time,
/// then lets one slot try.
final class DestinationHealth: Sendable {
    private struct State {
        var trouble: Trouble?
        /// When the next slot may try, on the monotonic clock.
        var retryAt: Int64 = 0
        var failures = 0
    }

    struct Trouble: Sendable, Equatable {
        let error: StorageError
        /// On the monotonic clock, in milliseconds.
        let since: Int64

        var message: String { error.message }
    }

    private let state = Mutex(State())

    /// Milliseconds before the first further attempt, doubled with each that fails.
    static let firstPauseMilliseconds = 250
    /// No pause is longer: a destination that works again is soon found.
    static let longestPauseMilliseconds = 15_000

    /// What troubles the destination; nil if nothing does.
    var trouble: Trouble? { state.withLock { $0.trouble } }

    /// Milliseconds for which the caller must not try; 0 if it may. While there is trouble, one caller at a time may.
    func pause(at now: Int64) -> Int {
        state.withLock { state in
            guard state.trouble != nil else { return 0 }
            guard now >= state.retryAt else { return Int(state.retryAt - now) }
            state.retryAt = now + Int64(Self.milliseconds(afterFailures: state.failures))
            return 0
        }
    }

    /// An attempt has failed. Returns milliseconds until the next one.
    func failed(_ error: StorageError, at now: Int64) -> Int {
        state.withLock { state in
            state.trouble = Trouble(error: error, since: state.trouble?.since ?? now)
            let pause = Self.milliseconds(afterFailures: state.failures)
            state.failures += 1
            state.retryAt = now + Int64(pause)
            return pause
        }
    }

    /// The destination has taken work. Returns what troubled it before.
    func succeeded() -> Trouble? {
        state.withLock { state in
            defer { state = State() }
            return state.trouble
        }
    }

    /// Tells operators that the destination takes work. If another slot has met trouble meanwhile, that is told again:
    /// its message may be the one that went. A queue that is away forgets the trouble by itself, after a minute.
    func clear(_ name: DestinationName, in queue: RelocationQueue) {
        _ = try? queue.setTrouble(nil, of: name)
        if let trouble { _ = try? queue.setTrouble(trouble.message, of: name) }
    }

    static func milliseconds(afterFailures failures: Int) -> Int {
        min(firstPauseMilliseconds << min(failures, 10), longestPauseMilliseconds)
    }
}
