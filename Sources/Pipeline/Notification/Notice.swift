internal import Crypto
internal import TextForms

/// Somebody to tell.
public struct NoticeRecipient: Sendable, Equatable {
    public let address: String
    /// For people; may be empty.
    public let name: String
    /// The language of the account, such as `de` or `pt-BR`; empty if it is not known.
    public let language: String

    public init(address: String, name: String = "", language: String = "") {
        self.address = address
        self.name = name
        self.language = language
    }
}

/// One thing to tell one person, or a program.
// Nine properties: what a template may show.
public struct Notice: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case started, failed, succeeded
        /// A user was imported and must choose a password.
        case claim
    }

    public let kind: Kind
    /// The relocation: a UUID, dashed, lower case.
    public let relocation: String
    public let recipient: NoticeRecipient
    /// The installation's name for people.
    public var installation = "Sentry"
    /// Its public address, without a slash at its end.
    public var address = ""
    /// Slugs.
    public var organizations: [String] = []
    /// Of a failure.
    public var reason = ""
    /// Of a claim.
    public var username = ""
    public var claimURL = ""

    public init(_ kind: Kind, of relocation: String, to recipient: NoticeRecipient) {
        self.kind = kind
        self.relocation = relocation
        self.recipient = recipient
    }

    /// What tells this notice from all others, the same at each attempt. It names nobody.
    public var key: String {
        let subject = kind == .claim ? username : ""
        let text = "\(relocation)|\(kind.rawValue)|\(recipient.address.lowercased())|\(subject)"
        return Hex.text(SHA256.hash(data: Array(text.utf8)))
    }

    /// The link of a claim mail.
    ///
    /// - Parameters:
    ///   - address: the installation's public address
    ///   - hash: of `sentry_lostpasswordhash`
    public static func claimURL(_ address: String, user: Int64, hash: String) -> String {
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        return "\(base)/account/relocation/confirm/\(user)/\(hash)/"
    }

    /// As templates see it.
    var values: [String: Any] {
        [
            "uuid": relocation, "name": recipient.name.isEmpty ? username : recipient.name,
            "installation": installation,
            "address": address, "organizations": organizations.map { ["slug": $0] as [String: Any] },
            "hasOrganizations": !organizations.isEmpty, "reason": reason, "username": username, "claimURL": claimURL,
        ]
    }
}

/// A notice in words.
struct RenderedNotice: Equatable {
    let subject: String
    let text: String
    let html: String
}
