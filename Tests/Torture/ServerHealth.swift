import Foundation
import Synchronization

/// Whether the servers are up. Recovery is measured only if they were up all the time.
final class ServerHealth: Sendable {
    private let state = Mutex(State())

    private struct State {
        var openFaults = 0
        var begun = 0
        var endedAt = Date.distantPast
        /// When Redis lost data: the owners of relocations are unknown then.
        var losses: [Date] = []
    }

    /// Seconds after a fault until all connections are open again.
    private static let settlingSeconds = 1.5

    func begin() {
        state.withLock { state in
            state.openFaults += 1
            state.begun += 1
        }
    }

    func end() {
        state.withLock { state in
            state.openFaults -= 1
            state.endedAt = Date()
        }
    }

    func lostData() { state.withLock { $0.losses.append(Date()) } }

    var losses: [Date] { state.withLock { $0.losses } }

    /// The number of the current period without a server fault; nil during a fault.
    var calmPeriod: Int? {
        state.withLock { state in
            let isCalm = state.openFaults == 0 && Date().timeIntervalSince(state.endedAt) > Self.settlingSeconds
            return isCalm ? state.begun : nil
        }
    }
}
