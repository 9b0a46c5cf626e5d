import Glibc
import Synchronization

/// A redis-server of a test's own, on a socket in a folder of its own and, if asked, on a free port.
public final class RedisServer: Sendable {
    public let folder: TemporaryFolder
    /// The TCP port, or 0.
    public let port: Int
    private let configuration: [String]
    private let process: Mutex<ChildProcess?>

    /// Starts the server and waits until it answers.
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
        let started = try ChildProcess("redis-server", [file])
        process.withLock { $0 = started }
        guard eventually(within: 10, { answers() || !started.isRunning }), started.isRunning else {
            throw SystemFailure("redis-server did not start: \(folder.read("redis.log").suffix(500))")
        }
    }

    /// Shuts the server down in order.
    public func stop() { end(SIGTERM) }

    /// Ends the server as a crash would.
    public func kill() { end(SIGKILL) }

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

    /// Whether a connection gets any answer to PING.
    private func answers() -> Bool {
        guard let answer = try? exchange("PING\r\n") else { return false }
        return answer.hasPrefix("+PONG") || answer.hasPrefix("-NOAUTH") || answer.hasPrefix("-NOPERM")
    }

    /// Runs redis-cli on the socket; its output without the final line end.
    @discardableResult
    public func cli(_ arguments: [String]) throws -> String {
        let name = "cli.\(UInt32.random(in: 0 ... .max))"
        let child = try ChildProcess(
            "redis-cli", ["-s", socketPath] + arguments, output: folder.file(name), errors: folder.file(name))
        child.wait()
        defer { unlink(folder.file(name)) }
        var text = folder.read(name)
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }

    /// Sends bytes on a new connection; the first piece of the answer.
    private func exchange(_ text: String) throws -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemFailure("socket", errno) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(socketPath.utf8)) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard connected else { throw SystemFailure("connect", errno) }
        let bytes = Array(text.utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw SystemFailure("send", errno)
        }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
    }
}
