/// Whom to trust, and who to say one is.
public struct TLSTrust: Sendable, Equatable {
    /// A file with certificates of authorities; nil for those of the system.
    public var authorities: String?
    /// A file with the own certificate, and others up to its authority; nil for none.
    public var certificate: String?
    /// The file of the certificate's private key; nil if the certificate's file holds it.
    public var key: String?

    public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
    }
}

/// Why TLS with a peer cannot begin.
public struct TLSError: Error, Sendable, Equatable {
    public enum Kind: Sendable {
        /// A file that was named cannot be used.
        case badFile
        /// The peer is not who it must be, does not accept us, or does not speak TLS.
        case untrusted
        /// The peer gave no answer in time, or went away.
        case lost
    }

    public let kind: Kind
    /// Names hosts and files, no content.
    public let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
