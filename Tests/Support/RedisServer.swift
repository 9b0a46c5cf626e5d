import Glibc
import Synchronization

/// A redis-server of a test's own, on a socket in a folder of its own and, if asked, on a free port.
public final class RedisServer: Sendable {
    public let folder: TemporaryFolder
    /// The TCP port, or 0.
    public let port: Int
    private let configuration: [String]
    private let process: Mutex<ChildProcess?>

    /// Starts the server and waits until it is ready.
    ///
    /// - Parameters:
    ///   - lines: further lines of its configuration
    ///   - tcp: whether it listens on a free port of 127.0.0.1 too
    public init(_ lines: [String] = [], tcp: Bool = false) throws {
        folder = try TemporaryFolder()
        port = tcp ? try freePort() : 0
        configuration = lines
        process = Mutex(nil)
        try start()
    }

    public var socketPath: String { folder.file("redis.sock") }

    /// `unix://` of the socket.
    public var url: String { "unix://" + socketPath }

    /// `redis://` of the port, with credentials if given (`user:password@`).
    public func tcpURL(credentials: String = "", database: Int = 0) -> String {
        "redis://\(credentials)127.0.0.1:\(port)/\(database)"
    }

    /// Starts the server again after `stop` or `kill`, with its data if it kept any.
    public func start() throws {
        let lines =
            [
                "unixsocket \(socketPath)", "port \(port)", "bind 127.0.0.1", "dir \(folder.path)", "save \"\"",
                "appendonly no", "daemonize no", "logfile \(folder.file("redis.log"))", "databases 4",
            ] + configuration
        let file = try folder.write(lines.joined(separator: "\n") + "\n", to: "redis.conf")
        unlink(socketPath)
        unlink(folder.file("redis.log"))
        let started = try ChildProcess("redis-server", [file])
        process.withLock { $0 = started }
        guard eventually(within: 10, { isReady || !started.isRunning }), started.isRunning else {
            throw SystemFailure("redis-server did not start: \(folder.read("redis.log").suffix(500))")
        }
    }

    /// Shuts the server down in order.
    public func stop() { end(SIGTERM) }

    /// Ends the server as a crash would.
    public func kill() { end(SIGKILL) }

    /// The server's process; 0 while it does not run.
    public var pid: Int32 { process.withLock { $0?.pid ?? 0 } }

    /// Stops the server from answering while its sockets stay open.
    public func freeze() { process.withLock { $0?.signal(SIGSTOP) } }

    public func thaw() { process.withLock { $0?.signal(SIGCONT) } }

    private func end(_ signal: Int32) {
        process.withLock { process in
            process?.signal(SIGCONT)
            process?.signal(signal)
            process?.wait()
            process = nil
        }
    }

    /// Whether the server has read its data and listens: before that even a wrong answer to PING proves nothing.
    private var isReady: Bool { folder.read("redis.log").contains("ready to accept connections at") }

    /// Runs redis-cli on the socket; its output without the final line end.
    ///
    /// - Parameter input: a file of commands, one a line
    @discardableResult
    public func cli(_ arguments: [String], input: String? = nil) throws -> String {
        let name = "cli.\(UInt32.random(in: 0 ... .max))"
        let child = try ChildProcess(
            "redis-cli", ["-s", socketPath] + arguments, input: input, output: folder.file(name),
            errors: folder.file(name))
        child.wait()
        defer { unlink(folder.file(name)) }
        var text = folder.read(name)
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
