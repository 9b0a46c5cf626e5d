import Operations

extension EnqueueJob.Observer {
    /// Warns on the console, and ends in order after a signal.
    static func onTerminal(_ console: Console) -> Self {
        var observer = EnqueueJob.Observer()
        observer.warn = console.warn
        observer.willStage = Interruption.noteFirstSignal
        observer.isInterrupted = { Interruption.isRequested }
        return observer
    }
}
