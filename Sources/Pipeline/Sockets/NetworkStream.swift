internal import Glibc
package import TLS

/// One connection to a server, in the clear or with TLS. Its calls block, for a limited time each; it belongs to one thread.
package final class NetworkStream {
    private let descriptor: Int32
    private let peer: String
    private var session: TLSSession?
    private var unread: [UInt8] = []
    private var readAt = 0

    /// Bytes that are read at a time.
    private static let block = 8_192
    /// A write to a connection that the peer has closed must not end the process.
    private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Connects to the first address that answers.
    ///
    /// - Parameter timeoutSeconds: for the connection, and then for each call
    package init(host: String, port: Int, timeoutSeconds: Int) throws(NetworkError) {
        _ = Self.ignoreBrokenPipes
        peer = "\(host):\(port)"
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let first = found else {
            throw NetworkError(
                .unreachable, "the name \(host) cannot be resolved: \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(first) }
        var (next, reason) = (Optional(first), "no address")
        while let address = next {
            switch Self.connected(address.pointee, timeoutSeconds) {
            case .success(let descriptor):
                self.descriptor = descriptor
                return
            case .failure(let failure): reason = failure.words
            }
            next = address.pointee.ai_next
        }
        throw NetworkError(.unreachable, "\(peer) cannot be reached: \(reason)")
    }

    deinit {
        session = nil
        close(descriptor)
    }

    private struct SystemError: Error {
        let words: String
    }

    private static func connected(_ address: addrinfo, _ timeoutSeconds: Int) -> Result<Int32, SystemError> {
        let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .failure(SystemError(words: words())) }
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        // Linux takes the limit of sending for connecting, too.
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
            let reason = errno == EINPROGRESS ? "no answer in \(timeoutSeconds) s" : words()
            close(descriptor)
            return .failure(SystemError(words: reason))
        }
        return .success(descriptor)
    }

    private static func words() -> String { String(cString: strerror(errno)) }

    // MARK: TLS

    package var isEncrypted: Bool { session != nil }

    /// Goes on with TLS, and makes sure that the peer is who the host name says.
    package func startTLS(host: String, trust: TLSTrust) throws(NetworkError) {
        // What came before the handshake, an attacker may have put there.
        guard readAt == unread.count else {
            throw NetworkError(.malformed, "\(peer) has sent more than its answer before TLS began")
        }
        do { session = try TLSSession(descriptor, host: host, trust: trust) } catch {
            throw NetworkError(.untrusted, error.message)
        }
    }

    // MARK: Bytes

    package func write(_ bytes: [UInt8]) throws(NetworkError) {
        var sent = 0
        while sent < bytes.count {
            let rest = bytes[sent...]
            let count = rest.withUnsafeBytes { session?.write($0) ?? send(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { throw lost("while writing") }
            sent += count
        }
    }

    /// The next line without its end.
    ///
    /// - Parameter limit: bytes of the longest line
    package func readLine(limit: Int) throws(NetworkError) -> String {
        var line: [UInt8] = []
        while true {
            if readAt == unread.count { try fill() }
            let byte = unread[readAt]
            readAt += 1
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
            guard line.count <= limit else { throw NetworkError(.malformed, "\(peer) sends a line without an end") }
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }

    private func fill() throws(NetworkError) {
        var block = [UInt8](repeating: 0, count: Self.block)
        let count = block.withUnsafeMutableBytes {
            session?.read(into: $0) ?? recv(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard count > 0 else { throw lost(count == 0 ? "by the peer" : "while reading") }
        unread = Array(block[..<count])
        readAt = 0
    }

    private func lost(_ when: String) -> NetworkError {
        let isLate = errno == EAGAIN || errno == EWOULDBLOCK
        return NetworkError(
            .unreachable, isLate ? "\(peer) does not answer in time" : "the connection to \(peer) was lost \(when)")
    }
}
