import Foundation
import Synchronization

/// An answer of Redis.
enum RedisAnswer {
    case text(String)
    case number(Int64)
    case list([RedisAnswer])
    case nothing
    case error(String)

    var text: String? {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .list, .nothing, .error: nil
        }
    }

    var list: [RedisAnswer] { if case .list(let list) = self { list } else { [] } }
}

/// A separate client on the server's socket, so that observations do not pass through the code under test. If it cannot
/// reach the server it returns nil, and the next call tries again.
final class RedisClient: Sendable {
    private let path: String
    private let connection = Mutex<RedisSocket?>(nil)

    init(path: String) { self.path = path }

    @discardableResult
    func call(_ command: String...) -> RedisAnswer? { pipeline([command])?.first }

    /// The answers to several commands sent at once.
    func pipeline(_ commands: [[String]]) -> [RedisAnswer]? {
        connection.withLock { connection in
            if connection == nil { connection = RedisSocket(path: path) }
            guard let answers = connection?.exchange(commands) else {
                connection = nil
                return nil
            }
            return answers
        }
    }
}

/// One connection, and the bytes that are read and not used yet.
private final class RedisSocket: @unchecked Sendable {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var at = 0

    /// Seconds to wait for an answer.
    private static let patience = 1

    init?(path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(100)) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard connected else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func exchange(_ commands: [[String]]) -> [RedisAnswer]? {
        var request = ""
        for command in commands {
            request += "*\(command.count)\r\n"
            for word in command { request += "$\(word.utf8.count)\r\n\(word)\r\n" }
        }
        let bytes = Array(request.utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return nil }
        var out: [RedisAnswer] = []
        for _ in commands {
            guard let answer = read() else { return nil }
            out.append(answer)
        }
        buffer.removeFirst(at)
        at = 0
        return out
    }

    private func read() -> RedisAnswer? {
        guard let line = readLine(), let kind = line.first else { return nil }
        let rest = String(line.dropFirst())
        switch kind {
        case "+": return .text(rest)
        case "-": return .error(rest)
        case ":": return Int64(rest).map { .number($0) }
        case "$": return readText(Int(rest) ?? -1)
        case "*":
            var list: [RedisAnswer] = []
            for _ in 0..<max(Int(rest) ?? 0, 0) {
                guard let element = read() else { return nil }
                list.append(element)
            }
            return .list(list)
        default: return nil
        }
    }

    private func readText(_ count: Int) -> RedisAnswer? {
        guard count >= 0 else { return .nothing }
        while buffer.count < at + count + 2 { guard fill() else { return nil } }
        defer { at += count + 2 }
        return .text(String(decoding: buffer[at..<at + count], as: UTF8.self))
    }

    private func readLine() -> String? {
        var end = at
        while true {
            while end + 1 < buffer.count {
                if buffer[end] == 13, buffer[end + 1] == 10 {
                    defer { at = end + 2 }
                    return String(decoding: buffer[at..<end], as: UTF8.self)
                }
                end += 1
            }
            guard fill() else { return nil }
        }
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }
}
