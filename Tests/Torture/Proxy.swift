import Foundation
import Synchronization
import TestSupport

/// Forwards bytes between programs and a local server, and cuts or delays them on request.
final class Proxy: Sendable {
    let port: Int
    private let target: Int
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var pairs: [Int: (Int32, Int32)] = [:]
        var next = 0
        /// Nanoseconds of the monotonic clock until which everything waits.
        var heldUntil: UInt64 = 0
        var isClosed = false
    }

    init(to target: Int) throws {
        self.target = target
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw SystemFailure("socket", errno) }
        _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw SystemFailure("listen", errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in accept() }.start()
    }

    /// Ends all connections at once. Returns their number.
    @discardableResult
    func cut() -> Int {
        state.withLock { state in
            for (client, server) in state.pairs.values {
                shutdown(client, Int32(SHUT_RDWR))
                shutdown(server, Int32(SHUT_RDWR))
            }
            return state.pairs.count
        }
    }

    /// Holds all bytes in both directions for this time, then forwards them in order.
    func delay(seconds: Double) {
        let until = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
        state.withLock { $0.heldUntil = max($0.heldUntil, until) }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            if client < 0, errno == EINTR || errno == ECONNABORTED { continue }
            guard client >= 0 else { break }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            guard let server = connectToTarget() else {
                Glibc.close(client)
                continue
            }
            pair(client, server)
        }
        Glibc.close(listener)
    }

    private func connectToTarget() -> Int32? {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        _ = fcntl(server, F_SETFD, FD_CLOEXEC)
        var address = Self.address(target)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else {
            Glibc.close(server)
            return nil
        }
        return server
    }

    private func pair(_ client: Int32, _ server: Int32) {
        var on: Int32 = 1
        for socket in [client, server] {
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        let number = state.withLock { state in
            state.next += 1
            state.pairs[state.next] = (client, server)
            return state.next
        }
        let open = Countdown(2)
        for (from, to) in [(client, server), (server, client)] {
            let thread = Thread { [self] in
                pump(from, to)
                guard open.isLast() else { return }
                _ = state.withLock { $0.pairs.removeValue(forKey: number) }
                Glibc.close(client)
                Glibc.close(server)
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
    }

    private func pump(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(from, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            wait()
            var sent = 0
            while sent < count {
                let written = buffer.withUnsafeBytes {
                    send(to, $0.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { break }
                sent += written
            }
            if sent < count { break }
        }
        shutdown(to, Int32(SHUT_RDWR))
        shutdown(from, Int32(SHUT_RDWR))
    }

    /// Waits while a delay is active.
    private func wait() {
        while true {
            let (until, isClosed) = state.withLock { ($0.heldUntil, $0.isClosed) }
            let now = DispatchTime.now().uptimeNanoseconds
            if isClosed || now >= until { return }
            usleep(UInt32(min((until - now) / 1000 + 1, 50_000)))
        }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        return address
    }
}

/// Tells which of several threads finishes last.
private final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func isLast() -> Bool {
        left.withLock { left in
            left -= 1
            return left == 0
        }
    }
}
