@preconcurrency import CHiredis
import Failpoints
import Glibc
import TLS

/// One connection to Redis, opened when it is needed. It owns the library's context and frees it, after any I/O error
/// at once: a context that failed once never works again. Blocking; the timeouts limit every wait.
final class RedisConnection {
    private let configuration: QueueConfiguration
    private var context: UnsafeMutablePointer<redisContext>?
    /// Carries the bytes of the context's socket; nil without TLS.
    private var session: TLSSession?
    private lazy var block: [UInt8] = Array(repeating: 0, count: 16 << 10)
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
        session = nil
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
        try send(commands.bytes, context)
        var replies: [RedisReply] = []
        replies.reserveCapacity(commands.count)
        for _ in 0..<commands.count { replies.append(try readReply(context)) }
        try pass("redis.after")
        try refuseReplica(replies)
        return replies
    }

    private func send(_ bytes: [UInt8], _ context: UnsafeMutablePointer<redisContext>) throws(QueueError) {
        guard let session else {
            let appended = bytes.withUnsafeBytes { bytes in
                redisAppendFormattedCommand(context, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
            }
            guard appended == REDIS_OK else { throw broken(context) }
            return
        }
        var sent = 0
        while sent < bytes.count {
            errno = 0
            let count = bytes.withUnsafeBytes { session.write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            guard count > 0 else { throw broken(context) }
            sent += count
        }
    }

    /// After a failover the connection may lead to what is a replica now.
    private func refuseReplica(_ replies: [RedisReply]) throws(QueueError) {
        guard configuration.url.hasSentinels else { return }
        for case .error(let text) in replies where text.hasPrefix("READONLY") {
            close()
            throw QueueError(
                .unavailable, "The Redis of \(configuration.url) has become a replica.",
                remedy: "Its sentinels are asked again.")
        }
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
        guard try (session == nil ? redisGetReply(context, &raw) : decrypt(context, &raw)) == REDIS_OK, let raw else {
            throw broken(context)
        }
        defer { freeReplyObject(raw) }
        return RedisReply(copying: raw.assumingMemoryBound(to: redisReply.self))
    }

    /// Feeds the library's reader until it has an answer.
    private func decrypt(
        _ context: UnsafeMutablePointer<redisContext>, _ raw: inout UnsafeMutableRawPointer?
    ) throws(QueueError) -> Int32 {
        while redisReaderGetReply(context.pointee.reader, &raw) == REDIS_OK {
            if raw != nil { return REDIS_OK }
            let count = block.withUnsafeMutableBytes { session?.read(into: $0) ?? 0 }
            guard count > 0, redisReaderFeed(context.pointee.reader, block, count) == REDIS_OK else {
                return REDIS_ERR
            }
        }
        return REDIS_ERR
    }

    /// Closes the connection and says why it had to be.
    private func broken(_ context: UnsafeMutablePointer<redisContext>) -> QueueError {
        let cause = errno
        // With TLS the library's reader works on its own.
        let isReaders = session != nil && context.pointee.reader.pointee.err != 0
        let code = isReaders ? context.pointee.reader.pointee.err : context.pointee.err
        let first =
            isReaders
            ? Self.unreadableByte(&context.pointee.reader.pointee.errstr)
            : Self.unreadableByte(&context.pointee.errstr)
        let (alert, isEncrypted, wasGreeted) = (session?.failure, session != nil, isGreeted)
        close()
        let place = configuration.url.description
        switch code {
        case REDIS_ERR_PROTOCOL: return notRedis(firstByte: first)
        case REDIS_ERR_OOM:
            return QueueError(
                .notRedis, "What answers at \(place) gave an answer larger than any that was asked for.",
                remedy: "Check the Redis URL.")
        case _ where alert != nil:
            return QueueError(
                .unavailable, "Redis at \(place) has ended TLS: \(alert ?? "").",
                remedy: Self.clientCertificate)
        case REDIS_OK, REDIS_ERR_IO:
            guard cause == EAGAIN || cause == EWOULDBLOCK || cause == ETIMEDOUT else { break }
            return QueueError(
                .unavailable,
                "Redis at \(place) gave no answer within \(configuration.timeouts.commandMilliseconds) ms.",
                remedy: "Check that it is not overloaded or frozen.")
        default: break
        }
        if !wasGreeted {
            let remedy =
                isEncrypted
                ? Self.clientCertificate
                : "Check that it is Redis, whether it wants TLS (rediss://), and that it is no other server "
                    + "(PostgreSQL does this); then its log."
            return QueueError(
                .unavailable, "What listens at \(place) ended the connection without an answer.", remedy: remedy)
        }
        return QueueError(.unavailable, "The connection to Redis at \(place) was lost.", remedy: "Check that it runs.")
    }

    private static let clientCertificate =
        "Check whether it wants a client certificate: ssl_certfile and ssl_keyfile in the Redis URL."

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
    private static func unreadableByte<Text>(_ text: inout Text) -> Character? {
        let words = withUnsafeBytes(of: &text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let parts = words.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.count == 3 ? parts[1].first : nil
    }
}

extension RedisConnection {
    private func connect() throws(QueueError) {
        switch configuration.url.endpoint {
        case .tcp(let host, let port):
            try connect(host: host) { redisConnectWithTimeout(host, Int32(port), $0) }
        case .unix(let path):
            try connect(host: nil) { redisConnectUnixWithTimeout(path, $0) }
        case .sentinels(let places, let master):
            let place = try Sentinels(places, configuration).place(of: master)
            try connect(host: place.host) { redisConnectWithTimeout(place.host, Int32(place.port), $0) }
            try requireMaster(place)
        }
    }

    /// - Parameter host: whose name a certificate must have
    private func connect(
        host: String?, _ open: (timeval) -> UnsafeMutablePointer<redisContext>?
    ) throws(QueueError) {
        errno = 0
        let limit = RedisConnection.interval(configuration.timeouts.connectMilliseconds)
        guard let made = open(limit) else {
            throw QueueError(.unavailable, "There is no memory for a connection to Redis.")
        }
        context = made
        guard made.pointee.err == REDIS_OK else { throw notConnected(cause: errno) }
        BoundedReplies.apply(to: made.pointee.reader)
        if let host, let trust = configuration.url.trust { try encrypt(made, host, trust) }
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

    private func encrypt(
        _ made: UnsafeMutablePointer<redisContext>, _ host: String, _ trust: TLSTrust
    ) throws(QueueError) {
        // Shaking hands belongs to connecting.
        let limit = RedisConnection.interval(configuration.timeouts.connectMilliseconds)
        guard redisSetTimeout(made, limit) == REDIS_OK else { throw broken(made) }
        do throws(TLSError) {
            session = try TLSSession(made.pointee.fd, host: host, trust: trust)
        } catch {
            close()
            let place = configuration.url.description
            switch error.kind {
            case .badFile:
                throw QueueError(.badURL, "The Redis URL cannot be used: \(error.message).")
            case .untrusted:
                throw QueueError(
                    .unavailable, "Redis at \(place): \(error.message).",
                    remedy:
                        "Check that it speaks TLS, its certificate's name and authority, and ssl_ca_certs in the Redis URL."
                )
            case .lost:
                throw QueueError(
                    .unavailable, "Redis at \(place): \(error.message).", remedy: "Check that it runs and speaks TLS.")
            }
        }
    }

    /// Right after a failover sentinels may still name the server that was the master.
    private func requireMaster(_ place: RedisURL.Place) throws(QueueError) {
        guard try call(["ROLE"]).array?.first?.text == "master" else {
            close()
            throw QueueError(
                .unavailable, "What the sentinels name, \(place), is no master.",
                remedy: "A failover may be going on: try again in a moment.")
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
