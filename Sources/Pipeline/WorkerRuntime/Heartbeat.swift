internal import Synchronization

/// The sign of life of one loop: the loop beats, the watchdog reads.
final class Heartbeat: Sendable {
    let name: String
    private let beats = Atomic<Int>(0)
    /// Milliseconds that one iteration may take beyond the limit.
    private let extra = Atomic<Int>(0)
    private let isRetired = Atomic<Bool>(false)
    private let shouldReconnect = Atomic<Bool>(false)

    init(_ name: String) { self.name = name }

    func beat() { beats.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Allows each iteration from now on to take this many milliseconds beyond the usual limit.
    func allow(milliseconds: Int) { extra.store(milliseconds, ordering: .sequentiallyConsistent) }

    /// The loop has ended: the watchdog expects no more beats.
    func retire() { isRetired.store(true, ordering: .sequentiallyConsistent) }

    /// Asks the loop to reopen its connections at its next iteration.
    func askToReconnect() { shouldReconnect.store(true, ordering: .sequentiallyConsistent) }

    /// Whether the watchdog has asked for it since the last call.
    func takeRequestToReconnect() -> Bool { shouldReconnect.exchange(false, ordering: .sequentiallyConsistent) }

    var reading: StallDetector.Reading {
        StallDetector.Reading(
            beats: beats.load(ordering: .sequentiallyConsistent),
            extraMilliseconds: extra.load(ordering: .sequentiallyConsistent),
            isRetired: isRetired.load(ordering: .sequentiallyConsistent))
    }
}
