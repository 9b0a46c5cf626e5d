import Ledger

/// A public address of an installation: `https://sentry.example.com[:port][/path]`.
struct InstallationAddress: Equatable {
    let scheme: String
    /// With port and path, without a slash at its end.
    let place: String

    /// nil for a text that is no such address.
    init?(_ text: String) {
        guard let mark = text.firstRange(of: "://"), ["http", "https"].contains(text[..<mark.lowerBound]) else {
            return nil
        }
        scheme = String(text[..<mark.lowerBound])
        let rest = text[mark.upperBound...]
        place = String(rest.hasSuffix("/") ? rest.dropLast() : rest)
        let isSound = place.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"\"'{};@?#\\$".utf8.contains(byte)
        }
        guard !host.isEmpty, isSound else { return nil }
    }

    /// Without port and path.
    var host: String { String(authority.prefix { $0 != ":" }) }

    /// With the port.
    var authority: String { String(place.prefix { $0 != "/" }) }

    /// Empty, or with a slash at its front.
    var path: String { String(place.dropFirst(authority.count)) }

    func dsn(_ key: String, _ project: Int64) -> String { "\(scheme)://\(key)@\(place)/\(project)" }
}

/// What an SDK has, and what it should have.
struct MovedDSN: Equatable {
    let key: MovedKey
    /// The public key in the old installation.
    let oldKey: String

    /// Whether the key was in use already, so that it has become another.
    var isRenewed: Bool { oldKey != key.publicKey }

    func old(_ address: InstallationAddress) -> String { address.dsn(oldKey, key.oldProject) }
    func new(_ address: InstallationAddress) -> String { address.dsn(key.publicKey, key.newProject) }
}
