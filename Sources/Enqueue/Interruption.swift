import CommandLine
import Reporting
import Glibc
import Synchronization

// A signal handler cannot capture anything, so it reads globals.
private let notesFirstSignal = Atomic<Bool>(false)
private let hasCome = Atomic<Bool>(false)

/// SIGINT and SIGTERM end the process at once with 130. After ``noteFirstSignal()`` the first signal is only noted, so
/// that the process can clean up, and the second one ends it.
enum Interruption {
    static func install() {
        // Globals are created at their first use, which must not happen in a signal handler.
        notesFirstSignal.store(false, ordering: .relaxed)
        hasCome.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                let isFirst = !hasCome.exchange(true, ordering: .relaxed)
                if !(notesFirstSignal.load(ordering: .relaxed) && isFirst) { _exit(CommandExit.interrupted.rawValue) }
            }
        }
    }

    /// From now on the first signal is only noted.
    static func noteFirstSignal() { notesFirstSignal.store(true, ordering: .relaxed) }

    static var isRequested: Bool { hasCome.load(ordering: .relaxed) }
}
