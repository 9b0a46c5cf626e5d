public import ArgumentParser
public import Queue

/// The queue a command works on.
public struct RedisOptions: ParsableArguments {
    @Option(
        name: .customLong("redis-url"),
        help: ArgumentHelp(
            "Redis: redis://host:port/db, rediss:// with TLS, redis-sentinel://host,host/master, or unix:///path. Also RELOCATION_REDIS_URL or RELOCATION_REDIS_URL_FILE, which may contain a password; this option may not.",
            valueName: "url"))
    public var redisURL: String?

    @Option(
        name: .customLong("redis-prefix"),
        help: ArgumentHelp(
            "Prefix of the queue's keys in Redis (RELOCATION_REDIS_PREFIX; default: relocation).", valueName: "prefix"
        ))
    public var redisPrefix: String?

    @Option(
        help: ArgumentHelp(
            "Seconds for which the status of a finished relocation is kept (RELOCATION_RETENTION; default: 30 days).",
            valueName: "seconds"))
    public var retention: Int?

    public init() {}

    /// The queue that the flags name, or else the environment.
    public func configuration(
        _ environment: Environment = .process, leaseMilliseconds: Int? = nil
    ) throws -> QueueConfiguration {
        let url = try url(environment)
        let prefix = try redisPrefix ?? environment.value(Environment.redisPrefix) ?? "relocation"
        let defaults = try QueueConfiguration(url: url)
        return try QueueConfiguration(
            url: url, prefix: prefix, leaseMilliseconds: leaseMilliseconds ?? defaults.leaseMilliseconds,
            retentionSeconds: try seconds(environment) ?? defaults.retentionSeconds)
    }

    private func seconds(_ environment: Environment) throws -> Int? {
        if let retention { return retention }
        guard let text = try environment.value(Environment.retention) else { return nil }
        guard let seconds = Int(text) else {
            throw CommandFailure(.usage, "\(Environment.retention) takes a number of seconds.")
        }
        return seconds
    }

    private func url(_ environment: Environment) throws -> RedisURL {
        if let redisURL {
            let url = try RedisURL(redisURL)
            guard !url.holdsPassword else { throw CommandFailure.password(in: "--redis-url", Environment.redisURL) }
            return url
        }
        guard let text = try environment.value(Environment.redisURL) else {
            throw CommandFailure(.usage, "No Redis URL is given. Set \(Environment.redisURL) or use --redis-url.")
        }
        return try RedisURL(text)
    }
}

extension CommandFailure {
    /// A command line is visible to every user of the machine.
    static func password(in flag: String, _ variable: String) -> CommandFailure {
        CommandFailure(.usage, "\(flag) must not contain a password: set \(variable) or \(variable)_FILE instead.")
    }
}
