internal import Synchronization

/// The sign of life of one loop: the loop beats, the self-check listens.
final class Heartbeat: Sendable {
    let name: String
    private let beats = Atomic<Int>(0)
    /// Milliseconds that a turn may take beyond the limit.
    private let extra = Atomic<Int>(0)
    private let isRetired = Atomic<Bool>(false)
    private let shouldReconnect = Atomic<Bool>(false)

    init(_ name: String) { self.name = name }

    func beat() { beats.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Gives every turn from now on so many milliseconds beyond the usual limit.
    func allow(milliseconds: Int) { extra.store(milliseconds, ordering: .sequentiallyConsistent) }

    /// The loop has ended: nothing is expected of it any more.
    func retire() { isRetired.store(true, ordering: .sequentiallyConsistent) }

    /// Asks the loop to open its connections anew at its next turn.
    func askToReconnect() { shouldReconnect.store(true, ordering: .sequentiallyConsistent) }

    /// Whether that was asked for since the last call.
    func takeRequestToReconnect() -> Bool { shouldReconnect.exchange(false, ordering: .sequentiallyConsistent) }

    var reading: StallDetector.Reading {
        StallDetector.Reading(
            beats: beats.load(ordering: .sequentiallyConsistent),
            extraMilliseconds: extra.load(ordering: .sequentiallyConsistent),
            isRetired: isRetired.load(ordering: .sequentiallyConsistent))
    }
}
