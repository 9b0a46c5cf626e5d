/// Decides from heartbeats whether a worker's loops still make progress. It counts its own checks instead of reading a
/// clock: a process that was frozen and resumes does not count as stalled.
struct StallDetector: Sendable {
    struct Reading: Sendable, Equatable {
        var beats = 0
        var extraMilliseconds = 0
        var isRetired = false
    }

    enum Verdict: Sendable, Equatable {
        /// Each loop has beaten within the limit.
        case healthy
        /// These loops have not, and are asked once to reconnect.
        case reconnect([Int])
        /// A loop was asked to reconnect and still has time.
        case waiting
        /// This loop did not beat even after it was asked.
        case stalled(Int)
    }

    private let limitMilliseconds: Int
    private let checkIntervalMilliseconds: Int
    private var last: [Reading] = []
    private var silent: [Int] = []
    private var asked: Set<Int> = []

    /// - Parameters:
    ///   - limitMilliseconds: the longest time between two beats; a loop gets the same again after it is asked to reconnect
    ///   - checkIntervalMilliseconds: time between two checks
    init(limitMilliseconds: Int, checkIntervalMilliseconds: Int) {
        self.limitMilliseconds = limitMilliseconds
        self.checkIntervalMilliseconds = checkIntervalMilliseconds
    }

    /// Checks all loops. Callers pass them in the same order each time and add new ones at the end.
    mutating func check(_ readings: [Reading]) -> Verdict {
        var fresh: [Int] = []
        var stalled: Int?
        for (index, reading) in readings.enumerated() {
            if index == last.count {
                last.append(reading)
                silent.append(0)
                continue
            }
            guard !reading.isRetired, reading.beats == last[index].beats else {
                last[index] = reading
                silent[index] = 0
                asked.remove(index)
                continue
            }
            silent[index] += checkIntervalMilliseconds
            let limit = limitMilliseconds + reading.extraMilliseconds
            if silent[index] >= limit + limitMilliseconds { stalled = stalled ?? index }
            if silent[index] >= limit, asked.insert(index).inserted { fresh.append(index) }
        }
        if let stalled { return .stalled(stalled) }
        if !fresh.isEmpty { return .reconnect(fresh) }
        return asked.isEmpty ? .healthy : .waiting
    }
}
