public import Foundation

/// A private PostgreSQL server for tests: in a temporary folder, on a free port of 127.0.0.1 and a socket in that
/// folder. It ends with the test process, however that ends.
///
/// The server refuses to run as root: then it runs as the user `postgres`.
public final class PostgresServer: @unchecked Sendable {
    // `process` and `input` change only in start and stop, which the lock serialises.
    private let lock = NSLock()
    private var process: Process?
    private var input: Pipe?

    /// Holds the data folder and the socket.
    public let folder: URL
    public let port: Int
    public let superuser = "postgres"
    private let settings: [String: String]

    /// Of the newest version installed; nil if there is none.
    public static let binaries: URL? = {
        let root = URL(fileURLWithPath: "/usr/lib/postgresql")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return versions.sorted { ($0 as NSString).integerValue < ($1 as NSString).integerValue }.last
            .map { root.appendingPathComponent($0).appendingPathComponent("bin") }
    }()

    /// One server for all tests of a process, without fsync. Each test creates its own database.
    public static func shared() throws -> PostgresServer {
        try sharedServer.get()
    }

    private static let sharedServer = Result { try PostgresServer() }

    /// - Parameters:
    ///   - fsync: Whether the server writes as durably as in production: for measurements.
    ///   - settings: Lines for postgresql.conf.
    ///   - password: The superuser's; nil allows every user without a password.
    public init(fsync: Bool = false, settings: [String: String] = [:], password: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString.prefix(8))")
        port = try freePort()
        var all = ["fsync": fsync ? "on" : "off", "full_page_writes": fsync ? "on" : "off"]
        all.merge(settings) { _, new in new }
        self.settings = all
        try initialize(password: password)
        try start()
    }

    deinit {
        stop(signal: "QUIT", keepingData: false)
    }

    // MARK: - Databases

    /// Makes an empty database and returns its URL.
    public func createDatabase(template: String? = nil) throws -> String {
        let name = "test_\(UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: ""))"
        try sql("CREATE DATABASE \(name)" + (template.map { " TEMPLATE \($0)" } ?? ""))
        return url(database: name)
    }

    /// - Parameter user: with `:password` if it has one.
    public func url(database: String, user: String? = nil) -> String {
        "postgresql://\(user ?? superuser)@127.0.0.1:\(port)/\(database)"
    }

    /// Runs statements in one session of psql and returns its output: one line per row, fields separated by `|`.
    @discardableResult
    public func sql(_ text: String, database: String = "postgres") throws -> String {
        try sql(text, url: url(database: database))
    }

    @discardableResult
    public func sql(_ text: String, url: String) throws -> String {
        guard let binaries = Self.binaries else { throw Failure("PostgreSQL is not installed") }
        // Not by standard input: a psql that ends early would break the pipe, and with it this process.
        let script = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sql")
        try text.write(to: script, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: script) }
        let (status, out, error) = try Self.run(
            binaries.appendingPathComponent("psql").path,
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", script.path])
        guard status == 0 else { throw Failure(error) }
        return out.trimmingCharacters(in: .newlines)
    }

    // MARK: - Life

    /// Stops the server as an administrator would; sessions are cut off.
    public func stop() { stop(signal: "INT") }

    /// As if the machine had lost its power.
    public func kill() { stop(signal: "KILL") }

    public func start() throws {
        try lock.withLock {
            guard process == nil, let binaries = Self.binaries else { return }
            try? FileManager.default.removeItem(at: keepMark)
            // No `wait`: a thread that blocks SIGCHLD starts children that block it, too, and a shell waits for it.
            // The server ends when its standard input does: when this process is gone, for whatever reason.
            let server = "\(binaries.path)/postgres -D \(folder.path)/data"
            let script = """
                \(server) >>\(folder.path)/log 2>&1 & p=$!
                cat >/dev/null; kill -QUIT $p 2>/dev/null
                while [ -e /proc/$p/stat ] && ! grep -q ') Z ' /proc/$p/stat; do sleep 0.02; done
                [ -e \(keepMark.path) ] || rm -rf \(folder.path)
                """
            let process = Process()
            let input = Pipe()
            // Another program that a test starts would inherit the input and so keep the server alive.
            _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
            let command = Self.asServerUser(["/bin/sh", "-c", script])
            process.executableURL = URL(fileURLWithPath: command[0])
            process.arguments = Array(command.dropFirst())
            process.standardInput = input
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            self.process = process
            self.input = input
        }
        try awaitAnswer()
    }

    public func restart() throws {
        stop()
        try start()
    }

    private func stop(signal: String, keepingData: Bool = true) {
        lock.withLock {
            guard let process else { return }
            if let pid = serverPID {
                // A killed server leaves its sessions behind for a moment, and they bar the next start.
                let children = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
                let sessions = signal == "KILL" ? children.split(separator: " ").map(String.init) : []
                _ = try? Self.run("/bin/kill", ["-\(signal)", pid] + sessions)
            }
            if keepingData { try? Data().write(to: keepMark) }
            try? input?.fileHandleForWriting.close()
            process.waitUntilExit()
            self.process = nil
            self.input = nil
        }
    }

    /// Tells the watching shell that the server is stopped for a while only.
    private var keepMark: URL { folder.appendingPathComponent("keep") }

    private var serverPID: String? {
        let file = folder.appendingPathComponent("data/postmaster.pid").path
        return (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n").first.map(String.init)
    }

    private func awaitAnswer() throws {
        let deadline = Date().addingTimeInterval(60)
        while true {
            do {
                try sql("SELECT 1", url: adminURL)
                return
            } catch let error as Failure {
                // Not yet, or a password is asked for: the server is there.
                if error.description.contains("authentication failed") || error.description.contains("no password") {
                    return
                }
                guard Date() < deadline else { throw Failure("the server does not start: \(log)") }
                Thread.sleep(forTimeInterval: 0.02)
            }
        }
    }

    private var adminURL: String { url(database: "postgres") }

    private var log: String {
        (try? String(contentsOfFile: folder.appendingPathComponent("log").path, encoding: .utf8)) ?? ""
    }

    // MARK: - Making

    private func initialize(password: String?) throws {
        guard let binaries = Self.binaries else { throw Failure("PostgreSQL is not installed") }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Only the server's user (and root) may enter the folder.
        _ = try Self.run("/bin/chmod", ["0755", folder.path])
        if Self.isRoot { _ = try Self.run("/bin/chown", [superuser, folder.path]) }
        var arguments = ["-D", "\(folder.path)/data", "-U", superuser, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        if let password {
            let file = folder.appendingPathComponent("password")
            try password.write(to: file, atomically: true, encoding: .utf8)
            arguments += ["-A", "scram-sha-256", "--pwfile=\(file.path)"]
        } else {
            arguments += ["-A", "trust"]
        }
        let command = Self.asServerUser([binaries.appendingPathComponent("initdb").path] + arguments)
        let (status, _, error) = try Self.run(command[0], Array(command.dropFirst()))
        guard status == 0 else { throw Failure(error) }
        try configure()
    }

    private func configure() throws {
        let file = folder.appendingPathComponent("data/postgresql.conf")
        var lines = [
            "port = \(port)", "listen_addresses = '127.0.0.1'", "unix_socket_directories = '\(folder.path)'",
            "max_connections = 60", "shared_buffers = 64MB", "logging_collector = off", "autovacuum = off",
        ]
        lines += settings.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(("\n" + lines.joined(separator: "\n") + "\n").utf8))
        try handle.close()
    }

    private static var isRoot: Bool { getuid() == 0 }

    private static func asServerUser(_ command: [String]) -> [String] {
        guard isRoot else { return command }
        return ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] + command
    }

    private static func run(
        _ path: String, _ arguments: [String]
    ) throws -> (status: Int32, out: String, error: String) {
        // Files, not pipes: a server that another test starts at the same moment inherits a pipe's other end, and then
        // it is never read to its end.
        let base = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        let files = [base + ".out", base + ".err"]
        defer { for file in files { unlink(file) } }
        let process = try ChildProcess(path, arguments, output: files[0], errors: files[1], folder: "/")
        let status = process.wait()
        let texts = files.map { String(decoding: FileManager.default.contents(atPath: $0) ?? Data(), as: UTF8.self) }
        return (status, texts[0], texts[1])
    }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }
    }
}
