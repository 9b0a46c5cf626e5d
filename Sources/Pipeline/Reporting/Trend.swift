import Catalogue
package import Queue

/// How the queue of each destination has moved lately: what charts show. Pure: the caller has the clock.
package struct Trend: Sendable {
    /// One moment of a destination.
    package struct Point: Sendable, Equatable {
        /// Milliseconds since 1970 on Redis' clock.
        package let at: Int64
        package let rowsPerSecond: Double
        /// Relocations that wait or that a worker holds.
        package let depth: Int
    }

    /// Moments kept of each destination.
    package static let limit = 300

    /// Destination → moments, the oldest first.
    package private(set) var points: [String: [Point]] = [:]
    private var rows: [String: Int] = [:]
    private var last: Int64 = 0

    package init() {}

    /// Adds one moment. The rate is what the slots have worked since the moment before.
    package mutating func add(_ workforce: Workforce, _ destinations: [DestinationEntry]) {
        guard workforce.now > last else { return }
        let seconds = Double(workforce.now - last) / 1_000
        let (worked, seen) = count(workforce)
        for destination in destinations {
            let rate = last == 0 ? 0 : Double(worked[destination.name] ?? 0) / seconds
            let point = Point(
                at: workforce.now, rowsPerSecond: rate, depth: destination.waiting.saturatedAdding(destination.leased))
            points[destination.name] = ((points[destination.name] ?? []) + [point]).suffix(Self.limit)
        }
        let names = Set(destinations.map(\.name))
        points = points.filter { names.contains($0.key) }
        (rows, last) = (seen, workforce.now)
    }

    /// Rows that living workers have worked since the moment before, by destination; and how far each slot is.
    private func count(_ workforce: Workforce) -> (worked: [String: Int], seen: [String: Int]) {
        var (worked, seen): ([String: Int], [String: Int]) = ([:], [:])
        for worker in workforce.workers where !workforce.isGone(worker) {
            for slot in worker.slots {
                let key = "\(worker.name) \(worker.instance) \(slot.slot) \(slot.uuid)"
                let before = rows[key] ?? 0
                seen[key] = slot.rows
                // A slot that begins again begins at zero.
                worked[worker.destinationName, default: 0].addSaturated(
                    max(0, slot.rows - (slot.rows < before ? 0 : before)))
            }
        }
        return (worked, seen)
    }
}
