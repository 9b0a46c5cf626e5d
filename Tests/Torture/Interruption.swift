import Foundation
import Synchronization

/// What must not outlive the program when it is interrupted.
enum Interruption {
    private static let disks = Mutex<Set<String>>([])

    /// From now on SIGINT and SIGTERM end the program and all that it has started. To be called before there are other
    /// threads: they inherit that these signals wait for us.
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
            // The whole group: workers and servers end in order.
            kill(0, SIGTERM)
            _exit(130)
        }.start()
    }

    static func keep(disk: String) { _ = disks.withLock { $0.insert(disk) } }
}
