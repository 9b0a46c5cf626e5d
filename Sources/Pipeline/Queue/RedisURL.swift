public import TLS

/// Where Redis is:
/// - `redis://[user[:password@]]host[:port][/db]`
/// - `rediss://…`, the same with TLS, `[?ssl_ca_certs=FILE&ssl_certfile=FILE&ssl_keyfile=FILE]`
/// - `redis-sentinel://[user[:password]@]host[:port][,host[:port]…]/master[?db=n&sentinel_user=…&sentinel_password=…]`, the
///   server that sentinels name; `rediss-sentinel://…` with TLS to all of them
/// - `unix://[user[:password@]]/path[?db=n]`
///
/// User, password, path, host and values may be percent-encoded. A password never appears in `description`.
public struct RedisURL: Sendable, Equatable {
    /// How the server is reached.
    public enum Endpoint: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String)
        /// The server that sentinels name.
        case sentinels([Place], master: String)
    }

    /// A host and a port.
    public struct Place: Sendable, Equatable {
        public let host: String
        public let port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// The port of a URL without one.
    public static let defaultPort = 6379
    /// The port of a sentinel without one.
    public static let defaultSentinelPort = 26_379
    /// Redis knows no database beyond this one, whatever its configuration.
    public static let maximumDatabase = 65_535

    public let endpoint: Endpoint
    public let user: String?
    let password: String?
    public let database: Int
    /// Whom to trust with TLS; nil: without TLS.
    public let trust: TLSTrust?
    /// As whom sentinels are asked.
    private let sentinelUser: String?
    private let sentinelPassword: String?

    /// Whether the URL carries a password, and so must not stand on a command line.
    public var holdsPassword: Bool { password != nil || sentinelPassword != nil }

    /// Throws `badURL`, without repeating the text.
    public init(_ text: String) throws(QueueError) {
        guard let separator = text.firstRange(of: "://") else { throw RedisURL.bad("It has no scheme.") }
        let rest = text[separator.upperBound...]
        switch text[..<separator.lowerBound] {
        case "redis": try self.init(tcp: rest, isEncrypted: false)
        case "rediss": try self.init(tcp: rest, isEncrypted: true)
        case "redis-sentinel": try self.init(sentinels: rest, isEncrypted: false)
        case "rediss-sentinel": try self.init(sentinels: rest, isEncrypted: true)
        case "unix": try self.init(unix: rest)
        default: throw RedisURL.bad("The scheme is none of redis, rediss, redis-sentinel, rediss-sentinel and unix.")
        }
    }

    private init(tcp rest: Substring, isEncrypted: Bool) throws(QueueError) {
        let (credentials, place) = RedisURL.splitCredentials(rest)
        let (address, parameters) = try RedisURL.splitParameters(place, known: isEncrypted ? RedisURL.tlsNames : [])
        let parts = address.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let server = try RedisURL.place(parts.first ?? "", RedisURL.defaultPort)
        let (user, password) = try RedisURL.decodeCredentials(credentials)
        self.init(
            .tcp(host: server.host, port: server.port), as: (user, password),
            database: try RedisURL.databaseNumber(parts.count > 1 ? parts[1] : ""),
            trust: isEncrypted ? RedisURL.trust(parameters) : nil)
    }

    private init(sentinels rest: Substring, isEncrypted: Bool) throws(QueueError) {
        let (credentials, place) = RedisURL.splitCredentials(rest)
        let known = ["db", "sentinel_user", "sentinel_password"] + (isEncrypted ? RedisURL.tlsNames : [])
        let (address, parameters) = try RedisURL.splitParameters(place, known: known)
        let parts = address.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, !parts[1].contains("/") else {
            throw RedisURL.bad("The name of the master is missing after the sentinels.")
        }
        var places: [Place] = []
        for text in parts[0].split(separator: ",", omittingEmptySubsequences: false) {
            places.append(try RedisURL.place(text, RedisURL.defaultSentinelPort))
        }
        let (user, password) = try RedisURL.decodeCredentials(credentials)
        self.init(
            .sentinels(places, master: try RedisURL.decode(parts[1])), as: (user, password),
            database: try RedisURL.databaseNumber(Substring(parameters["db"] ?? "")),
            trust: isEncrypted ? RedisURL.trust(parameters) : nil,
            asking: (parameters["sentinel_user"], parameters["sentinel_password"]))
    }

    private init(unix rest: Substring) throws(QueueError) {
        let (credentials, place) = RedisURL.splitCredentials(rest)
        let (encoded, parameters) = try RedisURL.splitParameters(place, known: ["db"])
        let path = try RedisURL.decode(encoded)
        guard path.hasPrefix("/"), path.utf8.count > 1 else {
            throw RedisURL.bad("The socket's path is not absolute.")
        }
        self.init(
            .unix(path: path), as: try RedisURL.decodeCredentials(credentials),
            database: try RedisURL.databaseNumber(Substring(parameters["db"] ?? "")), trust: nil)
    }

    private init(
        _ endpoint: Endpoint, as caller: (user: String?, password: String?), database: Int, trust: TLSTrust?,
        asking: (user: String?, password: String?) = (nil, nil)
    ) {
        self.endpoint = endpoint
        (user, password) = caller
        self.database = database
        self.trust = trust
        (sentinelUser, sentinelPassword) = asking
    }

    /// One of the sentinels.
    func sentinel(_ place: Place) -> RedisURL {
        RedisURL(
            .tcp(host: place.host, port: place.port), as: (sentinelUser, sentinelPassword), database: 0, trust: trust)
    }

    /// Whether another server may take the place of the one that is used.
    var hasSentinels: Bool { if case .sentinels = endpoint { true } else { false } }
}

extension RedisURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without user and password.
    public var description: String {
        switch endpoint {
        case .tcp(let host, let port):
            "\(scheme)://\(Place(host: host, port: port))/\(database)"
        case .sentinels(let places, let master):
            "\(scheme)-sentinel://\(places.map(\.description).joined(separator: ","))/\(master)"
                + (database == 0 ? "" : "?db=\(database)")
        case .unix(let path):
            "unix://\(path)" + (database == 0 ? "" : "?db=\(database)")
        }
    }

    private var scheme: String { trust == nil ? "redis" : "rediss" }

    public var debugDescription: String { description }

    /// Keeps the password out of `dump` and of everything else that reflects.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

extension RedisURL {
    private static func bad(_ what: String) -> QueueError {
        QueueError(
            .badURL, "The Redis URL cannot be used: \(what)",
            remedy:
                "It looks like redis://user:password@host:port/db, rediss://… with TLS, redis-sentinel://host,host/master "
                + "or unix:///path.")
    }

    private static let tlsNames = ["ssl_ca_certs", "ssl_certfile", "ssl_keyfile"]

    private static func trust(_ parameters: [String: String]) -> TLSTrust {
        TLSTrust(
            authorities: parameters[tlsNames[0]], certificate: parameters[tlsNames[1]], key: parameters[tlsNames[2]])
    }

    /// What stands before the question mark, and the parameters after it.
    private static func splitParameters(
        _ text: Substring, known: [String]
    ) throws(QueueError) -> (Substring, [String: String]) {
        guard !text.contains("#") else { throw bad("A fragment has no meaning in it.") }
        guard let mark = text.firstIndex(of: "?") else { return (text, [:]) }
        var out: [String: String] = [:]
        for parameter in text[text.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false) {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, known.contains(String(parts[0])) else {
                throw bad(
                    known.isEmpty
                        ? "A query has no meaning in it." : "Its parameters are \(known.joined(separator: ", ")).")
            }
            let value = try decode(parts[1])
            guard !value.isEmpty else { throw bad("A parameter is empty.") }
            guard out.updateValue(value, forKey: String(parts[0])) == nil else {
                throw bad("A parameter is given twice.")
            }
        }
        return (text[..<mark], out)
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

    private static func place(_ text: Substring, _ defaultPort: Int) throws(QueueError) -> Place {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw bad("The bracket after the address is missing.") }
            let address = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard !address.isEmpty, rest.isEmpty || rest.hasPrefix(":") else { throw bad("The host is malformed.") }
            return Place(host: address, port: try portNumber(rest.isEmpty ? nil : rest.dropFirst(), defaultPort))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw bad("An IPv6 address needs brackets.") }
        let host = try decode(parts.first ?? "")
        guard !host.isEmpty else { throw bad("The host is missing.") }
        return Place(host: host, port: try portNumber(parts.count > 1 ? parts[1] : nil, defaultPort))
    }

    private static func portNumber(_ text: Substring?, _ defaultPort: Int) throws(QueueError) -> Int {
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

extension RedisURL.Place: CustomStringConvertible {
    public var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
