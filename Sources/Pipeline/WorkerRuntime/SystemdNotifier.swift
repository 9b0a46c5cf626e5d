internal import Glibc

/// Reports a process' state to the service manager with systemd's notify protocol: datagrams of `NAME=value` lines to
/// the socket that `NOTIFY_SOCKET` names. Errors are ignored: a worker runs without a service manager too.
public struct SystemdNotifier: Sendable, Equatable {
    /// The longest socket address in bytes.
    private static let maximumAddressBytes = 107

    private let address: [UInt8]
    /// Milliseconds that the service manager's watchdog allows between two signs of life; nil if it has none.
    public let watchdogMilliseconds: Int?

    /// nil if no service manager listens.
    ///
    /// - Parameters:
    ///   - socket: `NOTIFY_SOCKET`: an absolute path, or `@` and a name in the abstract namespace
    ///   - watchdogMicroseconds: `WATCHDOG_USEC`
    ///   - watchdogProcess: `WATCHDOG_PID`: if set, the watchdog is meant for this process only
    public init?(socket: String?, watchdogMicroseconds: String? = nil, watchdogProcess: String? = nil) {
        guard let socket, socket.hasPrefix("/") || socket.hasPrefix("@"),
            (2...Self.maximumAddressBytes).contains(socket.utf8.count)
        else { return nil }
        address = [socket.hasPrefix("@") ? 0 : UInt8(ascii: "/")] + Array(socket.utf8.dropFirst())
        let isMeant = watchdogProcess.map { $0 == String(getpid()) } ?? true
        let microseconds = isMeant ? watchdogMicroseconds.flatMap { Int($0) } : nil
        watchdogMilliseconds = microseconds.flatMap { $0 >= 1_000 ? $0 / 1_000 : nil }
    }

    /// The process is able to work.
    public func ready(_ status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }
    public func stopping() { send("STOPPING=1\nSTATUS=stopping") }
    /// A sign of life, with what the process does.
    public func alive(_ status: String) { send("WATCHDOG=1\nSTATUS=\(Self.line(status))") }
    public func show(_ status: String) { send("STATUS=\(Self.line(status))") }

    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private func send(_ text: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: address) }
        // The length ends an abstract name; a zero byte ends a path.
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + address.count } ?? 0
        let bytes = Array(text.utf8)
        withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), $0,
                    socklen_t(length))
            }
        }
    }
}
