import ArgumentParser
import CommandLine
import Logging
import Relocation
import Server
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves the page, the API and the metrics, and imports nothing.",
        discussion: """
            It listens on the loopback address unless --http says otherwise, and starts only with a token. `run --http` \
            serves the same from a worker. docs/http.md describes the API.

            On SIGTERM or SIGINT it finishes the requests at hand and exits with 0. A second signal ends it at once with 130.
            """)

    @OptionGroup(title: "Server") var http: HTTPOptions
    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions
    @OptionGroup(title: "Destination") var destination: DestinationOptions
    @OptionGroup(title: "Logging") var logging: LogOptions
    @OptionGroup(title: "Traces") var traces: TraceOptions

    static let standardAddress = "127.0.0.1:8474"

    func run() async throws {
        try logging.bootstrap()
        let configuration = try redis.configuration()
        guard var settings = try http.settings(configuration, otherwise: Self.standardAddress) else { return }
        settings.payloadKeys = try payloadKeys.keyring()
        settings.ask(configuration, try destination.settings(), try destinationName.name())
        let log = Logger(label: "relocation-worker")
        try await traces.during(RunCommand.name(), log) {
            try await ServiceRun.run([RelocationServer(settings, log: log)])
        }
    }
}
