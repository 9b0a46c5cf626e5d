internal import CommandLine
internal import Hummingbird
package import Logging
internal import Metrics
internal import Glibc
internal import HummingbirdCore
internal import NIOCore
internal import ServiceLifecycle

/// The HTTP server as a service: page, API, health.
package struct RelocationServer: Service {
    private let settings: ServerSettings
    private let log: Logger

    /// Connections at the same time; further ones wait.
    private static let connectionLimit = 512
    /// Seconds after which a silent connection is closed.
    private static let idleSeconds: Int64 = 60
    /// Seconds that open requests have at the end.
    private static let lastSeconds: Int64 = 5

    package init(_ settings: ServerSettings, log: Logger) {
        self.settings = settings
        self.log = log
    }

    /// Keeps the metrics of this process from now on. Call it once, before anything is measured.
    package static func bootstrapMetrics() { MetricsSystem.bootstrap(MetricsRegistry.process) }

    /// Serves until the group shuts down. Throws `CommandFailure` if the address cannot be used.
    package func run() async throws {
        let site = Site(settings)
        var configuration = ServiceGroupConfiguration(
            services: [application(site), PictureKeeper(view: site.view, log: log)], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(Self.lastSeconds)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw CommandFailure(
                .unavailable, "Cannot listen at \(settings.address): \(String(cString: strerror(error.errnoCode))).",
                next: "give another --http address, or end the program that has this one")
        }
    }

    private func application(_ site: Site) -> some ApplicationProtocol {
        let (address, log) = (settings.address, log)
        return Application(
            router: site.router(),
            server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "relocation",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionLimit)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? address.port
                log.info("http server listens", metadata: ["http.host": "\(address.host)", "http.port": "\(port)"])
            }, logger: quiet)
    }

    /// What the framework itself logs is of no use to operators.
    private var quiet: Logger {
        var quiet = log
        quiet.logLevel = max(log.logLevel, .warning)
        return quiet
    }
}
