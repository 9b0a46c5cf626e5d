import CommandLine
import Reporting
import Glibc
import Synchronization

// A signal handler cannot capture anything, so it reads globals.
private let notesFirstSignal = Atomic<Bool>(false)
private let notesEverySignal = Atomic<Bool>(false)
private let hasCome = Atomic<Bool>(false)

/// SIGINT and SIGTERM end the process at once with 130. After ``noteFirstSignal()`` the first signal is only noted, so
/// that the process can clean up, and the second one ends it.
enum Interruption {
    static func install() {
        // Globals are created at their first use, which must not happen in a signal handler.
        notesFirstSignal.store(false, ordering: .relaxed)
        notesEverySignal.store(false, ordering: .relaxed)
        hasCome.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] { handle(number) }
    }

    private static func handle(_ number: Int32) {
        signal(number) { _ in
            let isFirst = !hasCome.exchange(true, ordering: .relaxed)
            if notesEverySignal.load(ordering: .relaxed) { return }
            if !(notesFirstSignal.load(ordering: .relaxed) && isFirst) { _exit(CommandExit.interrupted.rawValue) }
        }
    }

    /// From now on the first signal is only noted.
    static func noteFirstSignal() { notesFirstSignal.store(true, ordering: .relaxed) }

    /// From now on no signal ends the process, nor does the end of its terminal: what fills a screen gives it back first.
    static func noteEverySignal() {
        notesEverySignal.store(true, ordering: .relaxed)
        handle(SIGHUP)
    }

    static var isRequested: Bool { hasCome.load(ordering: .relaxed) }
}
