import Foundation
import Synchronization

/// Whether the servers are up. Recovery is measured only while all of them stay up.
final class ServerHealth: Sendable {
    private let state = Mutex(State())

    private struct State {
        var running = 0
        var begun = 0
        var endedAt = Date.distantPast
        /// When Redis lost data: after that nobody can know which worker holds what.
        var losses: [Date] = []
    }

    /// Seconds after trouble until all connections are open again.
    private static let settleSeconds = 1.5

    /// Trouble with a server begins.
    func begin() {
        state.withLock { state in
            state.running += 1
            state.begun += 1
        }
    }

    func end() {
        state.withLock { state in
            state.running -= 1
            state.endedAt = Date()
        }
    }

    func lostData() { state.withLock { $0.losses.append(Date()) } }

    var losses: [Date] { state.withLock { $0.losses } }

    /// The number of the current period without server trouble; nil during trouble.
    var calmPeriod: Int? {
        state.withLock { state in
            let isServersUp = state.running == 0 && Date().timeIntervalSince(state.endedAt) > Self.settleSeconds
            return isServersUp ? state.begun : nil
        }
    }
}
