import Sockets
public import TLS

/// A program that is told of relocations.
public struct WebhookSettings: Sendable {
    let address: WebAddress
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
        do { address = try WebAddress(url) } catch {
            throw NotificationError(.usage, "A webhook's URL \(error.message)")
        }
        guard secret.utf8.count >= Self.shortestSecret else {
            throw NotificationError(.usage, "A webhook's secret has \(Self.shortestSecret) bytes or more.")
        }
        self.secret = Array(secret.utf8)
    }
}
