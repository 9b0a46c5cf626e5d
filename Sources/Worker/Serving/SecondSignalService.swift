import CommandLine
import Glibc
import ServiceLifecycle
import UnixSignals

/// Ends the process at once when a second signal arrives. The service group handles the first one.
struct SecondSignalService: Service {
    static let signals: [UnixSignal] = [.sigterm, .sigint]

    func run() async {
        var isSecond = false
        for await _ in await UnixSignalsSequence(trapping: Self.signals).cancelOnGracefulShutdown() {
            if isSecond { _exit(CommandExit.interrupted.rawValue) }
            isSecond = true
        }
    }
}
