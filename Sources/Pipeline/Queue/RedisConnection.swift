@preconcurrency import CHiredis
import Failpoints
import Glibc

/// One connection to Redis, opened when it is needed. It owns the library's context and frees it, after any I/O error
/// at once: a context that failed once never works again. Blocking; the timeouts limit every wait.
final class RedisConnection {
    private let configuration: QueueConfiguration
    private var context: UnsafeMutablePointer<redisContext>?
    /// Scripts this server has been seen to know since the connection was made.
    var knownScripts: Set<String> = []
    /// Whether the server has answered as Redis does since the connection was made.
    private var isGreeted = false

    /// hiredis writes without MSG_NOSIGNAL: a server that went away would end the process.
    private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    init(_ configuration: QueueConfiguration) {
        RedisConnection.ignoreBrokenPipes
        self.configuration = configuration
    }

    deinit { close() }

    /// As whom commands run.
    var caller: RedisCaller { RedisCaller(user: configuration.url.user ?? "default", prefix: configuration.prefix) }

    func close() {
        if let context { redisFree(context) }
        context = nil
        isGreeted = false
        knownScripts = []
    }

    /// Opens the connection unless it is open.
    func open() throws(QueueError) {
        if context == nil { try connect() }
    }

    /// One command and its answer; an error answer is thrown.
    func call(_ arguments: [RedisArgument]) throws(QueueError) -> RedisReply {
        let reply = try exchange(RedisCommands(arguments))[0]
        if case .error(let text) = reply { throw QueueError(serverError: text, caller: caller) }
        return reply
    }

    /// Sends all commands, then reads all answers, errors among them. Keep the answers small: nothing is read before
    /// everything is sent.
    func exchange(_ commands: RedisCommands) throws(QueueError) -> [RedisReply] {
        try open()
        guard let context, commands.count > 0 else { return [] }
        try pass("redis.before")
        let appended = commands.bytes.withUnsafeBytes { bytes in
            redisAppendFormattedCommand(context, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        }
        guard appended == REDIS_OK else { throw broken(context) }
        var replies: [RedisReply] = []
        replies.reserveCapacity(commands.count)
        for _ in 0..<commands.count { replies.append(try readReply(context)) }
        try pass("redis.after")
        return replies
    }

    /// A test may fail the process here: as if the connection were lost before the commands or their answers got
    /// through.
    private func pass(_ place: StaticString) throws(QueueError) {
        do { try Failpoint.reach(place) } catch {
            close()
            throw QueueError(.unavailable, "The connection to Redis was lost at \(error.name).")
        }
    }

    private func readReply(_ context: UnsafeMutablePointer<redisContext>) throws(QueueError) -> RedisReply {
        var raw: UnsafeMutableRawPointer?
        errno = 0
        guard redisGetReply(context, &raw) == REDIS_OK, let raw else { throw broken(context) }
        defer { freeReplyObject(raw) }
        return RedisReply(copying: raw.assumingMemoryBound(to: redisReply.self))
    }

    /// Closes the connection and says why it had to be.
    private func broken(_ context: UnsafeMutablePointer<redisContext>) -> QueueError {
        let cause = errno
        let code = context.pointee.err
        let first = Self.unreadableByte(context)
        close()
        let place = configuration.url.description
        switch code {
        case REDIS_ERR_PROTOCOL: return notRedis(firstByte: first)
        case REDIS_ERR_OOM:
            return QueueError(
                .notRedis, "What answers at \(place) gave an answer larger than any that was asked for.",
                remedy: "Check the Redis URL.")
        case REDIS_ERR_IO where cause == EAGAIN || cause == EWOULDBLOCK || cause == ETIMEDOUT:
            return QueueError(
                .unavailable,
                "Redis at \(place) gave no answer within \(configuration.timeouts.commandMilliseconds) ms.",
                remedy: "Check that it is not overloaded or frozen.")
        case _ where !isGreeted:
            return QueueError(
                .unavailable, "What listens at \(place) ended the connection without an answer.",
                remedy: "Check that it is Redis, without TLS, and no other server (PostgreSQL does this); then its log."
            )
        default:
            return QueueError(
                .unavailable, "The connection to Redis at \(place) was lost.", remedy: "Check that it runs.")
        }
    }

    private func notRedis(firstByte: Character?) -> QueueError {
        let guess =
            switch firstByte {
            case "H": " It looks like an HTTP server."
            case "S": " It looks like an SSH server."
            case "E", "N", "R": " It may be PostgreSQL."
            default: ""
            }
        return QueueError(
            .notRedis, "What answers at \(configuration.url) is not Redis.\(guess)",
            remedy: "Check host and port of the Redis URL.")
    }

    /// `Protocol error, got "H" as reply type byte` → the byte.
    private static func unreadableByte(_ context: UnsafeMutablePointer<redisContext>) -> Character? {
        let words = withUnsafeBytes(of: &context.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let parts = words.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.count == 3 ? parts[1].first : nil
    }
}

extension RedisConnection {
    private func connect() throws(QueueError) {
        errno = 0
        let limit = RedisConnection.interval(configuration.timeouts.connectMilliseconds)
        let made =
            switch configuration.url.endpoint {
            case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(port), limit)
            case .unix(let path): redisConnectUnixWithTimeout(path, limit)
            }
        guard let made else { throw QueueError(.unavailable, "There is no memory for a connection to Redis.") }
        context = made
        guard made.pointee.err == REDIS_OK else { throw notConnected(cause: errno) }
        BoundedReplies.apply(to: made.pointee.reader)
        // The connect timeout does not bound reads.
        guard redisSetTimeout(made, RedisConnection.interval(configuration.timeouts.commandMilliseconds)) == REDIS_OK
        else { throw broken(made) }
        // A connection that is not ready for use must not stay open: the next call would run without authentication
        // or in the wrong database.
        do throws(QueueError) { try greet() } catch {
            close()
            throw error
        }
    }

    private func notConnected(cause: Int32) -> QueueError {
        close()
        let place = configuration.url.description
        if cause == EACCES || cause == EPERM {
            return QueueError(
                .authentication, "The socket of Redis at \(place) may not be opened by this user.",
                remedy: "Check the permissions of the socket and its folder.")
        }
        return QueueError(
            .unavailable, "Redis at \(place) cannot be reached.",
            remedy: "Check that it runs and that the Redis URL is right.")
    }

    /// Authenticates, chooses the database and checks that Redis answers.
    private func greet() throws(QueueError) {
        let url = configuration.url
        if let user = url.user, let password = url.password {
            try authenticate(["AUTH", .text(user), .text(password)])
        } else if let password = url.password {
            try authenticate(["AUTH", .text(password)])
        } else if url.user != nil {
            throw QueueError(
                .authentication, "The Redis URL names a user without a password.", remedy: "Add the password.")
        }
        if url.database != 0 { try select(url.database) }
        // Other protocols greet with a line that looks like an answer (POP3: `+OK`).
        guard try call(["PING"]).text == "PONG" else { throw notRedis(firstByte: nil) }
        isGreeted = true
    }

    private func authenticate(_ command: [RedisArgument]) throws(QueueError) {
        guard case .error(let text) = try exchange(RedisCommands(command))[0] else { return }
        let error = QueueError(serverError: text)
        // Redis answers with a plain ERR when it has no password at all.
        throw error.kind == .protocolError
            ? QueueError(
                .authentication, "Redis does not accept this password.", remedy: "Check the Redis URL's credentials.")
            : error
    }

    private func select(_ database: Int) throws(QueueError) {
        guard case .error(let text) = try exchange(RedisCommands(["SELECT", .number(database)]))[0] else { return }
        let error = QueueError(serverError: text)
        throw error.kind == .protocolError
            ? QueueError(.badURL, "Redis has no database \(database).", remedy: "Check the end of the Redis URL.")
            : error
    }

    private static func interval(_ milliseconds: Int) -> timeval {
        timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
    }
}
