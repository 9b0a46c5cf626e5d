import Failpoints
import Synchronization

/// How a step of an import is disturbed.
enum FaultMode: String, CaseIterable, Sendable {
    /// The program dies there: nothing that it does afterwards has any effect.
    case crash
    /// The call fails by itself, with an error that may pass.
    case failure
    /// The connection is lost there, and with it an open transaction.
    case cut
}

/// Counts every step of an import that another program could see (statements, commits, exchanges with Redis and the
/// named places between them), and disturbs one of them.
final class FaultSchedule: Sendable {
    /// What is to happen at a step.
    enum Verdict {
        case goOn, fail, cut, dead
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
            guard state.steps == target else { return .goOn }
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

    /// The places of the program itself and its exchanges with Redis.
    @Sendable func observe(_ name: String) throws(Failpoint.Reached) {
        // Statements are counted where they are called, which knows more of them.
        guard name != "statement" else { return }
        if step(name) != .goOn { throw Failpoint.Reached(name) }
    }

    /// Another program takes over.
    func revive() { state.withLock { $0.isDead = false } }

    var isDead: Bool { state.withLock { $0.isDead } }
    /// Where the fault was met; nil where the import had fewer steps.
    var place: String? { state.withLock { $0.place } }
    var steps: Int { state.withLock { $0.steps } }
}
