import Logging
import ServiceLifecycle

/// Runs services until one of them ends or a signal comes.
enum ServiceRun {
    /// Shutdown begins with the last service, so that a second signal works to the end.
    static func run(_ services: [any Service]) async throws {
        var quiet = Logger(label: "relocation-worker.services")
        quiet.logLevel = .warning
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: SecondSignalService())]
                    + services.map {
                        .init(
                            service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                            failureTerminationBehavior: .gracefullyShutdownGroup)
                    }, gracefulShutdownSignals: SecondSignalService.signals, logger: quiet))
        try await group.run()
    }
}
