import CommandLine
import Reporting
import Glibc
import Synchronization

// A signal handler captures nothing: what it reads is global.
private let isKept = Atomic<Bool>(false)
private let hasCome = Atomic<Bool>(false)

/// SIGINT and SIGTERM. They end the process at once with 130. While something must be cleaned up first, the first
/// signal is only noted, and the second one ends the process.
enum Interruption {
    static func install() {
        // Globals are made at their first use, which must not be a handler's.
        isKept.store(false, ordering: .relaxed)
        hasCome.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                let isFirst = !hasCome.exchange(true, ordering: .relaxed)
                if !(isKept.load(ordering: .relaxed) && isFirst) { _exit(CommandExit.interrupted.rawValue) }
            }
        }
    }

    /// From here on the first signal is only noted.
    static func keep() { isKept.store(true, ordering: .relaxed) }

    static var isRequested: Bool { hasCome.load(ordering: .relaxed) }
}
