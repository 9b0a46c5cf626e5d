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

    @Option(
        name: .customLong("http-files"),
        help: ArgumentHelp(
            """
            Folder in which files sent to Sentry's own API are kept for 30 days, as they were sent: its retry and its \
            artifacts need them (RELOCATION_HTTP_FILES). Without it they are not kept.
            """, valueName: "folder"))
    var httpFiles: String?

    @Option(
        name: .customLong("http-decrypt-with"),
        help: ArgumentHelp(
            """
            File with the private key (PEM) that opens encrypted tarballs sent to the server, which tells its public key \
            (RELOCATION_HTTP_DECRYPT_WITH).
            """, valueName: "file"))
    var httpDecryptWith: String?

    @Option(
        name: .customLong("http-decrypt-with-command"),
        help: ArgumentHelp(
            """
            Program, with its arguments, that decrypts the key of such a tarball instead, as --decrypt-with-command of \
            relocation-enqueue does (RELOCATION_HTTP_DECRYPT_WITH_COMMAND).
            """, valueName: "command"))
    var httpDecryptWithCommand: String?

    /// The server's settings; nil if no address is given.
    ///
    /// - Parameter standard: the address if none is given
    func settings(
        _ queue: QueueConfiguration, otherwise standard: String? = nil, _ environment: Environment = .process
    ) throws -> ServerSettings? {
        guard let address = try value(http, "http", environment) ?? standard else { return nil }
        let tokens = try AccessTokens(
            operator: try environment.value("RELOCATION_HTTP_TOKEN", file: httpTokenFile),
            reader: try environment.value("RELOCATION_HTTP_READ_TOKEN", file: httpReadTokenFile))
        var settings = ServerSettings(address: try ListenAddress(address), tokens: tokens, queue: queue)
        settings.opener = try TarballKeys.opener(
            path: try value(httpDecryptWith, Self.keyFlag, environment),
            command: try value(httpDecryptWithCommand, Self.keyFlag + "-command", environment),
            flag: "--" + Self.keyFlag)
        settings.files = try value(httpFiles, "http-files", environment).map { try KeptFiles($0) }
        return settings
    }

    private static let keyFlag = "http-decrypt-with"

    /// Of the flag, or else of its variable.
    private func value(_ given: String?, _ flag: String, _ environment: Environment) throws -> String? {
        if let given { return given }
        return try environment.value(Setting(flag).variable)
    }
}

extension ServerSettings {
    /// Lets the server see the worker of its process.
    mutating func look(at worker: Worker, _ settings: WorkerSettings) {
        payloadKeys = settings.payloadKeys
        hangingLoops = { worker.hangingLoops }
        ask(settings.queue, settings.destination, settings.destinationName)
    }

    /// Lets the server ask Redis and the databases.
    mutating func ask(_ queue: QueueConfiguration, _ database: DestinationSettings, _ name: DestinationName) {
        destinationName = name
        askRedis = { RedisCheck(queue).items }
        askDatabase = { DatabaseCheck.writability(database) }
        let people = DestinationPeople(database)
        destination.owner = { try people.owner($0) }
        destination.isUser = { try people.isUser($0) }
        destination.option = { try people.option($0) }
        destination.records = { try people.records($0) }
        destination.usernames = { try people.usernames($0) }
        destination.dsns = { uuid, from, format in
            guard let from = InstallationAddress(from), let format = DSNFormat(rawValue: format) else {
                throw CommandFailure(.usage, "The old installation's address is none: https://host.")
            }
            let report = try DSNReading(destination: database) { queue }.report(of: uuid, from: from)
            return DSNAnswer(text: report.text(format), warnings: report.warnings)
        }
    }
}
