import Logging
import ServiceLifecycle
import Synchronization
import WorkerRuntime

/// A worker as a service: a graceful shutdown asks it to stop after the current chunk.
final class WorkerService: Service {
    private let worker: Worker
    private let stop: StopSignal
    private let log: Logger
    private let state = Mutex<(isStopped: Bool, end: WorkerEnd)>((false, .finished))

    init(_ worker: Worker, stop: StopSignal, log: Logger) {
        self.worker = worker
        self.stop = stop
        self.log = log
    }

    func run() async {
        let end = await withGracefulShutdownHandler {
            await worker.run()
        } onGracefulShutdown: {
            self.shutDown()
        }
        state.withLock { $0.end = end }
    }

    /// Why the worker ended. A worker that was stopped by a signal is finished, whatever else happened.
    var end: WorkerEnd { state.withLock { $0.isStopped ? .finished : $0.end } }

    private func shutDown() {
        state.withLock { $0.isStopped = true }
        log.info("stopping after the current chunk")
        stop.request()
    }
}
