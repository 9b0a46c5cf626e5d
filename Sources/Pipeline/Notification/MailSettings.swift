import Sockets
public import TLS

/// How mails are sent.
public struct MailSettings: Sendable {
    /// How a connection is protected.
    public enum Protection: String, Sendable, CaseIterable {
        /// TLS from the first byte.
        case tls
        /// TLS after the greeting; a server that does not offer it gets nothing.
        case startTLS = "starttls"
        /// None: for a server on the same machine.
        case none
    }

    public var host: String
    public var port: Int
    public var protection: Protection
    /// nil for a server that asks for none.
    public var user: String?
    public var password = ""
    public var trust = TLSTrust()
    /// The address that mails come from.
    public var sender: String
    /// Seconds that the server may take for an answer.
    public var timeoutSeconds = 20

    /// - Parameter url: `smtps://[user@]host[:465]`, `smtp://[user@]host[:587]` (with STARTTLS), or
    ///   `smtp-plain://host[:25]`. A password does not belong into it.
    public init(url: String, password: String? = nil, sender: String) throws(NotificationError) {
        guard let mark = url.firstRange(of: "://") else { throw Self.refusal }
        switch url[..<mark.lowerBound] {
        case "smtps": (protection, port) = (.tls, 465)
        case "smtp": (protection, port) = (.startTLS, 587)
        case "smtp-plain": (protection, port) = (.none, 25)
        default: throw Self.refusal
        }
        var rest = url[mark.upperBound...]
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") {
            let user = rest[..<at]
            guard !user.contains(":") else {
                throw NotificationError(
                    .usage, "The mail server's URL may not hold a password: use its variable or file.")
            }
            self.user = String(user.replacing("%40", with: "@"))
            rest = rest[rest.index(after: at)...]
        }
        guard let address = ServerAddress(rest, port: port) else {
            throw NotificationError(.usage, "A mail server is named by host or host:port.")
        }
        (host, port) = (address.host, address.port)
        self.password = password ?? ""
        guard MailAddress.isSound(sender) else {
            throw NotificationError(.usage, "The sender's address is no e-mail address.")
        }
        self.sender = sender
        guard user == nil || protection != .none || address.isLocal else {
            throw NotificationError(.usage, "A password goes over the network with TLS only: use smtps:// or smtp://.")
        }
    }

    private static var refusal: NotificationError {
        NotificationError(.usage, "A mail server's URL begins with smtps://, smtp:// (STARTTLS) or smtp-plain://.")
    }
}

/// What an e-mail address may hold to go into a command or a header.
enum MailAddress {
    private static let longest = 254

    static func isSound(_ address: String) -> Bool {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && address.utf8.count <= longest
            && address.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7F && !"<>,;\"\\".unicodeScalars.contains($0)
            }
    }
}
