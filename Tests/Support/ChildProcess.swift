import Glibc
import Synchronization

/// A process that a test has started. It is killed at the latest when this object is freed.
public final class ChildProcess: Sendable {
    public let pid: Int32
    private let ended = Mutex<Int32?>(nil)

    /// Starts a program found on PATH (or by its absolute path). Output goes to the given files, or nowhere.
    ///
    /// - Parameters:
    ///   - folder: its working folder
    ///   - environment: replaces or (with nil) removes variables of ours
    public init(
        _ program: String, _ arguments: [String], environment: [String: String?] = [:], input: String? = nil,
        output: String? = nil, errors: String? = nil, folder: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors ?? "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A child starts with the default reaction to every signal, whatever this process ignores.
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // Nor does it block any, as the threads of a pool do.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        // glibc hides the function that would change the folder here.
        let command = (folder.map { ["env", "-C", $0] } ?? []) + [program] + arguments
        let argv = CStrings(command)
        let envp = CStrings(ChildProcess.environment(changedBy: environment))
        let code = posix_spawnp(&pid, command[0], &actions, &attributes, argv.pointers, envp.pointers)
        guard code == 0 else { throw SystemFailure("posix_spawn \(program)", code) }
        self.pid = pid
    }

    deinit {
        if isRunning {
            kill(pid, SIGKILL)
            wait()
        }
    }

    /// Sends a signal, unless the process has ended: its id may then belong to another process.
    public func signal(_ number: Int32) {
        ended.withLock { if $0 == nil { _ = kill(pid, number) } }
    }

    public var isRunning: Bool { poll() == nil }

    /// The wait status once the process has ended.
    private func poll() -> Int32? {
        ended.withLock { ended in
            var status: Int32 = 0
            if ended == nil, waitpid(pid, &status, WNOHANG) == pid { ended = status }
            return ended
        }
    }

    /// Waits for the end; the exit code, or 128 and the number of the signal that ended it.
    @discardableResult
    public func wait() -> Int32 {
        let status = ended.withLock { ended in
            var status: Int32 = 0
            if ended == nil {
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                ended = status
            }
            return ended ?? status
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    /// Waits for the end up to a limit; nil after the limit.
    /// - Parameter seconds: on a quiet machine; ``patience`` multiplies them
    public func wait(seconds: Double) -> Int32? {
        eventually(within: seconds) { !isRunning } ? wait() : nil
    }

    private static func environment(changedBy changes: [String: String?]) -> [String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        for (name, value) in changes { variables[name] = value }
        return variables.map { "\($0.key)=\($0.value)" }
    }
}

/// A null-terminated array of C strings.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) { pointers = strings.map { strdup($0) } + [nil] }

    deinit { for pointer in pointers { free(pointer) } }
}

/// By how much waits are longer than on a quiet machine: RELOCATION_TEST_PATIENCE, which `make test` sets while it runs many
/// processes of tests at once. It makes no test slower that passes.
public let patience = getenv("RELOCATION_TEST_PATIENCE").flatMap { Double(String(cString: $0)) } ?? 1

/// Polls until the condition holds; false if the limit passes first. For effects of another process, which cannot be
/// awaited in another way.
/// - Parameter seconds: on a quiet machine; ``patience`` multiplies them
public func eventually(within seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(seconds * patience)
    while true {
        if try condition() { return true }
        if clock.now > deadline { return false }
        usleep(2_000)
    }
}

/// A TCP port that nobody listens on. It lies below the ports that the system gives to outgoing connections, so none of
/// those takes it before a server does.
public func freePort() throws -> Int {
    for _ in 0..<1_000 {
        let port = UInt16.random(in: 10_000..<32_000)
        if handedOut.withLock({ $0.insert(port).inserted }), try canBind(port) { return Int(port) }
    }
    throw SystemFailure("no free port")
}

/// No port is given to two servers: one may take its time to bind it.
private let handedOut = Mutex<Set<UInt16>>([])

private func canBind(_ port: UInt16) throws -> Bool {
    // A child process that another test starts meanwhile must not inherit the socket: it would keep the port.
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemFailure("socket", errno) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
