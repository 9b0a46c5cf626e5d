import ArgumentParser
import CommandLine
import Queue
import Relocation
import Server
import WorkerRuntime

/// Where the server listens, and who may use it.
struct HTTPOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Address at which the page, the API and the metrics are served (RELOCATION_HTTP). It needs a token, also on the \
            loopback address; there is no TLS: use a proxy or an SSH tunnel for anything else.
            """, valueName: "host:port"))
    var http: String?

    @Option(
        name: .customLong("http-token-file"),
        help: ArgumentHelp(
            """
            File with the token of operators, who look and act. Also RELOCATION_HTTP_TOKEN_FILE, or the token itself in \
            RELOCATION_HTTP_TOKEN.
            """, valueName: "file"))
    var httpTokenFile: String?

    @Option(
        name: .customLong("http-read-token-file"),
        help: ArgumentHelp(
            """
            File with the token of readers, who only look. Also RELOCATION_HTTP_READ_TOKEN_FILE, or the token itself in \
            RELOCATION_HTTP_READ_TOKEN.
            """, valueName: "file"))
    var httpReadTokenFile: String?

    /// The server's settings; nil if no address is given.
    ///
    /// - Parameter standard: the address if none is given
    func settings(
        _ queue: QueueConfiguration, otherwise standard: String? = nil, _ environment: Environment = .process
    ) throws(CommandFailure) -> ServerSettings? {
        let given = if let http { http } else { try environment.value(Setting("http").variable) }
        guard let address = given ?? standard else { return nil }
        let tokens = try AccessTokens(
            operator: try environment.value("RELOCATION_HTTP_TOKEN", file: httpTokenFile),
            reader: try environment.value("RELOCATION_HTTP_READ_TOKEN", file: httpReadTokenFile))
        return ServerSettings(address: try ListenAddress(address), tokens: tokens, queue: queue)
    }
}

extension ServerSettings {
    /// Lets the server see the worker of its process.
    mutating func look(at worker: Worker, _ settings: WorkerSettings) {
        payloadKeys = settings.payloadKeys
        hangingLoops = { worker.hangingLoops }
        ask(settings.queue, settings.destination)
    }

    /// Lets the server ask Redis and the databases.
    mutating func ask(_ queue: QueueConfiguration, _ destination: DestinationSettings) {
        askRedis = { RedisCheck(queue).items }
        askDatabase = { DatabaseCheck.writability(destination) }
    }
}
