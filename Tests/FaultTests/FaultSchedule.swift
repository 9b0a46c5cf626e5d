import Failpoints
import Synchronization

/// How a fault disturbs a step of an import.
enum FaultMode: String, CaseIterable, Sendable {
    /// The program dies at the step: nothing it does afterwards has any effect.
    case crash
    /// The call fails with a transient error.
    case failure
    /// The connection is lost at the step, and with it an open transaction.
    case cut
}

/// Counts each step of an import that another program can see (statements, commits, exchanges with Redis and the
/// failpoints between them), and disturbs one of them.
final class FaultSchedule: Sendable {
    /// What happens at a step.
    enum Verdict {
        case proceed, fail, cut, dead
    }

    private struct State {
        var steps = 0
        var place: String?
        var isDead = false
    }

    let mode: FaultMode
    /// 1-based; nil disturbs nothing.
    private let target: Int?
    private let state = Mutex(State())

    init(_ mode: FaultMode = .crash, at target: Int? = nil) {
        self.mode = mode
        self.target = target
    }

    /// Counts a step.
    func step(_ name: String) -> Verdict {
        state.withLock { state in
            if state.isDead { return .dead }
            state.steps += 1
            guard state.steps == target else { return .proceed }
            state.place = name
            switch mode {
            case .crash:
                state.isDead = true
                return .dead
            case .failure: return .fail
            case .cut: return .cut
            }
        }
    }

    /// Counts failpoints and exchanges with Redis as steps.
    @Sendable func observe(_ name: String) throws(Failpoint.Reached) {
        // `FaultyDatabase` counts statements: it knows more about them.
        guard name != "statement" else { return }
        if step(name) != .proceed { throw Failpoint.Reached(name) }
    }

    /// Another process takes over.
    func revive() { state.withLock { $0.isDead = false } }

    var isDead: Bool { state.withLock { $0.isDead } }
    /// The disturbed step; nil if the import had fewer steps.
    var place: String? { state.withLock { $0.place } }
    var steps: Int { state.withLock { $0.steps } }
}
