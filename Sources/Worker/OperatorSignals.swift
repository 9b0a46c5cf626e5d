import Dispatch
import Glibc
import Logging
import WorkerRuntime

/// What a running worker does at other signals than those that stop it: it becomes quiet or goes on. SIGHUP, which
/// otherwise would end it, is ignored: logs go to standard error, and there is nothing to open again.
///
/// SIGCONT means nothing here: it also comes to a process that was frozen, and must not end a quiet time by the way.
final class OperatorSignals {
    private let sources: [any DispatchSourceSignal]

    init(_ stop: StopSignal, log: Logger) {
        signal(SIGHUP, SIG_IGN)
        sources = [(SIGUSR1, true), (SIGTSTP, true), (SIGUSR2, false)].map { number, isQuiet in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                stop.setQuiet(isQuiet)
                log.info(isQuiet ? "quiet: finishes what is claimed and takes no more" : "goes on")
            }
            source.activate()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
