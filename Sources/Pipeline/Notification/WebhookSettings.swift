public import TLS

/// A program that is told of relocations.
public struct WebhookSettings: Sendable {
    let isEncrypted: Bool
    let server: ServerAddress
    /// With its slash at the front, and its query.
    let path: String
    /// Signs what is sent.
    let secret: [UInt8]
    public var trust = TLSTrust()
    /// Seconds that the program may take for an answer.
    public var timeoutSeconds = 10

    /// The shortest secret, in bytes.
    public static let shortestSecret = 16

    /// - Parameters:
    ///   - url: `https://host[:port]/path`; `http://` as well, because what is sent is signed and holds no secret
    ///   - secret: at least ``shortestSecret`` bytes
    public init(url: String, secret: String) throws(NotificationError) {
        guard let mark = url.firstRange(of: "://"), ["http", "https"].contains(url[..<mark.lowerBound]) else {
            throw NotificationError(.usage, "A webhook's URL begins with https:// or http://.")
        }
        isEncrypted = url.hasPrefix("https")
        let rest = url[mark.upperBound...]
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        guard !host.contains("@") else {
            throw NotificationError(.usage, "A webhook's URL holds no user or password: the signature shows who sends.")
        }
        server = try ServerAddress(host, port: isEncrypted ? 443 : 80)
        let path = rest.dropFirst(host.count).prefix { $0 != "#" }
        self.path = path.hasPrefix("/") ? String(path) : "/" + path
        guard self.path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw NotificationError(.usage, "A webhook's path is ASCII without blanks: percent-encode the rest.")
        }
        guard secret.utf8.count >= Self.shortestSecret else {
            throw NotificationError(.usage, "A webhook's secret has \(Self.shortestSecret) bytes or more.")
        }
        self.secret = Array(secret.utf8)
    }
}
