import Foundation
import Synchronization

/// Cleans up when the program is interrupted.
enum Interruption {
    private static let disks = Mutex<Set<String>>([])

    /// From now on SIGINT and SIGTERM end the program and all that it has started. Call it before other threads start:
    /// they inherit the blocked signals.
    static func watch() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        Thread { [signals] in
            var signals = signals
            var number: Int32 = 0
            sigwait(&signals, &number)
            for disk in disks.withLock({ $0 }) { umount2(disk, Int32(MNT_DETACH)) }
            // Signals the whole process group: workers and servers end in order.
            kill(0, SIGTERM)
            _exit(130)
        }.start()
    }

    static func keep(disk: String) { _ = disks.withLock { $0.insert(disk) } }
}
