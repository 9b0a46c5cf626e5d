import Foundation
import Synchronization

/// Whether the servers are up: recovery is measured only where they were all the time.
final class Weather: Sendable {
    private let state = Mutex(State())

    private struct State {
        var troubles = 0
        var begun = 0
        var endedAt = Date.distantPast
        /// When Redis lost data: nobody can know then who holds what.
        var losses: [Date] = []
    }

    /// Seconds after trouble until all connections stand again.
    private static let afterglow = 1.5

    func begin() {
        state.withLock { state in
            state.troubles += 1
            state.begun += 1
        }
    }

    func end() {
        state.withLock { state in
            state.troubles -= 1
            state.endedAt = Date()
        }
    }

    func lostData() { state.withLock { $0.losses.append(Date()) } }

    var losses: [Date] { state.withLock { $0.losses } }

    /// Which spell of fair weather this is; nil in foul weather.
    var spell: Int? {
        state.withLock { state in
            let isFair = state.troubles == 0 && Date().timeIntervalSince(state.endedAt) > Self.afterglow
            return isFair ? state.begun : nil
        }
    }
}
