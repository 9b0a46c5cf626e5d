import CommandLine
import Glibc
import Synchronization

// Set once, before anything else happens.
private let lacksOutput = Atomic<Bool>(false)

/// The streams 0, 1 and 2 of the process.
enum StandardStreams {
    /// Opens those that are closed, so that no file or connection gets their numbers: what is printed would go there.
    static func fill() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            if descriptor == STDOUT_FILENO { lacksOutput.store(true, ordering: .relaxed) }
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Throws if nobody could read the UUID that a command is to print.
    static func requireOutput() throws(CommandFailure) {
        guard lacksOutput.load(ordering: .relaxed) else { return }
        throw CommandFailure(
            .cannotCreate,
            "Standard output is closed: the UUID could not be printed. Nothing was done. Open it, or "
                + "send it to /dev/null if you do not want the UUID.")
    }
}
