/// Where Redis is: `redis://[user[:password]@]host[:port][/db]` or `unix://[user[:password]@]/path[?db=n]`. User,
/// password, path and host may be percent-encoded. The password never appears in `description`.
public struct RedisURL: Sendable, Equatable {
    /// How the server is reached.
    public enum Endpoint: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    /// The port of a URL without one.
    public static let defaultPort = 6379
    /// Redis knows no database beyond this one, whatever its configuration.
    public static let maximumDatabase = 65_535

    public let endpoint: Endpoint
    public let user: String?
    let password: String?
    public let database: Int

    /// Whether the URL carries a password, and so must not stand on a command line.
    public var holdsPassword: Bool { password != nil }

    /// Throws `badURL`, without repeating the text.
    public init(_ text: String) throws(QueueError) {
        if let rest = RedisURL.after("redis://", in: text) {
            try self.init(tcp: rest)
        } else if let rest = RedisURL.after("unix://", in: text) {
            try self.init(unix: rest)
        } else if RedisURL.after("rediss://", in: text) != nil {
            throw RedisURL.bad("TLS is not available here.", "Use redis:// through a local TLS tunnel.")
        } else {
            throw RedisURL.bad("The scheme is neither redis:// nor unix://.")
        }
    }

    private init(tcp rest: Substring) throws(QueueError) {
        let (credentials, place) = RedisURL.splitCredentials(rest)
        guard !place.contains("?"), !place.contains("#") else {
            throw RedisURL.bad("A query or fragment has no meaning in it.")
        }
        let parts = place.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let (host, port) = try RedisURL.hostAndPort(parts.first ?? "")
        let (user, password) = try RedisURL.decodeCredentials(credentials)
        endpoint = .tcp(host: host, port: port)
        self.user = user
        self.password = password
        database = try RedisURL.databaseNumber(parts.count > 1 ? parts[1] : "")
    }

    private init(unix rest: Substring) throws(QueueError) {
        let (credentials, place) = RedisURL.splitCredentials(rest)
        let parts = place.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = try RedisURL.decode(parts.first ?? "")
        guard path.hasPrefix("/"), path.utf8.count > 1 else {
            throw RedisURL.bad("The socket's path is not absolute.")
        }
        let (user, password) = try RedisURL.decodeCredentials(credentials)
        endpoint = .unix(path: path)
        self.user = user
        self.password = password
        guard parts.count > 1 else {
            database = 0
            return
        }
        guard let number = RedisURL.after("db=", in: String(parts[1])) else {
            throw RedisURL.bad("The only parameter of a socket's URL is db.")
        }
        database = try RedisURL.databaseNumber(number)
    }
}

extension RedisURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without user and password.
    public var description: String {
        switch endpoint {
        case .tcp(let host, let port):
            "redis://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
        case .unix(let path):
            "unix://\(path)" + (database == 0 ? "" : "?db=\(database)")
        }
    }

    public var debugDescription: String { description }

    /// Keeps the password out of `dump` and of everything else that reflects.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

extension RedisURL {
    private static func bad(_ what: String, _ remedy: String? = nil) -> QueueError {
        QueueError(
            .badURL, "The Redis URL cannot be used: \(what)",
            remedy: remedy ?? "It looks like redis://user:password@host:port/db or unix:///path.")
    }

    private static func after(_ prefix: String, in text: String) -> Substring? {
        text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : nil
    }

    /// The last `@` ends the credentials, so that a password that was not encoded still works.
    private static func splitCredentials(_ rest: Substring) -> (Substring?, Substring) {
        guard let at = rest.lastIndex(of: "@") else { return (nil, rest) }
        return (rest[..<at], rest[rest.index(after: at)...])
    }

    private static func decodeCredentials(_ text: Substring?) throws(QueueError) -> (String?, String?) {
        guard let text else { return (nil, nil) }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let user = try decode(parts.first ?? "")
        guard parts.count > 1 else {
            guard !user.isEmpty else { throw bad("The part before @ is empty.") }
            return (user, nil)
        }
        let password = try decode(parts[1])
        guard !password.isEmpty else { throw bad("The password is empty.") }
        return (user.isEmpty ? nil : user, password)
    }

    private static func hostAndPort(_ text: Substring) throws(QueueError) -> (String, Int) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw bad("The bracket after the address is missing.") }
            let address = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard !address.isEmpty, rest.isEmpty || rest.hasPrefix(":") else { throw bad("The host is malformed.") }
            return (address, try portNumber(rest.isEmpty ? nil : rest.dropFirst()))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw bad("An IPv6 address needs brackets.") }
        let host = try decode(parts.first ?? "")
        guard !host.isEmpty else { throw bad("The host is missing.") }
        return (host, try portNumber(parts.count > 1 ? parts[1] : nil))
    }

    private static func portNumber(_ text: Substring?) throws(QueueError) -> Int {
        guard let text else { return defaultPort }
        guard let port = digits(text), (1...65_535).contains(port) else {
            throw bad("The port is not a number from 1 to 65535.")
        }
        return port
    }

    private static func databaseNumber(_ text: Substring) throws(QueueError) -> Int {
        if text.isEmpty { return 0 }
        guard let number = digits(text), number <= maximumDatabase else {
            throw bad("The database is not a number from 0 to \(maximumDatabase).")
        }
        return number
    }

    private static func digits(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    private static func decode(_ text: Substring) throws(QueueError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw bad("A percent sign is not followed by two hexadecimal digits.")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw bad("It is not UTF-8 text.")
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
