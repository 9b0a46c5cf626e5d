/// Decides from heartbeats whether a worker still works. It counts its own looks and knows no clock, so that a process
/// that was frozen and goes on is not taken for one that hangs.
struct StallDetector: Sendable {
    struct Reading: Sendable, Equatable {
        var beats = 0
        var extraMilliseconds = 0
        var isRetired = false
    }

    enum Verdict: Sendable, Equatable {
        /// Every loop has turned within the limit.
        case healthy
        /// These loops have not: they are asked once to reconnect.
        case reconnect([Int])
        /// Asked, but still within their time.
        case waiting
        /// This one did not turn even after it was asked.
        case stalled(Int)
    }

    private let limitMilliseconds: Int
    private let checkIntervalMilliseconds: Int
    private var last: [Reading] = []
    private var silent: [Int] = []
    private var asked: Set<Int> = []

    /// - Parameters:
    ///   - limitMilliseconds: what a turn may take; the same again after a reconnect was asked for
    ///   - checkIntervalMilliseconds: time between two checks
    init(limitMilliseconds: Int, checkIntervalMilliseconds: Int) {
        self.limitMilliseconds = limitMilliseconds
        self.checkIntervalMilliseconds = checkIntervalMilliseconds
    }

    /// Checks all loops, always in the same order.
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
